//! What anybody may learn who has a number of this office and the code beside it: whether a certificate
//! stands, what one of the small documents is, and, for who applied, how the application stands and
//! its documents. No login, nothing is stored, and who is not told is not told why.

use heqi_vocabulary::{Digest, UtcMillis};

use super::error::MatterError;
use super::examine::contested_held;
use super::finish::{certificate_file, certificate_renewals};
use super::form::{ApplicantKind, Application};
use super::notice::{NoticeKind, NoticeNo, NoticeSays, file_of};
use super::number::{ApplicationNo, CertificateNo};
use super::rows::{CERTIFICATES, Content, MATTERS, NOTICES, data_key_of};
use super::state::{Matter, Stage};
use crate::office::NotaryOffice;

/// How a certificate stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Standing {
    /// It stands as issued.
    Valid,
    /// It stands as corrected.
    Corrected,
    /// It is void.
    Voided,
}

/// What is said of a certificate: nothing that its holder has not on paper, but for what was recorded against the signing
/// since.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// Its number.
    pub number: CertificateNo,
    /// How it stands.
    pub standing: Standing,
    /// When it was issued.
    pub issued_at: Option<UtcMillis>,
    /// When it was voided.
    pub voided_at: Option<UtcMillis>,
    /// How often it was corrected.
    pub corrections: u32,
    /// By which documents, and when, oldest first: whoever relies on it compares the number with what its holder shows.
    pub corrected_by: Vec<(NoticeNo, UtcMillis)>,
    /// Whether somebody has objected to the signing it is about, before it was issued or since.
    pub is_disputed: bool,
    /// Whether the registry found that very signature void, before it was issued or since.
    pub is_signing_void: bool,
    /// The applicant: a person masked, the first character and stars; a company or an authority by its name.
    pub applicant: String,
    /// SHA-256 of the file that was issued, to compare with the one at hand.
    pub sha256: Option<Digest>,
}

/// Looks a certificate up by its number, or the number's digest out of the QR code, and the
/// code. `None`: no such number, another code, or nothing was issued; which, is not said.
///
/// # Errors
/// The store could not be read.
pub async fn check_certificate(
    office: &NotaryOffice,
    asked: &str,
    code: &str,
) -> Result<Option<Checked>, MatterError> {
    let Some(digest) = digest_of(asked) else { return Ok(None) };
    let Some(application) = CERTIFICATES.durable_row(office.store(), &digest).await? else {
        return Ok(None);
    };
    let Some((matter, content)) = opened(office, application.value).await? else {
        return Ok(None);
    };
    let Some(number) = matter.certificate().cloned() else { return Ok(None) };
    if content.check_code.is_empty() || !is_same(&content.check_code, code) {
        return Ok(None);
    }
    let standing = match (matter.stage(), matter.corrections()) {
        (Stage::Voided, _) => Standing::Voided,
        (_, 0) => Standing::Valid,
        _ => Standing::Corrected,
    };
    let contested = contested_held(office, &matter.deposit).await?;
    Ok(Some(Checked {
        number,
        standing,
        is_disputed: contested.objections > 0,
        is_signing_void: contested.is_void,
        issued_at: matter.issue().map(|issue| issue.at),
        voided_at: matter.voided_at(),
        corrections: matter.corrections(),
        corrected_by: corrections_of(&matter),
        applicant: shown_name(&content.application),
        sha256: matter.issue().map(|issue| issue.sha256),
    }))
}

fn corrections_of(matter: &Matter) -> Vec<(NoticeNo, UtcMillis)> {
    let all = matter.notices().iter();
    let corrections = all.filter(|notice| notice.no.kind() == NoticeKind::Correction);
    corrections.map(|notice| (notice.no, notice.at)).collect()
}

/// A small document that was looked up.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CheckedNotice {
    /// Its number, which says what it is.
    pub number: NoticeNo,
    /// The application it is about.
    pub application: ApplicationNo,
    /// Its day.
    pub at: UtcMillis,
    /// To whom: a person masked, a company or an authority by its name.
    pub recipient: String,
    /// SHA-256 of the file; `None` while it is being made.
    pub sha256: Option<Digest>,
    /// The certificate that a correction corrects.
    pub corrects: Option<String>,
}

