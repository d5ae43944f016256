//! One signing as it is held: what an examination of the held bytes found, the photo, the
//! documents, the place, and what can be said about it.

use heqi_vocabulary::{DepositNo, Digest, Language, VoucherNo};
use maud::{Markup, html};

use super::list::{leave, sample_number, sample_voucher};
use super::{PlaceSketch, SERVICE_FOOT};
use crate::frame::{Frame, Page};
use crate::link::{Link, OfficeLink};
use crate::parts::facts;
use crate::words::Words;

/// One claim of the examination.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ProvedClaim {
    /// What is claimed, in the reader's language.
    pub title: String,
    /// 核验通过、未能核验、核验不符，in the reader's language.
    pub status: String,
    /// Whether it is proved.
    pub is_proved: bool,
    /// Why, in the reader's language.
    pub reason: String,
}

/// One document that was signed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HeldDocument {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Under which title it was added to the filing, where that is held.
    pub title: Option<String>,
    /// Its pages, if they were counted.
    pub pages: Option<u64>,
    /// Whether its bytes are held here with this record.
    pub is_held: bool,
}

/// Something that the person said about it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SaidLine {
    /// What, in the reader's language.
    pub what: String,
    /// When, with zone.
    pub said_at: String,
    /// Whom it was brought to, and what still waits: in the reader's language.
    pub deliveries: Vec<String>,
}

/// How a certificate about it is applied for.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own way")]
pub enum ApplyWay {
    /// Here.
    Here(VoucherNo),
    /// At the office's data centre: its whole address.
    Elsewhere(String),
    /// These are open: of the company that was signed for, and of who signed.
    Applied(Vec<OpenApplication>),
    /// Nobody certifies here.
    Nowhere,
}

/// An application that is open.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct OpenApplication {
    /// Its number.
    pub number: String,
    /// Whether it is the company's, not of who signed in the own name.
    pub is_of_company: bool,
    /// The code with which it is looked up at the office.
    pub code: String,
    /// How it stands, in the reader's language.
    pub stage: String,
    /// Since when it is there, with zone.
    pub at: String,
}

impl OpenApplication {
    /// In whose name, where that could be another.
    fn whose(&self, of: usize) -> Option<Words> {
        match (self.is_of_company, of > 1) {
            (true, _) => Some(COMPANYS),
            (false, true) => Some(OWN),
            (false, false) => None,
        }
    }

    fn draw(&self, of: usize, l: Language) -> Markup {
        html! {
            div .notice {
                p {
                    (APPLIED.in_language(l)) " " strong { (self.number) }
                    @if let Some(whose) = self.whose(of) { " · " (whose.in_language(l)) }
                    " · " (self.stage) " · " (self.at)
                }
                p {
                    (QUERY_CODE.in_language(l)) " " strong { (self.code) } " · "
                    a .open href=(Link::Office(OfficeLink::Check)) { (LOOK_UP.in_language(l)) }
                }
            }
        }
    }
}

/// One signing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HolderEvidencePage {
    /// The number of the deposit.
    pub number: DepositNo,
    /// The number on receipt and messages.
    pub voucher: String,
    /// The company.
    pub company: String,
    /// What is filed, in words.
    pub matter: String,
    /// In which capacities, in words.
    pub capacities: String,
    /// When the platform recorded it, with zone.
    pub recorded_at: String,
    /// When this custodian received it, with zone.
    pub received_at: String,
    /// When it was examined for this page, with zone.
    pub examined_at: String,
    /// When the registry found this very signature void, with zone, and which office did.
    pub found_void: Option<(String, String)>,
    /// When the data centre was last asked for what proves more, where it gave nothing in time and is not asked now;
    /// with zone.
    pub asked_at: Option<String>,
    /// What was found.
    pub claims: Vec<ProvedClaim>,
    /// SHA-256 of the live photo, where it is held.
    pub photo: Option<Digest>,
    /// What was signed.
    pub documents: Vec<HeldDocument>,
    /// Where the device said it was.
    pub place: Option<PlaceSketch>,
    /// What the device said it is.
    pub device: Option<String>,
    /// What the person said about it.
    pub said: Vec<SaidLine>,
    /// How a certificate is applied for.
    pub apply: ApplyWay,
    /// Where the notary publishes its keys, if people find that.
    pub anchors: Option<String>,
}

