//! One filing as a regulator sees it: who takes part, what was signed, a machine's verdict on every
//! signature, everything that happened in order, and what restricts it. Photos are not in it: each
//! is a look of its own.

use std::collections::BTreeMap;

use heqi_evidence::schema::RecordKind;
use heqi_filing::{Confirmation, FilingState, Matter};
use heqi_vocabulary::{
    DepositNo, Digest, DocumentId, FilingId, FilingNo, PartyId, RecordId, UtcMillis, VoucherNo,
};
use serde_json::Value;

use super::apply::{ApplicationState, ApplicationView, application_of};
use super::record::{Looked, look};
use super::search::{QueryView, SearchError, Seen, seen};
use super::traces::{self, Known, Traces, traces};
use super::verdict::{SignatureVerdict, verdict};
use crate::begin_signing::capacity_words;
use crate::correct_person::WARD_NAME;
use crate::erasure::rows::HOLDS;
use crate::export_bundle::ChainShown;
use crate::fault::{ActError, Fault, Thing};
use crate::holder_notice::{SaidToCustodian, said_to_custodians};
use crate::ledger::{self, KeptRecord, places};
use crate::object::Ground;
use crate::platform::{Custodian, Platform};
use crate::request::{Actor, RequestFacts};
use crate::rows::{self, Pair};

mod objections;

use objections::Objections;

/// The most records of a filing that are listed on one page.
const LISTED: usize = 500;
/// The most signatures that are examined, and whose traces are opened, for one page.
pub const EXAMINED: usize = 60;

/// One filing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dossier {
    /// The search through which it is seen.
    pub query: QueryView,
    /// The record of this look, and the leaf of it.
    pub look: (RecordId, u64),
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// What is filed.
    pub matter: Matter,
    /// The company it is about.
    pub company_name: String,
    /// Where it stands.
    pub state: FilingState,
    /// When it was opened.
    pub opened_at: UtcMillis,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
    /// Who takes part.
    pub parties: Vec<DossierParty>,
    /// Every document in every version.
    pub documents: Vec<DossierDocument>,
    /// What was signed among the records of this page, oldest first.
    pub signatures: Vec<DossierSignature>,
    /// Signatures beyond [`EXAMINED`].
    pub not_examined: usize,
    /// What happened, oldest first.
    pub events: Vec<DossierEvent>,
    /// Earlier records of the filing, on the pages before.
    pub from: usize,
    /// Later records of the filing that are not listed, signatures among them.
    pub not_listed: usize,
    /// Where the page before begins.
    pub previous: Option<usize>,
    /// Where the next page begins.
    pub next: Option<usize>,
    /// Legal holds in force: the record that placed each, and when.
    pub holds: Vec<(RecordId, UtcMillis)>,
}

/// Who takes part, or did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DossierParty {
    /// The party.
    pub party: PartyId,
    /// Its name; for a company or a minor with who signs for it.
    pub name: String,
    /// In which capacities.
    pub capacities: Vec<String>,
    /// What it answered after signing.
    pub confirmation: Confirmation,
    /// On which ground it objected, where it did.
    pub ground: Option<Ground>,
    /// When the handler took it out, where it was: then it signed nothing.
    pub removed_at: Option<UtcMillis>,
}

/// One document version.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DossierDocument {
    /// The version.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// 1 for the first.
    pub version: u32,
    /// SHA-256 of its exact bytes.
    pub sha256: Digest,
    /// Its pages.
    pub pages: u32,
    /// Whether it is the version that counts.
    pub is_current: bool,
}

/// What one party signed at one time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DossierSignature {
    /// The record.
    pub record: RecordId,
    /// The number of its voucher.
    pub voucher: Option<VoucherNo>,
    /// Who signed.
    pub party: Option<PartyId>,
    /// When.
    pub at: UtcMillis,
    /// When the registry found it void, if it did.
    pub voided_at: Option<UtcMillis>,
    /// Titles of what was signed.
    pub documents: Vec<String>,
    /// Who holds it, by which number.
    pub deposits: Vec<(Custodian, Option<DepositNo>)>,
    /// Whether there is a photo.
    pub has_photo: bool,
    /// The application for a certificate about it.
    pub application: Option<ApplicationView>,
    /// Whether one can be made from here now.
    pub may_apply: bool,
    /// What the person said to a custodian about it, past the platform.
    pub said: Vec<SaidToCustodian>,
    /// When the platform recorded what was said to a custodian as well, by the custodian: one objection (ADR 0089).
    pub objected_at: BTreeMap<Custodian, UtcMillis>,
    /// What it left: with what it was made, how long was read, what was written; nothing for one of
    /// those beyond [`EXAMINED`].
    pub traces: Traces,
    /// What a machine says; none for one of those beyond [`EXAMINED`].
    pub verdict: Option<SignatureVerdict>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DossierEvent {
    /// What.
    pub kind: RecordKind,
    /// When.
    pub at: UtcMillis,
    /// Its place in the chain of the filing.
    pub seq: u64,
    /// Its leaf.
    pub leaf_index: u64,
    /// To whom, if to one party.
    pub party: Option<PartyId>,
    /// Whether what was put right is the name of the minor, and not of the guardian.
    pub is_wards_name: bool,
    /// Which version of a document was replaced by which, if one was.
    pub replaced: Option<ReplacedDocument>,
}

