//! What a signer sees: what is to be signed, what is asked, how far it has come.

use heqi_filing::{
    CeremonyState, Confirmation, ConsentKind, Decision, Document, Filing, FilingState, Matter,
    Party, PartyKind, Review, STAND_IN_FOR_MS, StandIn,
};
use heqi_vocabulary::{
    CeremonyId, Digest, FilingId, FilingNo, Language, PartyId, RecordId, SigningId, UtcMillis,
    VoucherNo,
};
use serde::Serialize;

use crate::acknowledge::Acknowledged;
use crate::add_party::party_words;
use crate::begin_signing::{DocumentToSign, capacity_words};
use crate::ceremonies;
use crate::contacts::{self, Contact};
use crate::correct_person::{Correction, corrections};
use crate::declare_capital;
use crate::fault::{ActError, Fault, Thing};
use crate::filings;
use crate::key_points::KeyPoints;
use crate::platform::Platform;
use crate::request::Actor;
use crate::review_wanted::{OtherWay, ReviewWay, counter_code};
use crate::show_guardianship::GuardianshipShown;
use crate::show_seal::SealShown;
use crate::shown::{confirmation_text, shown_sha256, statement_sha256};
use crate::special_name::{self, NameQuestion};

mod texts;

/// A ceremony as its signer sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CeremonyView {
    /// The ceremony.
    pub ceremony_id: CeremonyId,
    /// The filing.
    pub filing_id: FilingId,
    /// The filing's number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// The party.
    pub party_id: PartyId,
    /// `person`, `company` or `ward`.
    pub party_kind: &'static str,
    /// The party's name.
    pub party_name: String,
    /// The person who signs for a company, or the guardian of a minor.
    pub representative_name: Option<String>,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// How far it has come.
    pub state: CeremonyState,
    /// When the link ends.
    pub expires_at: UtcMillis,
    /// What is still to be signed.
    pub documents: Vec<DocumentToSign>,
    /// What is asked.
    pub consents: Vec<ConsentView>,
    /// The statement of intent.
    pub intent: IntentView,
    /// The key points of what is signed.
    #[serde(skip)]
    pub key_points: KeyPoints,
    /// What was read.
    pub read: Vec<Acknowledged>,
    /// The challenge under way.
    pub signing_id: Option<SigningId>,
    /// SHA-256 of the handwriting for it.
    pub strokes_sha256: Option<Digest>,
    /// What the signer chose instead of the camera, and since when that waits.
    #[serde(skip)]
    pub other_way: Option<OtherWay>,
    /// What a person looks at instead of a photo, whether or not it still counts.
    #[serde(skip)]
    pub stand_in: Option<StandIn>,
    /// The statement that is read aloud, its places filled, where a video was chosen.
    #[serde(skip)]
    pub spoken: Option<String>,
    /// The number that is told at the counter, where that was chosen.
    #[serde(skip)]
    pub counter_code: Option<String>,
    /// Whether an office reviews on this platform.
    #[serde(skip)]
    pub is_reviewed: bool,
    /// The code of the company that the party is, where it was declared.
    #[serde(skip)]
    pub company_code: Option<String>,
    /// Whether the document declared is one of somebody from abroad (edge case 2).
    #[serde(skip)]
    pub is_from_abroad: bool,
    /// What was put right about the person who signs, in order.
    #[serde(skip)]
    pub corrections: Vec<Correction>,
    /// With what the company seals, where that was shown for what is to be signed.
    #[serde(skip)]
    pub seal: Option<SealShown>,
    /// By what a guardian proves to be one, where that was shown.
    #[serde(skip)]
    pub guardianship: Option<GuardianshipShown>,
    /// Whether there is anything to say of the name of who signs, or what was said.
    #[serde(skip)]
    pub special_name: Option<NameQuestion>,
    /// Where the filing stands.
    #[serde(skip)]
    pub filing_state: FilingState,
    /// What was signed in this ceremony.
    pub signed: Option<SignedView>,
    /// Who else takes part and whether they have signed.
    pub others: Vec<OtherParty>,
    /// What the party answered after signing.
    pub confirmation: Confirmation,
    /// The cases about the signer's identity that a person decides, in the order opened.
    pub reviews: Vec<Review>,
    /// The statement made by confirming.
    pub confirmation_text: &'static str,
    /// Digest of the list of signatures shown before confirming.
    pub shown_sha256: Digest,
    /// Digest of the statement made by confirming, whichever language it is shown in.
    pub statement_sha256: Digest,
}