impl Page for HolderEvidencePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let number = self.number.to_string();
        html! {
            @if let Some((at, by)) = &self.found_void {
                p .notice { (by) " · " (at) br; (FOUND_VOID.in_language(l)) }
            }
            @for line in &self.said {
                p .notice {
                    (line.what) " · " (line.said_at)
                    @for delivery in &line.deliveries { br; (delivery) }
                }
            }
            @if let ApplyWay::Applied(open) = &self.apply {
                @for one in open { (one.draw(open.len(), l)) }
            }
            (facts(&[
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
                (CAPACITIES.in_language(l), &self.capacities),
                (VOUCHER.in_language(l), &self.voucher),
                (NUMBER.in_language(l), &number),
                (RECORDED.in_language(l), &self.recorded_at),
                (RECEIVED.in_language(l), &self.received_at),
            ]))
            section .checks aria-labelledby="found" {
                h2 id="found" { (FOUND.in_language(l)) }
                p .soft { (EXAMINED.in_language(l)) " " (self.examined_at) }
                @if let Some(asked_at) = &self.asked_at {
                    p .soft { (NOT_ASKED.in_language(l)) " " (asked_at) }
                }
                ul .flags {
                    @for claim in &self.claims {
                        li data-state=(if claim.is_proved { "there" } else { "waiting" }) {
                            span .state aria-hidden="true" {}
                            div { strong { (claim.title) " · " (claim.status) } p .soft { (claim.reason) } }
                        }
                    }
                }
            }
            @if let Some(photo) = &self.photo {
                section aria-labelledby="photo" {
                    h2 id="photo" { (PHOTO.in_language(l)) }
                    img .held-photo src=(Link::HeldFile(self.number, *photo)) alt=(PHOTO_ALT.in_language(l)) loading="lazy";
                }
            }
            @if let Some(place) = &self.place {
                section aria-labelledby="place" { h2 id="place" { (PLACE.in_language(l)) } (place.draw(l)) }
            }
            @if let Some(device) = &self.device { (facts(&[(DEVICE.in_language(l), device)])) }
            section aria-labelledby="documents" {
                h2 id="documents" { (DOCUMENTS.in_language(l)) }
                ol .plain {
                    @for document in &self.documents {
                        li {
                            @if let Some(title) = &document.title { strong { "《" (title) "》" } " " }
                            @if document.is_held {
                                a .open href=(Link::HeldFile(self.number, document.sha256)) { (OPEN.in_language(l)) }
                            } @else { (NOT_WITH_THIS.in_language(l)) }
                            @if let Some(pages) = document.pages { " · " (pages) " " (PAGES.in_language(l)) }
                            p .soft { "SHA-256 " code { (document.sha256) } }
                        }
                    }
                }
            }
            p { a .go href=(Link::HeldBundle(self.number)) download { (BUNDLE.in_language(l)) } }
            @match &self.apply {
                ApplyWay::Here(voucher) => p { a .button href=(Link::HeldApply(*voucher)) { (APPLY.in_language(l)) } }
                ApplyWay::Elsewhere(url) => {
                    p { a .button href=(url) rel="noreferrer" { (APPLY.in_language(l)) } }
                    p .soft { (ELSEWHERE.in_language(l)) }
                }
                ApplyWay::Applied(_) | ApplyWay::Nowhere => {}
            }
            p .links {
                a href=(Link::VerifierFile) { (VERIFY.in_language(l)) }
                @if let Some(anchors) = &self.anchors {
                    a href=(anchors) download rel="noreferrer" { (ANCHORS.in_language(l)) }
                }
                a href=(Link::HeldSay(self.number)) { (SAY.in_language(l)) }
                a href=(Link::Held) { (BACK.in_language(l)) }
            }
            (leave(frame))
        }
    }

    fn foot(&self) -> Words {
        SERVICE_FOOT
    }

    fn samples() -> Vec<Self> {
        let claim = |title: &str, status: &str, is_proved| ProvedClaim {
            title: title.into(),
            status: status.into(),
            is_proved,
            reason: "签名与证书、挑战值和设备密钥相符。".into(),
        };
        let whole = Self {
            number: sample_number(1),
            voucher: "PZ202611230000000017".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            capacities: "股东、监事".into(),
            recorded_at: "2026-11-23 20:05:00 +08:00".into(),
            received_at: "2026-11-23 20:05:02 +08:00".into(),
            examined_at: "2026-11-28 09:00:00 +08:00".into(),
            found_void: Some((
                "2026-11-27 15:00:00 +08:00".into(),
                "杭州市临安区市场监督管理局".into(),
            )),
            asked_at: Some("2026-11-28 08:59:48 +08:00".into()),
            claims: vec![claim("签名", "核验通过", true), claim("身份", "未能核验", false)],
            photo: Some(Digest::of(b"photo")),
            documents: vec![
                HeldDocument {
                    sha256: Digest::of(b"one"),
                    title: Some("公司章程<b>\"'".into()),
                    pages: Some(3),
                    is_held: true,
                },
                HeldDocument {
                    sha256: Digest::of(b"two"),
                    title: None,
                    pages: None,
                    is_held: false,
                },
            ],
            place: Some(PlaceSketch {
                latitude_e6: 30_274_084,
                longitude_e6: 120_155_069,
                accuracy_m: 64,
            }),
            device: Some("iPhone; iOS 19".into()),
            said: vec![SaidLine {
                what: "您已提出异议：非本人签署".into(),
                said_at: "2026-11-28 09:00:00 +08:00".into(),
                deliveries: vec![
                    "已送达公证处数据中心：2026-11-28 09:00:01 +08:00".into(),
                    "正在送达签署平台，尚未收到对方确认，系统会自动重试".into(),
                ],
            }],
            apply: ApplyWay::Elsewhere("https://notary.example/my/apply/PZ".into()),
            anchors: Some("https://notary.example/anchors.json".into()),
        };
        let bare = Self {
            asked_at: None,
            photo: None,
            place: None,
            device: None,
            said: Vec::new(),
            found_void: None,
            apply: ApplyWay::Nowhere,
            anchors: None,
            ..whole.clone()
        };
        let here = Self { apply: ApplyWay::Here(sample_voucher()), ..bare.clone() };
        let own = OpenApplication {
            number: "SQ202611240000011".into(),
            is_of_company: false,
            code: "AB23CD45EF".into(),
            stage: "待受理".into(),
            at: "2026-11-24 09:00:00 +08:00".into(),
        };
        let companys = OpenApplication {
            number: "SQ202611240000012".into(),
            is_of_company: true,
            code: "GH67JK89MN".into(),
            ..own.clone()
        };
        let applied = |open| Self { apply: ApplyWay::Applied(open), ..bare.clone() };
        vec![whole, here, applied(vec![own.clone()]), applied(vec![companys, own]), bare]
    }
}