/// How an application stands, for who applied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Its number.
    pub application: ApplicationNo,
    /// How far it has come.
    pub matter: Matter,
    /// The documents that can be fetched: their numbers.
    pub notices: Vec<NoticeNo>,
    /// Whether the certificate can be fetched.
    pub has_certificate: bool,
    /// Whether renewals of its time stamps can be fetched: not before a head over its step is stamped.
    pub has_renewals: bool,
}

/// What somebody asked for by a number and a code.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in words of its own")]
pub enum Found {
    /// A certificate.
    Certificate(Checked),
    /// One of the small documents.
    Notice(CheckedNotice),
    /// An application, to who applied.
    Application(Box<Progress>),
}

/// Looks anything of this office up by its number, or the number's digest, and the code beside it.
/// `None`: nothing of this office has both; which is wrong, is not said.
///
/// # Errors
/// The store could not be read.
pub async fn look_up(
    office: &NotaryOffice,
    asked: &str,
    code: &str,
) -> Result<Option<Found>, MatterError> {
    let asked = asked.trim();
    if let Ok(application) = asked.to_ascii_uppercase().parse::<ApplicationNo>() {
        let Some(mut found) = progress(office, application, code).await? else { return Ok(None) };
        // What cannot be read is not offered, and hides nothing else.
        found.has_renewals = found.has_certificate
            && renewals(office, application).await.is_ok_and(|file| file.is_some());
        return Ok(Some(Found::Application(Box::new(found))));
    }
    if let Some(notice) = check_notice(office, asked, code).await? {
        return Ok(Some(Found::Notice(notice)));
    }
    Ok(check_certificate(office, asked, code).await?.map(Found::Certificate))
}

async fn check_notice(
    office: &NotaryOffice,
    asked: &str,
    code: &str,
) -> Result<Option<CheckedNotice>, MatterError> {
    let digest = match (asked.parse::<Digest>(), asked.to_ascii_uppercase().parse::<NoticeNo>()) {
        (Ok(digest), _) => digest,
        (_, Ok(number)) => number.digest(),
        _ => return Ok(None),
    };
    let Some(row) = NOTICES.durable_row(office.store(), &digest).await? else { return Ok(None) };
    let Some((matter, content)) = opened(office, row.value).await? else { return Ok(None) };
    let all = matter.notices().iter().zip(&content.notices);
    let found = all.into_iter().find(|(notice, _)| notice.no.digest() == digest);
    let Some((notice, text)) = found.filter(|(_, text)| is_same(&text.code, code)) else {
        return Ok(None);
    };
    let corrects = match &text.says {
        NoticeSays::Correction { certificate, .. } => Some(certificate.clone()),
        _ => None,
    };
    Ok(Some(CheckedNotice {
        number: notice.no,
        application: matter.no(),
        at: notice.at,
        recipient: shown_name(&content.application),
        sha256: notice.made.map(|made| made.sha256),
        corrects,
    }))
}

async fn progress(
    office: &NotaryOffice,
    application: ApplicationNo,
    code: &str,
) -> Result<Option<Progress>, MatterError> {
    let Some((matter, content)) = opened(office, application).await? else { return Ok(None) };
    if content.query_code.is_empty() || !is_same(&content.query_code, code) {
        return Ok(None);
    }
    let made = matter.notices().iter().filter(|notice| notice.made.is_some());
    Ok(Some(Progress {
        application,
        notices: made.map(|notice| notice.no).collect(),
        has_certificate: is_fetched(&matter),
        has_renewals: false,
        matter,
    }))
}

