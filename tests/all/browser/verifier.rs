//! The page and the program, asked the same.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use heqi_tests::browser::{Browser, BrowserError, Page, address_of};
use heqi_verify::VerifyArgs;
use serde_json::Value;

use super::walk::skipped;

/// The two languages of the interface.
pub(super) const LANGUAGES: [&str; 2] = ["zh", "en"];

/// `verify.html` as it is committed.
pub(super) fn page_file() -> PathBuf {
    root().join("crates/verify/page/dist/verify.html")
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A browser, or none: then the caller returns, and the reason is printed.
pub(crate) fn browser() -> Option<Browser> {
    match Browser::start() {
        Ok(browser) => Some(browser),
        Err(BrowserError::Missing) => {
            skipped(&BrowserError::Missing.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// One question: a file, anchors, an instant.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) file: PathBuf,
    pub(crate) anchors: Option<PathBuf>,
    pub(crate) at: Option<String>,
}

impl Asked {
    /// What `verify --json` prints.
    pub(crate) fn of_program(&self, language: &str) -> Value {
        self.of_program_with(language, Vec::new())
    }

    /// The same with what else is given.
    pub(super) fn of_program_with(&self, language: &str, more: Vec<OsString>) -> Value {
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            args: VerifyArgs,
        }
        let mut words = vec!["verify".into(), self.file.clone().into_os_string()];
        words.extend(["--json", "--lang", language].map(Into::into));
        for (flag, value) in [
            ("--anchors", self.anchors.clone().map(PathBuf::into_os_string)),
            ("--at", self.at.clone().map(Into::into)),
        ] {
            words.extend(value.into_iter().flat_map(|value| [flag.into(), value]));
        }
        words.extend(more);
        let args = Cli::try_parse_from(words).unwrap().args;
        let (mut printed, mut errors) = (Vec::new(), Vec::new());
        let code = heqi_verify::run(&args, &mut printed, &mut errors);
        let mut report: Value = serde_json::from_slice(&printed).unwrap();
        assert_eq!(report["exit"], code);
        // The page knows the name of a file and not its folder.
        report["file"] = self.file.file_name().unwrap().to_string_lossy().into();
        report
    }
}

/// The page, opened from disk.
pub(crate) struct Verifier<'a> {
    pub(super) page: Page<'a>,
    anchors: Option<PathBuf>,
    at: Option<String>,
}

impl<'a> Verifier<'a> {
    pub(crate) fn open(mut page: Page<'a>) -> Self {
        page.open(&address_of(&page_file())).unwrap();
        Self { page, anchors: None, at: None }
    }

    /// Switches the language, as a person would.
    pub(crate) fn speak(&mut self, language: &str) {
        self.settled(&format!("document.querySelector('[data-language={language}]').click()"));
    }

    /// Chooses the files and gives the JSON result of the page.
    pub(crate) fn ask(&mut self, asked: &Asked) -> Value {
        if self.at != asked.at {
            let value = Value::from(asked.at.clone().unwrap_or_default());
            self.settled(&format!(
                "document.querySelector('#at').value = {value}; \
                 document.querySelector('#at').dispatchEvent(new Event('change'))"
            ));
            self.at.clone_from(&asked.at);
        }
        if self.anchors != asked.anchors {
            self.choose("#anchors", asked.anchors.as_deref());
            self.anchors.clone_from(&asked.anchors);
        }
        self.choose("#bundle", Some(&asked.file));
        self.result()
    }

    /// Chooses a file of renewals, and types the keys that sign them.
    pub(super) fn give_renewals(&mut self, renewals: Option<&Path>, keys: &[String]) {
        let value = Value::from(keys.join(" "));
        self.settled(&format!(
            "document.querySelector('#renewal-keys').value = {value}; \
             document.querySelector('#renewal-keys').dispatchEvent(new Event('change'))"
        ));
        self.choose("#renewals", renewals);
    }

    /// Types roots of time authorities.
    pub(super) fn give_time_roots(&mut self, typed: &str) {
        let value = Value::from(typed);
        self.settled(&format!(
            "document.querySelector('#time-roots').value = {value}; \
             document.querySelector('#time-roots').dispatchEvent(new Event('change'))"
        ));
    }

    /// What stands in the page now.
    pub(super) fn result(&mut self) -> Value {
        let text = self.page.evaluate("document.querySelector('#json').textContent").unwrap();
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    }

    fn choose(&mut self, selector: &str, file: Option<&Path>) {
        self.expect_round();
        if let Some(file) = file {
            // The same file again would be no change.
            let emptied = format!("document.querySelector('{selector}').value = ''");
            self.page.evaluate(&emptied).unwrap();
            self.page.choose(selector, &[file]).unwrap();
        } else {
            let emptied = format!(
                "(() => {{ const input = document.querySelector('{selector}'); input.value = ''; \
                 input.dispatchEvent(new Event('change')) }})()"
            );
            self.page.evaluate(&emptied).unwrap();
        }
        self.wait_for_round();
    }

    /// Runs a script that starts a round, and waits until its result stands there.
    fn settled(&mut self, script: &str) {
        self.expect_round();
        self.page.evaluate(script).unwrap();
        self.wait_for_round();
    }

    fn expect_round(&mut self) {
        // The page writes the number of a round when its result stands.
        let script = "globalThis.round = new Promise((done) => { \
             const result = document.querySelector('#result'); \
             const watch = new MutationObserver(() => { \
               if (result.dataset.round !== '') { watch.disconnect(); done(0); } }); \
             watch.observe(result, {attributes: true, attributeFilter: ['data-round']}); }); 0";
        self.page.evaluate(script).unwrap();
    }

    fn wait_for_round(&mut self) {
        self.page.evaluate("globalThis.round").unwrap();
    }
}