/// A version of a document that replaced another: signatures of that one do not count any more.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReplacedDocument {
    /// The title of the new one.
    pub title: String,
    /// The version that was replaced.
    pub before: u32,
    /// The version in its place.
    pub after: u32,
}

/// Shows a filing that an own search found, with its records behind the first `from`. The look is a record, made
/// before anything is shown; each page is a look of its own.
///
/// # Errors
/// See [`SearchError`]; a page behind the last record is not there.
pub async fn dossier(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    (query, filing): (RecordId, FilingId),
    from: usize,
) -> Result<Dossier, SearchError> {
    let seen = seen(platform, actor, query, filing).await?;
    let (records, not_listed) = records(platform, &seen, from).await?;
    let Some(listed) = records.get(from..) else {
        return Err(ActError::NotFound(Thing::Record).into());
    };
    let opened = ["party_name", "representative_name", "documents", "identity"];
    let opened = [&opened[..], &objections::OPENED, &traces::OPENED].concat();
    let look = look(platform, &seen, facts, (Looked::Filing, None, &opened)).await?;
    let look = (look, ledger::find(platform, look).await?.index);
    let mut signatures = Vec::new();
    let mut not_examined = 0;
    let mut known = Known::default();
    let objected = objections::objections(platform, &records, not_listed)?;
    let signings = || listed.iter().filter(|kept| kept.kind == RecordKind::Signing);
    // The chain once for all of them: every bundle that is examined carries it.
    let chain = match signings().next() {
        Some(kept) => Some(ChainShown::read(platform, kept.chain).await?),
        None => None,
    };
    for kept in signings() {
        let found = match &chain {
            Some(chain) if signatures.len() < EXAMINED => {
                let left = traces(platform, &seen.filing, (kept, &records), &mut known).await?;
                (Some(verdict(platform, kept, chain).await?), left)
            }
            // Neither judged nor opened: both grow with the filing, and this is one page.
            _ => {
                not_examined += 1;
                (None, Traces::default())
            }
        };
        signatures.push(signature(platform, &seen, (kept, &objected), found).await?);
    }
    let filing = &seen.filing;
    Ok(Dossier {
        look,
        filing: filing.id(),
        number: filing.number(),
        matter: filing.matter(),
        company_name: filing.company_name().as_str().to_owned(),
        state: *filing.state(),
        opened_at: filing.opened_at(),
        is_simulated: platform.settings().is_simulated(filing.number()),
        parties: parties(&seen, &objected),
        documents: documents(&seen),
        signatures,
        not_examined,
        events: listed
            .iter()
            .map(|kept| event(platform, filing, kept))
            .collect::<Result<_, _>>()?,
        from,
        not_listed,
        previous: (from > 0).then(|| from.saturating_sub(LISTED)),
        next: (not_listed > 0).then_some(records.len()),
        holds: holds(platform, filing.id()).await?,
        query: seen.view,
    })
}

/// The records of a filing's own chain up to the end of the page that begins behind the first `from`, oldest
/// first, and how many more there are. Those of the pages before say what was read before a signature, and on
/// which ground somebody objected.
async fn records(
    platform: &Platform,
    seen: &Seen<'_>,
    from: usize,
) -> Result<(Vec<KeptRecord>, usize), SearchError> {
    let chain = seen.filing.chain();
    let of = places::length(platform, chain).await?;
    if from > 0 && from >= of {
        return Err(ActError::NotFound(Thing::Record).into());
    }
    let until = from.saturating_add(LISTED).min(of);
    let mut records = Vec::new();
    for link in places::behind(platform, chain, (0, until)).await? {
        records.push(ledger::find(platform, link).await?);
    }
    Ok((records, of.saturating_sub(until)))
}

