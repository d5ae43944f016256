//! Anybody's check of a certificate: no login, nothing stored.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::facts;
use crate::words::Words;

/// What is said of a certificate.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "four answers, each in words of its own")]
pub enum CheckAnswer {
    /// It stands.
    Valid {
        /// Its number.
        number: String,
        /// When it was issued, with zone.
        issued_at: String,
        /// Who applied: a person masked, a company by its name.
        applicant: String,
        /// SHA-256 of the file.
        sha256: String,
        /// How often it was corrected.
        corrections: u32,
        /// The numbers of the documents that correct it, each with its time, with zone.
        corrected_by: Vec<String>,
        /// What is recorded against the signing it is about.
        contested: Option<Contest>,
    },
    /// It is void.
    Voided {
        /// Its number.
        number: String,
        /// Since when, with zone.
        voided_at: String,
    },
    /// One of the small documents: it is of this office, and this is what it is.
    Notice {
        /// What it is, in the reader's language.
        title: String,
        /// Its number.
        number: String,
        /// The application it is about.
        application: String,
        /// Its time, with zone.
        at: String,
        /// To whom: a person masked, a company by its name.
        recipient: String,
        /// SHA-256 of the file; nothing while it is being made.
        sha256: Option<String>,
        /// The certificate that a correction corrects.
        corrects: Option<String>,
    },
    /// An application, to who applied.
    Application {
        /// Its number.
        number: String,
        /// How far it has come, in the reader's language.
        stage: String,
        /// The last day of the statutory period, while it runs.
        last_day: Option<String>,
        /// The code that was typed: the forms of this page carry it.
        code: String,
        /// What can be fetched.
        files: Vec<Fetched>,
    },
    /// No such number, another code, or not issued: which, is not said.
    Unknown,
}

/// What is recorded against the signing that a certificate is about: the certificate stands, and certifies the data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is said in words of its own")]
pub enum Contest {
    /// Somebody objected.
    Objected,
    /// The registry found the signature void.
    FoundVoid,
}

/// A document that who applied can fetch.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Fetched {
    /// Its word in the form.
    pub which: String,
    /// What it is, with its number, in the reader's language.
    pub title: String,
}

/// A certificate that the office has taken back.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RevokedLine {
    /// Its number.
    pub number: String,
    /// Since when it is void, with zone.
    pub since: String,
    /// The number of the decision.
    pub decision: Option<String>,
}

/// The check.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct CheckPage {
    /// The office.
    pub office: String,
    /// What was asked.
    pub asked: String,
    /// The answer; nothing while nothing was asked.
    pub answer: Option<CheckAnswer>,
    /// What the office announces, newest first; nothing beside an answer.
    pub revoked: Vec<RevokedLine>,
}

