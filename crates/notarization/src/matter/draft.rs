//! The certificate's text (公证词, domain.md 5.5): proposed from the form, the record and the
//! extraction session, edited by a person, handed in for approval.

use std::fmt::Write as _;

use heqi_vocabulary::{Digest, UtcMillis};

use super::act::{Desk, Opened, act, open};
use super::error::MatterError;
use super::examine::answer_held;
use super::form::{ApplicantKind, Application};
use super::number::ApplicationNo;
use super::rows::Content;
use super::state::{Draft, Matter, Rule};
use super::step::StepKind;
use crate::office::NotaryOffice;
use crate::staff::{Officer, officer_name};

/// The longest text of a certificate, in characters.
pub const MAX_DRAFT: usize = 8_000;
/// With these words the paragraph about the signing begins. Where somebody objected it needs the
/// approver's own tick (公证法 art. 31 item 4; domain.md 11.8).
pub const TELLS_SIGNING: &str = "上述电子数据中记录";

/// What a draft may be, before it is one.
fn check_text(draft: &str) -> Result<String, MatterError> {
    let text = draft.replace("\r\n", "\n").trim().to_owned();
    let fits = (1..=MAX_DRAFT).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && c != '\n');
    if fits { Ok(text) } else { Err(MatterError::Text) }
}

/// The digest by which a draft is named.
pub fn digest_of(text: &str) -> Digest {
    Digest::labelled("heqi.certificate-draft/v1\n", text.as_bytes())
}

/// The proposal for the text: everything in it comes from the form, the held record and the
/// sealed session.
///
/// # Errors
/// [`MatterError::Rule`] with what keeps a draft from being written.
pub async fn propose(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
) -> Result<String, MatterError> {
    let mut opened = open(office, no).await?;
    if let Some(rule) = opened.matter.draft_blocked() {
        return Err(rule.into());
    }
    let session = opened.matter.extraction().ok_or(Rule::NoExtraction)?;
    let second = officer_name(office, session.second()).await;
    let second = second.map_err(|error| MatterError::Broken(error.to_string()))?;
    // An objection may have come since the examination.
    let (answer, answered_at) = answer_held(office, &opened.matter.deposit).await?;
    answer.clone_into(&mut opened.content.facts.answer);
    opened.content.facts.answered_at = answered_at;
    Ok(template(desk, &opened.matter, &opened.content, &second))
}

/// Keeps a draft.
///
/// # Errors
/// [`MatterError::Rule`] with what keeps it from being written: above all, no sealed session.
pub async fn save_draft(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    draft: &str,
) -> Result<Digest, MatterError> {
    let text = check_text(draft)?;
    let sha256 = digest_of(&text);
    let tells_signing = text.contains(TELLS_SIGNING);
    act(office, no, by, StepKind::Drafted, |opened| {
        let draft = Draft { by: by.account, at: opened.now, sha256, tells_signing };
        opened.matter.drafted(by, draft)?;
        opened.content.draft.clone_from(&text);
        Ok((format!("sha256 {sha256}"), sha256))
    })
    .await
}

/// Hands the draft in for approval.
///
/// # Errors
/// [`MatterError::Rule`].
pub async fn hand_in(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
) -> Result<(), MatterError> {
    act(office, no, by, StepKind::HandedIn, |opened| {
        opened.matter.hand_in(by)?;
        Ok((String::new(), ()))
    })
    .await
}

/// Sends the draft back with a reason.
///
/// # Errors
/// [`MatterError::Rule`].
pub async fn send_back(
    office: &NotaryOffice,
    no: ApplicationNo,
    by: &Officer,
    why: &str,
) -> Result<(), MatterError> {
    let why = super::form::text(why).ok_or(MatterError::Text)?;
    act(office, no, by, StepKind::SentBack, |opened: &mut Opened<'_>| {
        opened.matter.send_back(by)?;
        opened.content.reasons.push(why.clone());
        Ok((why.clone(), ()))
    })
    .await
}

/// `2026年11月23日`.
pub fn chinese_day(at: UtcMillis) -> String {
    let day = at.shanghai_day();
    let number = |range: std::ops::Range<usize>| {
        day.get(range).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0)
    };
    format!("{}年{}月{}日", number(0..4), number(4..6), number(6..8))
}

/// `2026年11月23日20时5分`.
pub fn chinese_minute(at: UtcMillis) -> String {
    let text = at.for_people();
    let clock = text.get(11..16).and_then(|clock| clock.split_once(':'));
    let (hour, minute) = clock.unwrap_or(("0", "0"));
    let plain = |text: &str| text.parse::<u32>().unwrap_or(0);
    format!("{}{}时{}分", chinese_day(at), plain(hour), plain(minute))
}