const FOUND_VOID: Words = Words::new(
    "登记机关已认定本次签署无效（该签署作废并重签）：在该办件中不再有效。证据仍照原样保管，以下核验结果不因此改变。",
    "The registry found this very signature void: it does not count in the filing any more. The evidence is kept as it was, and what the examination finds stays the same.",
);
const APPLY: Words =
    Words::new("就这次签署申请公证书", "Apply for a certificate about this signing");
const APPLIED: Words = Words::new("您的公证申请", "Your application for a certificate");
const COMPANYS: Words = Words::new("以单位名义", "for the company");
const OWN: Words = Words::new("以本人名义", "in your own name");
const QUERY_CODE: Words = Words::new("查询码", "Query code");
const LOOK_UP: Words = Words::new(
    "凭编号和查询码查看进度、取得文书",
    "With number and code, look how it stands and fetch its documents",
);
const ELSEWHERE: Words = Words::new(
    "由公证处数据中心受理，需用同一号码或邮箱再登录一次。",
    "The notary's data centre takes it; come in there once more with the same number or address.",
);
const TITLE: Words = Words::new("一次签署的证据", "The evidence of one signing");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const CAPACITIES: Words = Words::new("签署身份", "Signed as");
const VOUCHER: Words = Words::new("签署凭证号", "Voucher");
const NUMBER: Words = Words::new("存证编号", "Deposit number");
const RECORDED: Words = Words::new("签署时间", "Signed at");
const RECEIVED: Words = Words::new("公证机构收到", "Received by the notary");
const FOUND: Words = Words::new("系统核验结果", "What the examination found");
const EXAMINED: Words = Words::new(
    "以下由本系统现在用所保管的原始数据重新计算，不是当时留下的结论。时间：",
    "Computed now from the bytes that are held, not remembered from then. At",
);
const NOT_ASKED: Words = Words::new(
    "公证处数据中心未及时应答，日志核对和日志留存按已有依据显示；半分钟后重新打开本页，系统会再次查询。最近一次查询：",
    "The notary's data centre gave no answer in time, so what it would prove is shown as far as it is known; open this page again in half a minute, and it is asked again. Last asked at",
);
const PHOTO: Words = Words::new("现场照片", "Live photo");
const PHOTO_ALT: Words = Words::new("签署时拍摄的照片", "The photo taken while signing");
const PLACE: Words = Words::new("签署位置", "Place");
const DEVICE: Words = Words::new("设备", "Device");
const DOCUMENTS: Words = Words::new("签署的文件", "Documents signed");
const OPEN: Words = Words::new("打开文件", "Open the document");
const NOT_WITH_THIS: Words = Words::new(
    "原文随附加文件的记录保管，可在证据包中核对摘要",
    "Held with the record that added it; compare its digest in the bundle",
);
const PAGES: Words = Words::new("页", "pages");
const BUNDLE: Words = Words::new("下载证据包", "Download the evidence bundle");
const VERIFY: Words =
    Words::new("在浏览器里核验证据包（离线）", "Check the bundle in this browser, offline");
const ANCHORS: Words = Words::new(
    "下载公证处公布的公钥清单（核验时与证据包一起选入）",
    "The keys that the notary publishes, to choose beside the bundle",
);
const SAY: Words = Words::new("不是我签的，或撤回同意", "Not signed by me, or withdraw a consent");
const BACK: Words = Words::new("全部证据", "All that is held");
