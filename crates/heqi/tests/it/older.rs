//! The older filing of the demo: a regulator finds it by its company, marked, objected to and
//! frozen; anybody opens its certificate and checks it at the notary's.

use std::fmt::Write as _;

use crate::device::Client;
use crate::program::{Demo, Folder, until_some};

const BANNER: &str = "历史办件，情节为模拟";

/// The browser of somebody of the cast.
pub(crate) struct Console {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Console {
    /// Comes in by the button of the guide.
    pub(crate) async fn enter(demo: &Demo, login: &str) -> Self {
        let http = Client::of(demo.says("guide_url")).http;
        let button = format!("{}/officers/{login}", demo.says("guide_url"));
        let entered = http.post(button).send().await.unwrap();
        assert_eq!(entered.status(), 303);
        let cookie = entered.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { http, base: demo.says("platform_url").to_owned(), cookie }
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let asked = self.http.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let answer = asked.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.unwrap()
    }

    /// Sends the form of a page.
    pub(crate) async fn send(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> reqwest::Response {
        let hidden = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split('"').next().unwrap()
        };
        let form = [&[("csrf", hidden("csrf")), ("key", hidden("key"))], fields].concat();
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.http
            .post(format!("{}{path}", self.base))
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"))
            .send()
            .await
            .unwrap()
    }

    /// The address of what a search for a company finds.
    async fn search(&self, company: &str) -> String {
        let page = self.page("/regulator").await;
        let fields = [
            ("basis", "《市场主体登记管理条例》第四十条"),
            ("case_number", "杭临市监撤〔2026〕12号"),
            ("company", company),
        ];
        let answer = self.send(&page, "/regulator/searches", &fields).await;
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// What was found, once the index has seen it, and the page of the first filing.
    async fn found(&self, company: &str) -> (String, String) {
        let results = self.search(company).await;
        let link = format!("href=\"{results}/filings/");
        let page = until_some("the index", async || {
            let page = self.page(&results).await;
            page.contains(&link).then_some(page)
        })
        .await;
        let filing = page.split(&link).nth(1).unwrap().split('"').next().unwrap();
        let dossier = self.page(&format!("{results}/filings/{filing}")).await;
        (page, dossier)
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "%{byte:02X}");
        all
    })
}

#[tokio::test]
async fn a_regulator_finds_the_older_filing_marked_objected_to_and_frozen() {
    let folder = Folder::new();
    let demo = folder.start();
    assert_eq!(demo.manifest["older_filing"]["number"], "50317260");
    let console = Console::enter(&demo, "zhou.zheng").await;
    let (results, dossier) = console.found("旧梦").await;
    for page in [&results, &dossier] {
        for said in [BANNER, "杭州示例旧梦餐饮有限公司", "简易注销登记", "有异议，已暂停"]
        {
            assert!(page.contains(said), "{said} in {page}");
        }
    }
    assert_eq!(dossier.matches("提出异议（非本人签署）").count(), 1, "{dossier}");
    assert!(dossier.contains("沈书瑶") && dossier.contains("已同步存证至公证处 2/2"), "{dossier}");
    // What waits for the visitor is not acted out, and does not say so.
    let (results, dossier) = console.found("青穗").await;
    for page in [&results, &dossier] {
        assert!(!page.contains(BANNER), "{page}");
    }
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn an_index_that_cannot_be_kept_on_disk_is_filled_anew_in_memory_and_said() {
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    // Where the folder of the index should be is something else, whoever runs the program.
    let place = folder.path().join("platform/search");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::write(&place, "no folder").unwrap();
    let log = folder.path().join("lines.log");
    let demo = folder.start_tracing(&log, "json");
    let console = Console::enter(&demo, "zhou.zheng").await;
    let (_, dossier) = console.found("旧梦").await;
    assert!(dossier.contains("杭州示例旧梦餐饮有限公司"), "{dossier}");
    assert_eq!(demo.end(), Some(0));
    let lines = std::fs::read_to_string(&log).unwrap();
    let said = "the index of filings cannot be kept on disk and is kept in memory";
    let line = lines.lines().find(|line| line.contains(said));
    let line: serde_json::Value = serde_json::from_str(line.expect(said)).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(std::fs::read(&place).unwrap(), b"no folder");
}

#[tokio::test]
async fn anybody_reads_the_older_filings_certificate_and_checks_it_at_the_notarys() {
    let folder = Folder::new();
    let demo = folder.start();
    let guide = Client::of(demo.says("guide_url"));
    for (language, said) in [("zh", "历史办件，情节为模拟"), ("en", "Acted out")] {
        let page = String::from_utf8(guide.get("", &format!("/?lang={language}")).await.ok());
        let page = page.unwrap();
        assert!(page.contains(said) && page.contains("href=\"/certificate.pdf\""), "{page}");
    }
    let file = guide.get("", "/certificate.pdf").await.ok();
    assert!(file.starts_with(b"%PDF"));
    assert_eq!(file, std::fs::read(demo.says("certificate_path")).unwrap());
    let notary = Client::of(demo.says("notary_url"));
    let check = demo.says("certificate_check_url").strip_prefix(demo.says("notary_url")).unwrap();
    let checked = String::from_utf8(notary.get("", check).await.ok()).unwrap();
    assert!(checked.contains("演示证经字第000001号"), "{checked}");
    assert_eq!(demo.end(), Some(0));
}
