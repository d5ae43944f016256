//! The one wording of certificates (公证词, domain.md 5.5 as 11.8 narrows it): what is proposed to
//! whoever drafts, what is approved, and so what is printed. Its instants are told to the second.

use std::fmt::Write as _;

use heqi_evidence::deposit::DualDigest;
use heqi_vocabulary::UtcMillis;

use super::examine::Contested;
use super::form::{ApplicantKind, Application};
use super::rows::{Facts, ReplacedDocument};
use super::state::Rule;

/// With these words the paragraph about the signing begins. Where somebody objected it needs the
/// approver's own tick (公证法 art. 31 item 4; domain.md 11.8).
pub const TELLS_SIGNING: &str = "上述电子数据中记录";

/// Without these words no certificate is issued over a signing that anybody has objected to.
pub const TELLS_OBJECTION: &str = "提出异议";

/// Without these words no certificate is issued over a signing that the registry found void (domain.md 11.4).
pub const TELLS_VOID: &str = "该签署作废并重签";

/// What a text hides of what is recorded against the signing it is about.
pub(crate) fn hides(text: &str, contested: Contested) -> Option<Rule> {
    if contested.is_void && !text.contains(TELLS_VOID) {
        return Some(Rule::HidesVoid);
    }
    (contested.objections > 0 && !text.contains(TELLS_OBJECTION)).then_some(Rule::HidesObjection)
}

/// Everything the wording is made from.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CertificateWords<'a> {
    /// Who applies, for what.
    pub application: &'a Application,
    /// Whether the credit code on the form was compared with one that is held; what was not, is told as
    /// declared.
    pub is_code_compared: bool,
    /// When the application was accepted.
    pub accepted_at: UtcMillis,
    /// The platform, as certificates name it.
    pub platform_name: &'a str,
    /// The deposit's number, as it is printed.
    pub deposit_no: &'a str,
    /// When the deposit was received.
    pub received_at: UtcMillis,
    /// Digests of the deposit manifest, which lists every part by its digest. The SHA-256 is the one
    /// the receipt was signed over.
    pub manifest: &'a DualDigest,
    /// The package that the session sealed, annex four.
    pub package: PackageWords<'a>,
    /// The extraction session.
    pub session: SessionWords<'a>,
    /// What the held record says of the signing.
    pub facts: &'a Facts,
    /// Whether anybody has objected, whoever it was.
    pub is_disputed: bool,
}

/// The package that the certificate embeds.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct PackageWords<'a> {
    /// Its digests.
    pub digests: &'a DualDigest,
    /// Whether it keeps something of a third person closed.
    pub is_narrowed: bool,
    /// Whether its log proof is another than was deposited (ADR 0070).
    pub is_proof_anew: bool,
    /// Whether a photo of the signing is in it.
    pub has_photo: bool,
}

/// Place, time and people of the extraction: from the sealed session only.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SessionWords<'a> {
    /// Who was beside the notary.
    pub second: &'a str,
    /// Where.
    pub place: &'a str,
    /// At which registered computer.
    pub workstation: &'a str,
    /// When it was opened.
    pub from: UtcMillis,
    /// When the last act was done.
    pub to: UtcMillis,
}