fn template(desk: &Desk, matter: &Matter, content: &Content, second: &str) -> String {
    let facts = &content.facts;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", applicant(&content.application));
    if let Some(agent) = &content.application.agent {
        let _ = writeln!(text, "委托代理人：{agent}");
    }
    let _ = writeln!(text, "公证事项：保全证据（电子数据）");
    let accepted = matter.acceptance().map(|a| chinese_day(a.at)).unwrap_or_default();
    let _ = writeln!(
        text,
        "申请人{}因{}，于{accepted}向本处申请对{}中存证编号为{}的电子数据办理保全证据公证。",
        content.application.name,
        content.application.purpose,
        desk.platform_name,
        matter.deposit_no(),
    );
    let _ = writeln!(
        text,
        "经查，{}与本处电子数据保管系统对接。{}，本处系统自{}接收上述存证编号项下电子数据（{}个部分，清单见附件一），系统即时记录其摘要值（SHA-256与SM3，见附件一）、接收时间及存证编号，并持续保存至今。",
        desk.platform_name,
        chinese_minute(matter.deposited_at()),
        desk.platform_name,
        facts.parts.len(),
    );
    if let Some(session) = matter.extraction() {
        let (from, to) = (session.opened_at(), session.ended_at().unwrap_or(session.opened_at()));
        let _ = writeln!(
            text,
            "根据《中华人民共和国公证法》《公证程序规则》的规定，本公证员与本处工作人员{second}于{}至{}在{}，使用本处计算机（{}）进行了如下操作：",
            chinese_minute(from),
            chinese_minute(to),
            content.place,
            session.workstation(),
        );
    }
    for line in [
        "一、检查计算机及网络环境（见附件二）；",
        "二、登录本处电子数据保管系统，检索上述存证编号，提取该编号项下全部电子数据；",
        "三、对提取的文件重新计算摘要值，与存证时记录的摘要值比对，结果：一致；",
        "四、对电子签名、时间戳进行验证，结果见附件三；",
        "五、将提取的数据封存为电子数据包，作为本公证书附件四。",
    ] {
        let _ = writeln!(text, "{line}");
    }
    if !facts.signer.is_empty() {
        let _ = writeln!(text, "{}", about_signing(content));
    }
    let _ = writeln!(
        text,
        "兹证明本公证书所附电子数据（附件四）系自本处电子数据保管系统提取，其摘要值与{}存证时记录的摘要值一致。",
        chinese_minute(matter.deposited_at()),
    );
    let _ = write!(
        text,
        "本公证书仅对上述电子数据的接收、保管、提取过程及其完整性予以证明，不对文书所载法律行为的效力作出判断。"
    );
    text
}

fn applicant(application: &Application) -> String {
    let Application { name, sex, born, document_number, address, .. } = application;
    match application.kind {
        ApplicantKind::Signer => {
            let sex = sex.as_deref().map(|sex| format!("，{sex}")).unwrap_or_default();
            let born =
                born.map(|day| day.format("，%Y年%-m月%-d日出生").to_string()).unwrap_or_default();
            let kind = match application.document_kind.as_str() {
                "resident_id" => "公民身份号码",
                _ => "证件号码",
            };
            format!("申请人：{name}{sex}{born}，{kind}：{document_number}，住{address}。")
        }
        ApplicantKind::Regulator => {
            let legal = application.legal_representative.as_deref().unwrap_or_default();
            format!(
                "申请人：{name}，统一社会信用代码：{document_number}，住所：{address}，法定代表人：{legal}。"
            )
        }
    }
}

fn about_signing(content: &Content) -> String {
    let facts = &content.facts;
    let documents: Vec<String> = facts.documents.iter().map(|d| format!("《{d}》")).collect();
    let signed_at = facts.signed_at.map(chinese_minute).unwrap_or_default();
    let mut text = format!(
        "{TELLS_SIGNING}：{signed_at}，以“{}”名义，在{}上进行了电子签署",
        facts.signer,
        documents.join("、"),
    );
    let answered = facts.answered_at.map(chinese_minute).unwrap_or_default();
    match facts.answer.as_str() {
        "confirmed" => {
            let _ = write!(text, "；{answered}作出“确认”的回复");
        }
        "objected" => {
            let _ = write!(text, "；{answered}提出异议");
        }
        _ => {}
    }
    text.push('。');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_minutes_are_written_as_a_certificate_writes_them() {
        let at: UtcMillis = "2026-11-23T12:05:00.000Z".parse().unwrap();
        assert_eq!(chinese_day(at), "2026年11月23日");
        assert_eq!(chinese_minute(at), "2026年11月23日20时5分");
    }

    #[test]
    fn a_draft_has_text_and_no_control_characters() {
        assert_eq!(check_text(" 一\r\n二 ").unwrap(), "一\n二");
        for bad in ["", " \n ", "a\u{0}b", &"字".repeat(MAX_DRAFT + 1)] {
            assert!(check_text(bad).is_err());
        }
    }
}