impl Page for CheckPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (self.office) }
            @match &self.answer {
                None => {}
                Some(CheckAnswer::Valid { number, issued_at, applicant, sha256, corrections, corrected_by, contested }) => {
                    p .answer.valid role="status" { strong { (VALID.in_language(l)) } }
                    @match contested {
                        None => {}
                        Some(Contest::Objected) => { p .notice { (OBJECTED.in_language(l)) } }
                        Some(Contest::FoundVoid) => { p .notice { (FOUND_VOID.in_language(l)) } }
                    }
                    @if *corrections > 0 { p .notice { (CORRECTED.in_language(l)) } }
                    @if !corrected_by.is_empty() {
                        p { (CORRECTED_BY.in_language(l)) }
                        ul .lines { @for correction in corrected_by { li { (correction) } } }
                    }
                    (facts(&[
                        (NUMBER.in_language(l), number),
                        (ISSUED.in_language(l), issued_at),
                        (APPLICANT.in_language(l), applicant),
                        (DIGEST.in_language(l), sha256),
                    ]))
                    p { (COMPARE.in_language(l)) " " a .open href="/verify.html" { (VERIFY.in_language(l)) } }
                }
                Some(CheckAnswer::Voided { number, voided_at }) => {
                    p .answer.voided role="alert" { strong { (VOIDED.in_language(l)) } }
                    (facts(&[(NUMBER.in_language(l), number), (SINCE.in_language(l), voided_at)]))
                    p { (VOIDED_NEXT.in_language(l)) }
                }
                Some(CheckAnswer::Notice { title, number, application, at, recipient, sha256, corrects }) => {
                    p .answer.valid role="status" { strong { (NOTICE.in_language(l)) " " (title) } }
                    (facts(&[
                        (DOCUMENT_NUMBER.in_language(l), number),
                        (APPLICATION.in_language(l), application),
                        (ISSUED.in_language(l), at),
                        (APPLICANT.in_language(l), recipient),
                        (DIGEST.in_language(l), sha256.as_deref().unwrap_or_else(|| BEING_MADE.in_language(l))),
                    ]))
                    @if let Some(certificate) = corrects { p { (CORRECTS.in_language(l)) " " (certificate) } }
                    p .notice { (NO_CERTIFICATE.in_language(l)) }
                }
                Some(CheckAnswer::Application { number, stage, last_day, code, files }) => {
                    p .answer role="status" { strong { (number) " · " (stage) } }
                    @if let Some(day) = last_day { p { (LAST_DAY.in_language(l)) " " (day) } }
                    @if files.is_empty() { p { (NO_FILES.in_language(l)) } }
                    ul .lines {
                        @for file in files {
                            li {
                                form method="post" action=(Link::Office(OfficeLink::CheckFile)) {
                                    input type="hidden" name="number" value=(number);
                                    input type="hidden" name="c" value=(code);
                                    input type="hidden" name="which" value=(file.which);
                                    button type="submit" { (FETCH.in_language(l)) " " (file.title) }
                                }
                            }
                        }
                    }
                }
                Some(CheckAnswer::Unknown) => {
                    p .answer role="alert" { strong { (UNKNOWN.in_language(l)) } }
                    p { (UNKNOWN_NEXT.in_language(l)) " " (frame.telephone) }
                }
            }
            form method="post" action=(Link::Office(OfficeLink::Check)) {
                label for="number" { (TYPE_NUMBER.in_language(l)) }
                input type="text" id="number" name="number" required maxlength="80" value=(self.asked) autocomplete="off" spellcheck="false";
                label for="c" { (TYPE_CODE.in_language(l)) }
                input .digits type="text" id="c" name="c" required maxlength="12" autocomplete="off" autocapitalize="characters" spellcheck="false";
                button .go type="submit" { (CHECK.in_language(l)) }
            }
            // Beside a certificate that stands it is said where its digest is.
            @if !matches!(self.answer, Some(CheckAnswer::Valid { .. })) {
                h2 { (FILE.in_language(l)) }
                p { (FILE_LEAD.in_language(l)) }
                p .links {
                    a href=(Link::VerifierFile) { (VERIFY.in_language(l)) }
                    a href=(Link::Office(OfficeLink::Anchors)) download { (ANCHORS.in_language(l)) }
                }
            }
            @if !self.revoked.is_empty() {
                h2 { (REVOKED.in_language(l)) }
                p { (REVOKED_LEAD.in_language(l)) }
                ul .lines {
                    @for one in &self.revoked {
                        li {
                            strong { (one.number) } " · " (SINCE.in_language(l)) " " (one.since)
                            @if let Some(decision) = &one.decision { " · " (decision) }
                        }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::OfficeStyle)
    }

    fn samples() -> Vec<Self> {
        let number = || "（2026）浙杭临证经字第000001号".to_owned();
        let page = |answer| Self {
            office: "浙江省杭州市示例公证处".into(),
            asked: "<b>\"'".into(),
            answer,
            revoked: Vec::new(),
        };
        let announced = |serial: u32, decision: Option<&str>| RevokedLine {
            number: format!("（2026）浙杭临证经字第{serial:06}号"),
            since: "2026-12-01 09:00:00 +08:00".into(),
            decision: decision.map(str::to_owned),
        };
        let valid = |applicant: &str, corrections| CheckAnswer::Valid {
            number: number(),
            issued_at: "2026-11-25 10:00:00 +08:00".into(),
            applicant: applicant.into(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
            corrections,
            corrected_by: (0..corrections)
                .map(|_| "BZ202611280000013 · 2026-11-28 10:00:00 +08:00".to_owned())
                .collect(),
            contested: None,
        };
        let contested = |contested| CheckAnswer::Valid {
            number: number(),
            issued_at: "2026-11-25 10:00:00 +08:00".into(),
            applicant: "陈**".into(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
            corrections: 0,
            corrected_by: Vec::new(),
            contested: Some(contested),
        };
        vec![
            page(None),
            Self {
                revoked: vec![announced(2, Some("CX202612010000017")), announced(1, None)],
                ..page(None)
            },
            page(Some(valid("陈**", 0))),
            page(Some(valid("陈**", 1))),
            page(Some(contested(Contest::Objected))),
            page(Some(contested(Contest::FoundVoid))),
            page(Some(CheckAnswer::Voided {
                number: number(),
                voided_at: "2026-12-01 09:00:00 +08:00".into(),
            })),
            page(Some(CheckAnswer::Notice {
                title: "补正公证书".into(),
                number: "BZ202611280000013".into(),
                application: "SQ202611240000017".into(),
                at: "2026-11-28 10:00:00 +08:00".into(),
                recipient: "陈**".into(),
                sha256: None,
                corrects: Some(number()),
            })),
            page(Some(CheckAnswer::Application {
                number: "SQ202611240000017".into(),
                stage: "已出具".into(),
                last_day: Some("2026-12-15".into()),
                code: "9P2D4T7A".into(),
                files: vec![Fetched {
                    which: "SL202611240000017".into(),
                    title: "公证受理通知书 SL202611240000017".into(),
                }],
            })),
            page(Some(CheckAnswer::Application {
                number: "SQ202611240000017".into(),
                stage: "待受理".into(),
                last_day: None,
                code: "9P2D4T7A".into(),
                files: Vec::new(),
            })),
            page(Some(CheckAnswer::Unknown)),
            page(Some(valid("杭州示例云栖投资有限公司<b>\"'", 0))),
        ]
    }
}

const TITLE: Words =
    Words::new("公证书和文书核验、进度查询", "Check a certificate, see an application");
const VALID: Words = Words::new(
    "该公证书由本处出具，现行有效。",
    "This office issued the certificate, and it stands.",
);
const CORRECTED: Words = Words::new(
    "该公证书有补正，请向持有人索取补正文书。",
    "It was corrected: ask its holder for the correction.",
);
const CORRECTED_BY: Words = Words::new(
    "补正公证书的编号和时间，请与持有人出示的核对：",
    "Number and time of each correction, to compare with what its holder shows:",
);
const OBJECTED: Words = Words::new(
    "就该公证书所涉签署，已有当事人提出异议。公证书仅证明电子数据的保管和提取，不判断异议是否成立。",
    "Somebody has objected to the signing it is about. It certifies how data were kept and extracted, and does not judge the objection.",
);
const FOUND_VOID: Words = Words::new(
    "登记机关已认定该公证书所涉签署无效（该签署作废并重签）。公证书仅证明电子数据的保管和提取。",
    "The registry found the very signature it is about void. It certifies how data were kept and extracted, and nothing else.",
);
const VOIDED: Words =
    Words::new("该公证书已被撤销，自始无效。", "The certificate is void, from the beginning.");
const VOIDED_NEXT: Words =
    Words::new("请勿使用；如有疑问请联系本处。", "Do not use it; ask the office if in doubt.");
const UNKNOWN: Words = Words::new(
    "没有与该编号和校验码相符的公证书、文书或者申请。",
    "Nothing of this office has this number and code.",
);
const UNKNOWN_NEXT: Words = Words::new(
    "请核对公证书上印制的编号与校验码；仍不符的，请勿使用并致电：",
    "Compare both with what is printed; if they still do not fit, do not use it, and call",
);
const NOTICE: Words = Words::new("该文书由本处作出：", "This office made the document:");
const DOCUMENT_NUMBER: Words = Words::new("文书编号", "Number");
const APPLICATION: Words = Words::new("申请编号", "Application");
const BEING_MADE: Words = Words::new("正在制作", "being made");
const CORRECTS: Words = Words::new("所补正的公证书：", "The certificate it corrects:");
const NO_CERTIFICATE: Words = Words::new(
    "这不是公证书，只说明本处作出了上述文书。",
    "This is no certificate; it only says that this office made that document.",
);
const LAST_DAY: Words = Words::new("法定期限最后一日：", "Last day of the statutory period:");
const NO_FILES: Words =
    Words::new("目前没有可以下载的文书。", "There is no document to fetch yet.");
const FETCH: Words = Words::new("下载", "Fetch");
const NUMBER: Words = Words::new("公证书编号", "Number");
const ISSUED: Words = Words::new("出具时间", "Issued");
const APPLICANT: Words = Words::new("申请人", "Applicant");
const DIGEST: Words = Words::new("文件摘要（SHA-256）", "SHA-256 of the file");
const SINCE: Words = Words::new("撤销时间", "Void since");
const COMPARE: Words = Words::new(
    "请将手中文件的摘要与上列摘要比对；文件内的证据包，以及随附的时间戳续期文件，可以在浏览器中核验，不会上传。",
    "Compare the digest with that of the file at hand; the evidence inside, and the file of renewals given beside it, can be verified in the browser, and never leave it.",
);
const VERIFY: Words = Words::new("打开核验页", "Open the verifier");
const REVOKED: Words = Words::new("撤销公证书公告", "Certificates that were revoked");
const REVOKED_LEAD: Words = Words::new(
    "根据《公证法》第三十九条，本处撤销了下列公证书（列出最近50份），自始无效，请勿使用：",
    "Revoked by this office (Notarisation Law, art. 39; the newest 50 are listed), and void from the beginning; do not use them:",
);
const FILE: Words = Words::new("核验手中的文件", "Verify a file at hand");
const FILE_LEAD: Words = Words::new(
    "证据包、公证书内的证据包可以在浏览器中核验：不需要登录，文件不会上传。核验时请一并选入本处公布的公钥清单；公证书上的电子印章须用程序（heqi verify）核验。",
    "A bundle, and the bundle inside a certificate, can be verified in the browser: no sign-in, and the file never leaves it. Choose the keys that this office publishes beside it; the seal on a certificate needs the program (heqi verify).",
);
const ANCHORS: Words = Words::new("下载本处公布的公钥清单", "The keys that this office publishes");
const TYPE_NUMBER: Words = Words::new(
    "公证书编号、文书编号或者申请编号",
    "Number of the certificate, document or application",
);
const TYPE_CODE: Words =
    Words::new("校验码或者查询码（8位）", "Check code (8 characters, beside the number)");
const CHECK: Words = Words::new("核验", "Check");
const FOOT: Words = Words::new(
    "本页不需要登录，不保存您查询的内容；只显示公证书是否有效和申请人（个人姓名遮蔽，单位显示名称）。",
    "No sign-in, and nothing you ask is stored; only whether a certificate stands, and the applicant, is shown: a person's name masked, a company's in full.",
);
