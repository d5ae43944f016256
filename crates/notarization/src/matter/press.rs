//! Who makes the certificate itself: a port, because a PDF, a seal and a time authority are no
//! business of this crate. What is handed over is everything that is printed.

use std::fmt;
use std::pin::Pin;

use chrono::NaiveDate;
use heqi_vocabulary::{DepositNo, Digest, UtcMillis, VoucherNo};

use super::extraction::Act;
use super::form::Application;
use super::notice::{NoticeNo, NoticeSays};
use super::number::{AcceptanceNo, ApplicationNo, CertificateNo};
use super::rows::HeldPart;
use super::state::Fee;

/// Everything a certificate is printed from.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct CertificateSheet {
    /// Its number.
    pub number: CertificateNo,
    /// The application's number.
    pub no: ApplicationNo,
    /// The acceptance: number and time.
    pub acceptance: (AcceptanceNo, UtcMillis),
    /// Who applies, for what.
    pub application: Application,
    /// The signing's voucher.
    pub voucher: Option<VoucherNo>,
    /// The deposit it is about, and when it was received.
    pub deposit: (DepositNo, UtcMillis),
    /// Full name of the office.
    pub office_name: String,
    /// The name of the platform.
    pub platform_name: String,
    /// The notary who signs.
    pub notary_name: String,
    /// The day of the certificate: of the approval (公证程序规则 art. 44).
    pub dated_at: UtcMillis,
    /// The certificate's text as approved, line by line, without heading and signatures.
    pub text: String,
    /// Every held part with both digests: attachment one.
    pub parts: Vec<HeldPart>,
    /// Where the extraction took place, at which computer, with whom beside.
    pub session: SessionPlace,
    /// The working record: attachment two.
    pub working_record: Vec<WorkingLine>,
    /// The verification report: attachment three.
    pub report: Vec<ReportLine>,
    /// The evidence bundle as the session sealed it, narrowed to what the applicant may read (ADR 0074):
    /// attachment four, embedded. Attachments five and six are what stands in it:
    /// photo and surroundings of the signing, receipt and log proof.
    pub package: Vec<u8>,
    /// What was answered after the signing: attachment seven.
    pub answers: Answers,
    /// Where anybody checks the certificate, with number and code: what the QR code holds.
    pub check_url: String,
    /// The code to type beside the number.
    pub check_code: String,
    /// The fee.
    pub fee: Fee,
}

/// Where an extraction took place.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct SessionPlace {
    /// Where.
    pub place: String,
    /// At which registered computer.
    pub workstation: String,
    /// Who was beside.
    pub second: String,
}

/// One line of the working record, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct WorkingLine {
    /// What was done.
    pub act: Act,
    /// When.
    pub at: UtcMillis,
    /// By whom.
    pub operator: String,
    /// Whether it came out as it should.
    pub passed: bool,
    /// SHA-256 of the program.
    pub tool_sha256: Digest,
    /// SHA-256 of what it gave out.
    pub output_sha256: Digest,
    /// SHA-256 of the page that was shown for it; sessions of before it was kept have none.
    pub screen_sha256: Option<Digest>,
}

/// What the parties answered after the signing, until the day of the certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct Answers {
    /// One line for each, in order of time.
    pub lines: Vec<AnswerLine>,
    /// The same for programs, to be embedded: each record with its place and its answer opened and
    /// everything else closed (`docs/spec/sealed-pdf.md`); empty when there is none.
    pub file: Vec<u8>,
}

/// One answer, for people. Names of third parties are masked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct AnswerLine {
    /// Who answered, or decided.
    pub who: String,
    /// What.
    pub what: String,
    /// When.
    pub at: UtcMillis,
    /// In what way.
    pub way: String,
    /// Root of its record; what was said to a custodian has none.
    pub root: Option<Digest>,
}

/// One line of the verification report, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct ReportLine {
    /// Number of the point.
    pub number: usize,
    /// What it is called.
    pub title: String,
    /// What came of it.
    pub result: String,
    /// On what it rests, and the remark of a person.
    pub evidence: String,
}

/// A certificate that was printed, sealed and stamped.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an answer: adapters build it")]
pub struct Pressed {
    /// The file.
    pub file: Vec<u8>,
    /// The time of the token over the signature.
    pub stamped_at: UtcMillis,
}

impl fmt::Debug for Pressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pressed({} bytes, stamped at {})", self.file.len(), self.stamped_at)
    }
}

/// Everything a small document is printed from.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever prints reads all of it")]
pub struct NoticeSheet {
    /// Its number, which says what it is.
    pub no: NoticeNo,
    /// The time of the step it tells of.
    pub at: UtcMillis,
    /// The application.
    pub application: ApplicationNo,
    /// To whom it is addressed.
    pub recipient: String,
    /// The notary in charge; empty before one is.
    pub notary_name: String,
    /// Full name of the office.
    pub office_name: String,
    /// What it says.
    pub says: NoticeSays,
    /// The last day of the statutory period, or of a supplement.
    pub due: Option<NaiveDate>,
    /// The fee as it stands.
    pub fee: Fee,
    /// Where anybody checks it, with number and code: what the QR code holds.
    pub check_url: String,
    /// The code to type beside the number.
    pub check_code: String,
    /// Where the applicant sees how the application stands and fetches its documents, and the code
    /// for it; empty for applications of before there was one.
    pub query: (String, String),
}

/// Prints, seals and stamps certificates and the small documents.
pub trait Press: fmt::Debug + Send + Sync {
    /// Makes a small document. Without a good time token there is none.
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_>;

    /// Makes the certificate. Without a good time token there is none.
    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_>;
}

/// What a press answers.
pub type PressAnswer<'a> = Pin<Box<dyn Future<Output = Result<Pressed, PressError>> + Send + 'a>>;

/// Why there is no certificate.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PressError {
    /// No font prints this character.
    #[error("no font prints U+{:04X}", u32::from(*.0))]
    Character(char),
    /// No time authority gave a good token.
    #[error("no time authority gave a good token")]
    NoTime,
    /// The seal could not be used.
    #[error("the seal could not be used")]
    Seal,
    /// The sheet could not be printed.
    #[error("the sheet could not be printed: {0}")]
    Sheet(String),
}