/// The text of a certificate, a paragraph a line, without heading and signatures.
pub fn certificate_text(words: &CertificateWords<'_>) -> String {
    let CertificateWords { application, facts, .. } = words;
    let mut lines = vec![applicant(application, words.is_code_compared)];
    lines.extend(agent(application));
    lines.push("公证事项：保全证据（电子数据）".to_owned());
    lines.push(format!(
        "申请人{}因{}，于{}向本处申请对本处电子数据保管系统中存证编号为{}的电子数据办理保全证据公证。",
        flat(&application.name),
        flat(&application.purpose),
        chinese_day(words.accepted_at),
        words.deposit_no,
    ));
    lines.push(received(words));
    lines.extend(extracted(words));
    if !facts.signer.is_empty() {
        lines.push(about_signing(facts));
    }
    lines.extend(facts.replaced.iter().map(about_replaced));
    if words.is_disputed {
        lines.push(
            "就上述电子数据所载签署，已有当事人提出异议，异议的内容及处理情况见附件七。本公证书对异议是否成立不作判断。"
                .to_owned(),
        );
    }
    lines.extend(about_void(facts));
    let prints = if words.package.has_photo { "打印件、照片" } else { "打印件" };
    // Where the package differs from it, it is what was extracted that has the digests of the deposit.
    let unchanged = match (words.package.is_narrowed, words.package.is_proof_anew) {
        (false, false) => "，其摘要值与",
        (true, false) => "，除第三人的个人信息以其摘要值代替外未作改动；提取的电子数据的摘要值与",
        (false, true) => "，除日志证明重作外未作改动；提取的电子数据的摘要值与",
        (true, true) => {
            "，除第三人的个人信息以其摘要值代替、日志证明重作外未作改动；提取的电子数据的摘要值与"
        }
    };
    lines.push(format!(
        "兹证明本公证书所附电子数据（附件四）系自本处电子数据保管系统提取{unchanged}{}存证时记录的摘要值一致；本公证书所附{prints}与提取的电子数据内容相符。",
        chinese_second(words.received_at),
    ));
    lines.push(
        "本公证书仅对上述电子数据的接收、保管、提取过程及其完整性予以证明，不对文书所载法律行为的效力作出判断。"
            .to_owned(),
    );
    lines.join("\n")
}

fn applicant(application: &Application, is_code_compared: bool) -> String {
    let Application { name, sex, born, document_number, address, .. } = application;
    let (name, address) = (flat(name), flat(address));
    match application.kind {
        ApplicantKind::Signer => {
            let sex = sex.as_deref().map(|sex| format!("，{sex}")).unwrap_or_default();
            let born =
                born.map(|day| day.format("，%Y年%-m月%-d日出生").to_string()).unwrap_or_default();
            let kind = number_words(&application.document_kind);
            format!("申请人：{name}{sex}{born}，{kind}：{document_number}，住{address}。")
        }
        ApplicantKind::Company | ApplicantKind::Regulator => {
            let legal = application.legal_representative.as_deref().unwrap_or_default();
            let declared = if is_code_compared { "" } else { "（据申请人申报）" };
            format!(
                "申请人：{name}，统一社会信用代码：{document_number}{declared}，住所：{address}，法定代表人：{}。",
                flat(legal)
            )
        }
    }
}

/// Who applies for another, of a company with the document that was shown (公证程序规则 art. 42).
fn agent(application: &Application) -> Option<String> {
    let name = flat(application.agent.as_deref()?);
    let document = application
        .acting_document
        .as_ref()
        .map(|document| format!("，{}：{}", number_words(&document.kind), document.number));
    Some(format!("委托代理人：{name}{}", document.unwrap_or_default()))
}

fn number_words(kind: &str) -> &'static str {
    if kind == "resident_id" { "公民身份号码" } else { "证件号码" }
}

fn received(words: &CertificateWords<'_>) -> String {
    let platform = words.platform_name;
    format!(
        "经查，{platform}与本处电子数据保管系统对接。{}，本处系统自{platform}接收上述存证编号项下电子数据（文件{}件，清单见附件一），系统即时记录其摘要值（存证清单的SM3：{}；SHA-256：{}；各文件的SM3与SHA-256见附件一）、接收时间及存证编号，并持续保存至今。该项电子数据由平台（非公证机构管控）产生。",
        chinese_second(words.received_at),
        words.facts.parts.len(),
        words.manifest.sm3,
        words.manifest.sha256,
    )
}

