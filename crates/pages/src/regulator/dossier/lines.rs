//! What stands on the page of a filing, line by line.

use heqi_vocabulary::{DocumentId, Language, RecordId};
use maud::{Markup, html};

use super::words::{CONTRADICTED, NOT_PROVED, PROVED};
use super::{DwellStrip, HandwritingShown};

/// What can be said of a signature, or of one claim.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own way")]
pub enum StatusShown {
    /// 核验通过.
    Proved,
    /// 未能核验.
    NotProved,
    /// 核验不符.
    Contradicted,
}

impl StatusShown {
    /// Word and sign: nobody has to see a colour.
    pub(super) fn mark(self, l: Language) -> Markup {
        let (class, sign, words) = match self {
            Self::Proved => ("proved", "✓", PROVED),
            Self::NotProved => ("open", "?", NOT_PROVED),
            Self::Contradicted => ("against", "✗", CONTRADICTED),
        };
        html! { span .verdict.(class) { span aria-hidden="true" { (sign) } " " (words.in_language(l)) } }
    }
}

/// One claim about a signature.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ClaimLine {
    /// About what, in the reader's language.
    pub about: String,
    /// What can be said.
    pub status: StatusShown,
    /// Why, in the reader's language.
    pub reason: String,
    /// Whose word it rests on.
    pub vouched_by: String,
}

/// One signature.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SignatureCard {
    /// Its record.
    pub record: RecordId,
    /// Who signed, and in which capacities.
    pub who: String,
    /// What, by title.
    pub documents: Vec<String>,
    /// When, with zone.
    pub at: String,
    /// When the registry found it void, with zone.
    pub found_void: Option<String>,
    /// The voucher's number.
    pub voucher: String,
    /// Who holds it, in the reader's language.
    pub deposits: String,
    /// Whether there is a photo.
    pub has_photo: bool,
    /// The verdict; none where too many would have to be examined.
    pub status: Option<StatusShown>,
    /// For the formal review, in the reader's language.
    pub hint: String,
    /// Each claim by itself.
    pub claims: Vec<ClaimLine>,
    /// The application for a certificate about it.
    pub application: Option<ApplicationShown>,
    /// Under which name one is made once; none where none can be made here.
    pub apply_key: Option<String>,
    /// What the person said about it to a custodian, past the platform, in the reader's language.
    pub said: Vec<String>,
    /// How long each document was looked at before.
    pub dwell: Vec<DwellStrip>,
    /// What was written.
    pub handwriting: Option<HandwritingShown>,
    /// What was asked before the camera and what came of it, in the reader's language.
    pub actions: Vec<String>,
}

/// One party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyLine {
    /// Its name.
    pub name: String,
    /// In which capacities, in the reader's language.
    pub capacities: String,
    /// What it answered after signing, in the reader's language.
    pub answer: String,
}

/// One document version.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DocumentLine {
    /// The version.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// 1 for the first.
    pub version: u32,
    /// Its pages.
    pub pages: u32,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Whether it counts.
    pub is_current: bool,
}

/// One thing that happened.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct EventLine {
    /// What, and to whom, in the reader's language.
    pub what: String,
    /// When, with zone.
    pub at: String,
    /// Its place in the filing's chain.
    pub seq: u64,
    /// Its leaf.
    pub leaf: u64,
}

/// A legal hold in force.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HoldLine {
    /// The record that placed it.
    pub record: RecordId,
    /// Since when, with zone.
    pub since: String,
    /// Under which name it is lifted once.
    pub key: String,
}

/// An application to the notary.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct ApplicationShown {
    /// How it stands, in the reader's language.
    pub state: String,
    /// Since when, with zone.
    pub at: String,
    /// What it is called at the notary, and what the notary said.
    pub reference: Option<String>,
    /// The code with which it is looked up at the notary's.
    pub code: Option<String>,
}