/// The renewals of a certificate's time stamps; `None` while no head over its step is stamped.
async fn renewals(
    office: &NotaryOffice,
    application: ApplicationNo,
) -> Result<Option<Vec<u8>>, MatterError> {
    match certificate_renewals(office, application).await {
        Ok(file) => Ok(Some(file)),
        Err(MatterError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A certificate that stands can be fetched by who applied; a void one is not handed out.
fn is_fetched(matter: &Matter) -> bool {
    matter.issue().is_some() && matter.stage() == Stage::Issued
}

/// A document of an application for who applied: its certificate, its `renewals`, or the small document
/// of this number. `None` as in [`look_up`].
///
/// # Errors
/// The store could not be read, or what is kept is not what was made.
pub async fn fetch(
    office: &NotaryOffice,
    application: ApplicationNo,
    (code, which): (&str, &str),
) -> Result<Option<Vec<u8>>, MatterError> {
    let Some(found) = progress(office, application, code).await? else { return Ok(None) };
    if which == "renewals" {
        return if found.has_certificate { renewals(office, application).await } else { Ok(None) };
    }
    if which == "certificate" {
        if !found.has_certificate {
            return Ok(None);
        }
        return certificate_file(office, application).await.map(Some);
    }
    let Some(number) = which.parse().ok().filter(|number| found.notices.contains(number)) else {
        return Ok(None);
    };
    let opened = super::act::open(office, application).await?;
    file_of(office, &opened, number).await.map(Some)
}

async fn opened(
    office: &NotaryOffice,
    application: ApplicationNo,
) -> Result<Option<(Matter, Content)>, MatterError> {
    let Some(stored) = MATTERS.durable_row(office.store(), &application).await? else {
        return Ok(None);
    };
    let place = MATTERS.key(&application)?;
    let Ok(key) = office.store().vault().key(data_key_of(application)) else { return Ok(None) };
    let content = stored.value.content.open_with(&key, place.as_bytes())?;
    Ok(Some((stored.value.matter, content)))
}

fn digest_of(asked: &str) -> Option<Digest> {
    let asked = asked.trim();
    if let Ok(digest) = asked.parse() {
        return Some(digest);
    }
    asked.parse::<CertificateNo>().ok().map(|number| number.digest())
}

/// Every character is looked at, whatever the first difference.
fn is_same(kept: &str, typed: &str) -> bool {
    let typed: Vec<u8> = typed
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| byte.to_ascii_uppercase())
        .take(kept.len() + 1)
        .collect();
    let differing = kept.bytes().zip(&typed).fold(0, |sum, (a, b)| sum | (a ^ b));
    differing == 0 && typed.len() == kept.len()
}

/// Who applied, as anybody may read it: a company's name is public, as every register shows it, and so is
/// that of an authority; who acted for either is not shown at all.
fn shown_name(application: &Application) -> String {
    match application.kind {
        ApplicantKind::Company | ApplicantKind::Regulator => application.name.clone(),
        ApplicantKind::Signer => masked(&application.name),
    }
}

/// The first character and as many stars as follow, four at most.
pub(super) fn masked(name: &str) -> String {
    let mut characters = name.chars();
    let first: String = characters.next().into_iter().collect();
    first + &"*".repeat(characters.count().clamp(1, 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::form::ApplicationForm;

    #[test]
    fn a_code_is_the_same_however_it_is_typed_and_no_prefix_is() {
        assert!(is_same("AB23CD45", "ab23-cd45"));
        for other in ["", "AB23CD4", "AB23CD456", "AB23CD44"] {
            assert!(!is_same("AB23CD45", other), "{other}");
        }
    }

    #[test]
    fn a_persons_name_is_masked_and_no_authoritys() {
        assert_eq!(
            (masked("张三").as_str(), masked("古丽巴哈尔·示例").as_str()),
            ("张*", "古****")
        );
        let person = ApplicationForm {
            applicant: "signer".into(),
            name: "张三".into(),
            document_kind: "resident_id".into(),
            document_number: "11010519491231002X".into(),
            address: "杭州市临安区示例路1号".into(),
            phone: "0571-0000110".into(),
            purpose: "在杭州市使用".into(),
            manner: "在手机上签署".into(),
            materials: "居民身份证复印件".into(),
            copies: "1".into(),
            delivery: "download".into(),
            lawsuit: "no".into(),
            truth: "yes".into(),
            ..ApplicationForm::default()
        };
        let authority = ApplicationForm {
            applicant: "regulator".into(),
            name: "示例区市场监督管理局".into(),
            document_number: "91330112MA00000159".into(),
            legal_representative: "王强".into(),
            legal_basis: "条例第40条 临市监〔2026〕1号".into(),
            ..person.clone()
        };
        let shown = |form: &ApplicationForm| {
            let today = "2026-11-28".parse().unwrap();
            shown_name(&form.parse(today).unwrap())
        };
        assert_eq!(
            (shown(&person).as_str(), shown(&authority).as_str()),
            ("张*", "示例区市场监督管理局")
        );
    }
}