/// One consent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConsentView {
    /// What it asks for.
    pub kind: ConsentKind,
    /// Its heading.
    pub title: &'static str,
    /// Whether signing is impossible without it.
    pub required: bool,
    /// The version of the text.
    pub version: u32,
    /// The language of the text.
    pub language: &'static str,
    /// The text as it is shown, its places filled.
    pub text: String,
    /// The text before its places are filled.
    pub template: &'static str,
    /// SHA-256 of `template`.
    pub text_sha256: Digest,
    /// The latest answer.
    pub decision: Option<Decision>,
}

/// The statement of intent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntentView {
    /// As it is shown, its places filled.
    pub text: String,
    /// Before its places are filled.
    pub template: String,
    /// SHA-256 of `template`.
    pub text_sha256: Digest,
}

/// A completed signing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SignedView {
    /// The signing.
    pub signing_id: SigningId,
    /// Its record.
    pub record_id: RecordId,
    /// Its number for people.
    pub voucher: VoucherNo,
    /// When.
    pub at: UtcMillis,
}

/// Another party of the same filing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OtherParty {
    /// Its name.
    pub name: String,
    /// In which capacities, sorted.
    pub capacities: Vec<String>,
    /// Whether it has signed everything; `None` when it never signs.
    pub signed: Option<bool>,
}

impl CeremonyView {
    /// Whether a person looks instead of a photo, for a challenge issued now.
    pub fn person_looks(&self, now: UtcMillis) -> bool {
        self.stand_in.as_ref().is_some_and(|stand_in| self.is_of_the_way(stand_in, now))
    }

    /// Whether the challenge under way can still be answered, and was issued after a person had
    /// something to look at.
    pub fn challenge_rests_on_person(&self, now: UtcMillis) -> bool {
        let CeremonyState::Challenged { challenge } = &self.state else { return false };
        let looked = |stand_in| self.is_of_the_way(stand_in, challenge.issued_at);
        now < challenge.expires_at && self.stand_in.as_ref().is_some_and(looked)
    }

    /// Whether this is of the way that was chosen, and recent enough at this instant.
    fn is_of_the_way(&self, stand_in: &StandIn, at: UtcMillis) -> bool {
        let way = match stand_in {
            StandIn::Video { .. } => ReviewWay::Video,
            StandIn::Counter { .. } => ReviewWay::Counter,
        };
        self.other_way.is_some_and(|chosen| chosen.way == way)
            && at.millis_since(stand_in.at()) < STAND_IN_FOR_MS
    }
}