fn event(
    platform: &Platform,
    filing: &heqi_filing::Filing,
    kept: &KeptRecord,
) -> Result<DossierEvent, Fault> {
    let is_wards_name = kept.kind == RecordKind::PersonCorrected
        && traces::opened(platform, kept, &["changed"])?
            .value("changed")
            .and_then(Value::as_array)
            .is_some_and(|changed| changed.iter().any(|word| word == WARD_NAME));
    let document = kept.about.document.filter(|_| kept.kind == RecordKind::FilingChanged);
    Ok(DossierEvent {
        kind: kept.kind,
        at: kept.recorded_at,
        seq: kept.seq,
        leaf_index: kept.index,
        party: kept.about.party,
        is_wards_name,
        replaced: document.and_then(|document| replaced(filing, document)),
    })
}

/// The version that a document replaced, if it did.
fn replaced(filing: &heqi_filing::Filing, document: DocumentId) -> Option<ReplacedDocument> {
    let after = filing.document(document)?;
    let before = filing.documents().iter().find(|one| one.superseded_by == Some(document))?;
    Some(ReplacedDocument {
        title: after.title.as_str().to_owned(),
        before: before.version,
        after: after.version,
    })
}

fn parties(seen: &Seen<'_>, objected: &Objections) -> Vec<DossierParty> {
    let line = |party: &heqi_filing::Party| {
        let name = match crate::add_party::party_words(party.who()) {
            (_, name, None) => name.to_owned(),
            ("ward", name, Some(guardian)) => format!("{name}（未成年人，监护人：{guardian}）"),
            (_, name, Some(person)) => format!("{name} · {person}"),
        };
        DossierParty {
            party: party.id(),
            name,
            capacities: capacity_words(party.capacities()),
            confirmation: *party.confirmation(),
            ground: objected.ground_of(party.id()),
            removed_at: party.removal().map(|removal| removal.at),
        }
    };
    seen.filing.everybody().map(line).collect()
}

fn documents(seen: &Seen<'_>) -> Vec<DossierDocument> {
    let line = |document: &heqi_filing::Document| DossierDocument {
        document: document.id,
        title: document.title.as_str().to_owned(),
        version: document.version,
        sha256: document.sha256,
        pages: document.pages.get(),
        is_current: document.is_current(),
    };
    seen.filing.documents().iter().map(line).collect()
}

async fn signature(
    platform: &Platform,
    seen: &Seen<'_>,
    (kept, objected): (&KeptRecord, &Objections),
    (verdict, traces): (Option<SignatureVerdict>, Traces),
) -> Result<DossierSignature, SearchError> {
    let party = kept.about.party.and_then(|id| seen.filing.anyone(id));
    let signed = party.map_or(&[][..], |party| party.signatures());
    let of_this = signed.iter().filter(|one| Some(one.signing) == kept.about.signing);
    let voided_at = of_this.clone().filter_map(|one| one.voided_at).min();
    let titles = of_this.filter_map(|one| seen.filing.document(one.document));
    let mut deposits = Vec::new();
    for custodian in platform.settings().custodians.keys().copied() {
        let key = Pair(kept.record_id, custodian);
        let receipt = rows::RECEIPTS.durable_row(platform.backend(), &key).await;
        let receipt = receipt.map_err(Fault::from)?.map(|row| row.value.deposit_no);
        deposits.push((custodian, receipt));
    }
    let application = application_of(platform, seen.filing.id(), kept.record_id).await?;
    let said = said_to_custodians(platform, kept.record_id).await?;
    Ok(DossierSignature {
        record: kept.record_id,
        voucher: kept.about.voucher,
        party: kept.about.party,
        at: kept.recorded_at,
        voided_at,
        documents: titles.map(|document| document.title.as_str().to_owned()).collect(),
        has_photo: kept.private(platform)?.is_some_and(|private| private.photo.is_some()),
        may_apply: may_apply(platform, &deposits, application.as_ref()),
        objected_at: objected.recorded(&said, kept, &seen.filing),
        said,
        application,
        deposits,
        traces,
        verdict,
    })
}

/// The notary must hold it, and nobody may have applied before, unless that was refused.
fn may_apply(
    platform: &Platform,
    deposits: &[(Custodian, Option<DepositNo>)],
    before: Option<&ApplicationView>,
) -> bool {
    platform.settings().applicant.is_some()
        && deposits.iter().any(|(who, number)| *who == Custodian::DataCentre && number.is_some())
        && before.is_none_or(|one| matches!(one.state, ApplicationState::Refused { .. }))
}

/// Legal holds in force over a filing.
async fn holds(
    platform: &Platform,
    filing: FilingId,
) -> Result<Vec<(RecordId, UtcMillis)>, SearchError> {
    let all = HOLDS.scan(platform.backend(), &format!("{filing}/"), None, LISTED).await;
    let all = all.map_err(Fault::from)?.into_iter();
    let in_force = all.filter(|(_, hold)| hold.value.lifted_at.is_none());
    Ok(in_force.map(|(Pair(_, record), hold)| (record, hold.value.placed_at)).collect())
}