/// Who extracted where and when, and the five steps of it.
fn extracted(words: &CertificateWords<'_>) -> [String; 6] {
    let closed = if words.package.is_narrowed {
        "，其中第三人的个人信息未予公开，以其摘要值代替，不影响对电子数据完整性的核验"
    } else {
        ""
    };
    // Annex one lists what was received; the proof that is embedded came to be only now.
    let anew = if words.package.is_proof_anew {
        "，其中的日志证明就同一记录在日志中的同一位置、依其后经联署的树头重作，接收时的日志证明由本处留存"
    } else {
        ""
    };
    let SessionWords { second, place, workstation, from, to } = words.session;
    let package = words.package.digests;
    [
        format!(
            "根据《中华人民共和国公证法》《公证程序规则》的规定，本公证员与本处工作人员{second}于{}至{}在{}，使用本处计算机（{workstation}）进行了如下操作：",
            chinese_second(from),
            chinese_second(to),
            flat(place),
        ),
        "一、检查计算机及网络环境（见附件二）；".to_owned(),
        format!(
            "二、登录本处电子数据保管系统，检索存证编号{}，提取该编号项下全部电子数据；",
            words.deposit_no
        ),
        "三、对提取的文件重新计算摘要值，与存证时记录的摘要值比对，结果：一致；".to_owned(),
        "四、对电子签名、时间戳进行验证，结果见附件三；".to_owned(),
        format!(
            "五、将提取的数据存入电子数据包并封存（附件四，SM3：{}；SHA-256：{}）{closed}{anew}，一式{}份，打印相关页面（附件五至附件七）。",
            package.sm3, package.sha256, words.application.copies,
        ),
    ]
}

fn about_signing(facts: &Facts) -> String {
    let documents: Vec<String> =
        facts.documents.iter().map(|title| format!("《{}》", flat(title))).collect();
    let signed_at = facts.signed_at.map(chinese_second).unwrap_or_default();
    let number =
        if facts.number.is_empty() { String::new() } else { format!("、{}", facts.number) };
    let mut text =
        format!("{TELLS_SIGNING}：{signed_at}，以“{}{number}”名义，", flat(&facts.signer));
    // Writing to a string does not fail.
    if !facts.checked.is_empty() {
        let _ = write!(text, "经{}通过后，", facts.checked.join("、"));
    }
    for missing in &facts.unchecked {
        let _ = write!(text, "未见{missing}，");
    }
    let _ = write!(text, "在{}上进行了电子签署", documents.join("、"));
    let answered = facts.answered_at.map(chinese_second).unwrap_or_default();
    let way = if facts.answered_by.is_empty() {
        String::new()
    } else {
        format!("，以{}方式", facts.answered_by)
    };
    let _ = match facts.answer.as_str() {
        "confirmed" => write!(text, "；{answered}{way}作出“确认”的回复。"),
        "objected" => write!(text, "；{answered}{way}作出“异议”的回复。"),
        // When it was taken back stands in annex seven.
        "taken_back" => write!(text, "；{answered}{way}作出“异议”的回复，其后已撤回该异议。"),
        _ => write!(text, "；至起草时未见其作出回复。"),
    };
    text
}

/// Which version was signed, where another stands in its place by now.
fn about_replaced(replaced: &ReplacedDocument) -> String {
    let ReplacedDocument { title, version, at, by } = replaced;
    format!(
        "上述签署所涉《{}》为第{version}版，其后于{}由第{by}版替换，就第{version}版所作的签署自该时起不再计入该办件。",
        flat(title),
        chinese_second(*at),
    )
}

/// That the registry found this very signature void. Told as what the records say: an office judges no decision
/// of the registry.
fn about_void(facts: &Facts) -> Option<String> {
    let at = chinese_second(facts.voided_at?);
    let by = flat(&facts.voided_by);
    let by = if by.is_empty() { String::new() } else { format!("（{by}）") };
    Some(format!(
        "本处保管的同一办件的电子数据中记录：登记机关{by}于{at}就上述签署认定该签署无效，作出“{TELLS_VOID}”的处理（见附件七），上述签署自该时起不再计入该办件。本公证书对该项处理不作判断。"
    ))
}

/// What somebody typed, as part of one paragraph.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2026年11月23日`.
pub fn chinese_day(at: UtcMillis) -> String {
    let day = at.shanghai_day();
    let number = |range: std::ops::Range<usize>| {
        day.get(range).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0)
    };
    format!("{}年{}月{}日", number(0..4), number(4..6), number(6..8))
}

/// `2026年11月23日20时05分09秒`.
pub fn chinese_second(at: UtcMillis) -> String {
    let text = at.for_people();
    let number = |range: std::ops::Range<usize>| {
        text.get(range).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0)
    };
    format!("{}{}时{:02}分{:02}秒", chinese_day(at), number(11..13), number(14..16), number(17..19))
}

#[cfg(test)]
mod tests;