/// Shows a signer its ceremony.
///
/// # Errors
/// Not a signer, or the store could not be read.
pub async fn ceremony_view(
    platform: &Platform,
    actor: &Actor,
    language: Language,
) -> Result<CeremonyView, ActError> {
    let (ceremony_id, filing_id, party_id) = actor.signer()?;
    let content = ceremonies::load_inside(platform, ceremony_id).await?.content;
    let filing = filings::load(platform, filing_id).await?.filing;
    platform.backend().settled().await.map_err(Fault::from)?;
    let ceremony = &content.ceremony;
    let party = filing.party(party_id).ok_or(ActError::NotFound(Thing::Party))?;
    let (party_kind, party_name, representative) = party_words(party.who());
    let to_sign = filing.documents_to_sign(party_id);
    let documents: Vec<&Document> =
        to_sign.iter().filter_map(|wanted| filing.document(wanted.document)).collect();
    let capital = declare_capital::shown_capital(platform, &filing).await?;
    let contact = contacts::load_unless_erased(platform, filing_id, party_id).await?;
    let contact = contact.map(|stored| stored.contact);
    let signed = match *ceremony.state() {
        CeremonyState::Signed { signing, record, voucher, at } => {
            Some(SignedView { signing_id: signing, record_id: record, voucher, at })
        }
        _ => None,
    };
    // What a seal of the ceremony has to be about: what is left to sign or, once it is signed, what was.
    let sealed: Vec<Digest> = match &signed {
        Some(signed) => {
            filing.documents_signed_in(party_id, signed.signing_id).map(|d| d.sha256).collect()
        }
        None => documents.iter().map(|document| document.sha256).collect(),
    };
    Ok(CeremonyView {
        ceremony_id,
        filing_id,
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        party_id,
        party_kind,
        party_name: party_name.to_owned(),
        representative_name: representative.map(ToOwned::to_owned),
        capacities: capacity_words(ceremony.capacities()),
        state: ceremony.state().clone(),
        expires_at: ceremony.expires_at(),
        consents: texts::consents(platform, &content, &documents, language)?,
        intent: texts::intent(
            &filing,
            party,
            &documents,
            (ceremony.entry().has_said_who(), language),
        )?,
        documents: documents.iter().map(|document| DocumentToSign::of(document)).collect(),
        key_points: KeyPoints::of(&filing, party, &documents, (capital.as_ref(), language)),
        read: content.read.clone(),
        other_way: content.other_way,
        stand_in: ceremony.stand_in().cloned(),
        spoken: texts::spoken_text(platform, &content, &filing, party, language)?,
        counter_code: content
            .other_way
            .filter(|chosen| chosen.way == ReviewWay::Counter)
            .map(|chosen| counter_code(platform, ceremony_id, chosen.at)),
        company_code: match party.who() {
            PartyKind::Person { .. } | PartyKind::Ward { .. } => None,
            PartyKind::Company { .. } => {
                let code = contact.as_ref().and_then(|contact| contact.company_code.as_ref());
                code.map(|code| code.as_str().to_owned())
            }
        },
        is_from_abroad: contact.as_ref().is_some_and(Contact::is_from_abroad),
        corrections: corrections(platform, filing_id, party_id).await?,
        seal: content.seal.as_ref().filter(|seal| seal.covers(sealed.iter().copied())).map(
            |seal| SealShown {
                record_id: seal.record,
                choice: seal.choice,
                outcome: seal.outcome,
                at: seal.at,
            },
        ),
        guardianship: content.guardianship.as_ref().map(|kept| kept.shown),
        special_name: {
            let said = content.special_name.as_ref();
            special_name::question(platform, (filing_id, party_id), said).await?
        },
        is_reviewed: platform.settings().review_office.is_some(),
        filing_state: *filing.state(),
        strokes_sha256: content.strokes.as_ref().map(|strokes| strokes.sha256),
        signing_id: content.signing.filter(|_| ceremony.challenge().is_some()),
        signed,
        others: filing
            .parties()
            .filter(|other| other.id() != party_id)
            .map(|other| OtherParty::of(other, &filing))
            .collect(),
        confirmation: *party.confirmation(),
        reviews: party.reviews().to_vec(),
        confirmation_text: confirmation_text(party, language),
        shown_sha256: shown_sha256(&filing)?,
        statement_sha256: statement_sha256(party),
    })
}

impl OtherParty {
    fn of(party: &Party, filing: &Filing) -> Self {
        let (_, name, _) = party_words(party.who());
        let signed = party.is_signer().then(|| filing.documents_to_sign(party.id()).is_empty());
        let capacities = capacity_words(party.capacities());
        Self { name: name.to_owned(), capacities, signed }
    }
}
