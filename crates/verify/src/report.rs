//! The report for people: which file, by whose anchors, each claim on one line, then what
//! it means and what to do.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use heqi_evidence::verdict::{Claim, ClaimName, Status};
use heqi_vocabulary::{Explanation, Language};

use crate::Examination;
use crate::document::findings;
use crate::layout::{harmless, padded, width};
use crate::words;

/// The report of an examination.
pub(crate) fn write(
    file: &str,
    examination: &Examination,
    required: &BTreeSet<ClaimName>,
    language: Language,
) -> String {
    let page = Page { examination, required, language };
    let mut text = String::new();
    page.heading(&mut text, file);
    page.claims(&mut text);
    page.summary(&mut text);
    text
}

/// The two sentences about a file that could not be examined.
pub(crate) fn failure(file: &str, explanation: &Explanation, language: Language) -> String {
    let heading = language.pick("无法核验", "Cannot verify");
    let Explanation { what, next } = explanation;
    format!("{heading} {}\n{}\n{next}\n", harmless(file), harmless(what))
}

struct Page<'a> {
    examination: &'a Examination,
    required: &'a BTreeSet<ClaimName>,
    language: Language,
}

impl Page<'_> {
    fn heading(&self, text: &mut String, file: &str) {
        let pick = |zh, en| self.language.pick(zh, en);
        self.row(text, pick("文件", "File"), &harmless(file));
        self.row(text, "SHA-256", &self.examination.file_digest().to_string());
        self.row(text, pick("记录", "Record"), &self.record());
        match self.examination.anchors() {
            None => self.row(text, pick("信任锚", "Anchors"), pick("未提供", "none given")),
            Some(file) => {
                let anchors = &file.anchors;
                let publisher = harmless(&anchors.publisher.organisation);
                let day = anchors.published_at.for_people();
                self.row(text, pick("信任锚", "Anchors"), &format!("SHA-256 {}", file.digest));
                self.row(
                    text,
                    pick("公布方", "Publisher"),
                    &format!("{publisher}{}{day}", pick("，", ", ")),
                );
            }
        }
        text.push('\n');
    }

    /// Kind, place and time, which are the platform's word until a claim proves more.
    fn record(&self) -> String {
        let Some(frame) = self.examination.frame() else {
            return self.language.pick("无法读取", "cannot be read").to_owned();
        };
        let kind = if self.examination.is_of_wards_name() {
            self.language.pick("更正被监护人（未成年人）姓名", "name of the minor corrected")
        } else {
            words::kind(frame.kind, self.language)
        };
        let at = frame.place.recorded_at.for_people();
        let seq = frame.place.seq;
        match self.language {
            Language::Zh => format!("{kind}，记录链第 {seq} 条，平台记录于 {at}"),
            Language::En => format!("{kind}, no. {seq} of its chain, by the platform's clock {at}"),
        }
    }

    fn claims(&self, text: &mut String) {
        let claims = self.examination.verdict().claims();
        let titles = claims.iter().map(|claim| width(&self.title(claim))).max().unwrap_or(0);
        let statuses =
            claims.iter().map(|claim| width(claim.status.words(self.language))).max().unwrap_or(0);
        for claim in claims {
            let mark = match claim.status {
                Status::Proved => '✓',
                Status::NotProved => '–',
                Status::Contradicted => '✗',
            };
            let title = padded(&self.title(claim), titles);
            let status = padded(claim.status.words(self.language), statuses);
            let reason = harmless(&claim.reason.sentence(self.language));
            let colon = self.language.pick("：", ": ");
            let by = self.vouchers(claim).map(|by| format!("{by}{colon}")).unwrap_or_default();
            let _ = writeln!(text, "{mark} {title}  {status}  {by}{reason}");
        }
        let note = self.language.pick("* 必需项", "* required");
        let _ = writeln!(text, "  {note}\n");
        if let Some(renewed) = self.examination.renewed() {
            findings(text, std::slice::from_ref(renewed), self.language);
            text.push('\n');
        }
    }

    fn title(&self, claim: &Claim) -> String {
        let star = if self.required.contains(&claim.name) { " *" } else { "" };
        format!("{}{star}", claim.name.title(self.language))
    }

    fn vouchers(&self, claim: &Claim) -> Option<String> {
        let names: Vec<String> = claim.vouched_by.iter().map(|by| harmless(by)).collect();
        (!names.is_empty()).then(|| names.join(self.language.pick("、", ", ")))
    }

    fn summary(&self, text: &mut String) {
        let pick = |zh, en| self.language.pick(zh, en);
        let conclusion = self.examination.conclude(self.required);
        let _ = writeln!(text, "{}", words::conclusion(conclusion, self.language));
        self.proved(text);
        for (status, zh, en) in [
            (Status::Contradicted, "有矛盾", "Contradicted"),
            (Status::NotProved, "未能核验", "Not proved"),
        ] {
            let mut titles: Vec<&str> = self.titles(|claim| claim.status == status);
            let renewed = self.examination.renewed().filter(|renewed| renewed.status == status);
            titles.extend(renewed.map(|renewed| renewed.point.title(self.language)));
            if !titles.is_empty() {
                self.row(text, pick(zh, en), &titles.join(pick("、", ", ")));
            }
        }
        if let Some(organisation) = self.one_custodian() {
            let note = match self.language {
                Language::Zh => format!("全部保管方同属 {organisation}"),
                Language::En => format!("all custodians belong to {organisation}"),
            };
            self.row(text, pick("存证说明", "Custody"), &note);
        }
        if self.examination.is_test_only() {
            let note =
                pick("TEST ONLY 测试证书，不具有法律效力", "TEST ONLY, without legal effect");
            self.row(text, pick("签署人证书", "Certificate"), note);
        }
        let has_anchors = self.examination.anchors().is_some();
        let next = words::next_step(conclusion, has_anchors, self.language);
        self.row(text, pick("下一步", "Next"), next);
    }

    /// What is proved, by whose word: one row for each, in the order of the claims.
    fn proved(&self, text: &mut String) {
        let pick = |zh, en| self.language.pick(zh, en);
        let is_proved = |claim: &&Claim| claim.status == Status::Proved;
        let mut label = pick("核验通过", "Proved");
        let mut told: Vec<Option<String>> = Vec::new();
        for claim in self.examination.verdict().claims().iter().filter(is_proved) {
            let by = self.vouchers(claim);
            if told.contains(&by) {
                continue;
            }
            let titles = self.titles(|other| is_proved(&other) && self.vouchers(other) == by);
            let titles = titles.join(pick("、", ", "));
            let whose = match (&by, self.language) {
                (None, Language::Zh) => "由文件自身".to_owned(),
                (None, Language::En) => "by the file itself".to_owned(),
                (Some(by), Language::Zh) => format!("由 {by}"),
                (Some(by), Language::En) => format!("by {by}"),
            };
            self.row(text, label, &format!("{titles} — {whose}"));
            label = "";
            told.push(by);
        }
    }

    fn titles(&self, wanted: impl Fn(&Claim) -> bool) -> Vec<&'static str> {
        let claims = self.examination.verdict().claims().iter();
        claims.filter(|c| wanted(c)).map(|c| c.name.title(self.language)).collect()
    }

    /// The organisation that runs every custodian, when there are several and it is one:
    /// several receipts are then one organisation's word.
    fn one_custodian(&self) -> Option<String> {
        let custodians = &self.examination.anchors()?.anchors.custodians;
        let (first, rest) = custodians.split_first()?;
        let same = rest.iter().all(|custodian| custodian.organisation == first.organisation);
        (!rest.is_empty() && same).then(|| harmless(&first.organisation))
    }

    fn row(&self, text: &mut String, label: &str, value: &str) {
        let column = match self.language {
            Language::Zh => 12,
            Language::En => 14,
        };
        let _ = writeln!(text, "{}{value}", padded(label, column));
    }
}
