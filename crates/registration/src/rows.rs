//! Every row of the platform, in one place. Keys are identifiers, digests and instants;
//! a value that can hold personal data is sealed.

use heqi_evidence::chain::ChainTip;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Table;
use heqi_evidence_store::turn::Turns;
use heqi_vocabulary::{
    CaseId, CeremonyId, ChainId, Digest, DocumentId, FilingId, FilingNo, MessageId, PartyId,
    RecordId, SigningId, StaffId, UtcMillis, VoucherNo,
};
use serde::{Deserialize, Serialize};

use crate::access::{ApiKeyId, ApiKeyRow, TokenRow};
use crate::codes::QuotaRow;
use crate::contacts::ContactRow;
use crate::correct_person::CorrectionsRow;
use crate::declare_capital::CapitalRow;
use crate::document_pages::RenditionRow;
use crate::filings::Parts;
use crate::guardianships::{GuardianshipRow, PassRow};
use crate::handover::HandoverRow;
use crate::journal::JournalRow;
use crate::messages::MessageRow;
use crate::peer::SaidCertificates;
use crate::platform::Custodian;
use crate::recovery::Orphan;
use crate::regulator::{ApplicationRow, RegulatorQueryRow};
use crate::review_wanted::{ReviewWanted, WayReason};
use crate::reviews::CaseRow;
use crate::session::SessionRow;
use crate::staff::rows::{StaffEventRow, StaffRow, StaffSessionRow, TriesRow};
use crate::verify_identity::IdentityRow;
use crate::verify_identity::portraits::PortraitRow;

mod ceremony;
mod custody;
mod keys;

pub(crate) use ceremony::{
    CeremonyContent, CeremonyRecord, CeremonyRow, KeptStrokes, PhotoFacts, SigningRow,
};
pub use custody::GapState;
pub(crate) use custody::{
    AwaitingRow, ChainHeadRow, CosignedRow, GapRow, OrphanedRow, QuarantineRow, ReceiptRow,
};
pub(crate) use keys::{Awaited, Cosigned, Newest, Pair, Place};

/// Secrets of the platform, in hexadecimal.
pub(crate) const SECRETS: Table<String, Sealed<String>> = Table::new("secret");
/// Signer tokens by their hash.
pub(crate) const TOKENS: Table<Digest, TokenRow> = Table::new("token");
/// Codes of links by their hash: each opens a session of a browser and nothing else.
pub(crate) const SIGNER_LINKS: Table<Digest, TokenRow> = Table::new("signer_link");
/// Sessions of browsers by the hash of their secret.
pub(crate) const SESSIONS: Table<Digest, SessionRow> = Table::new("session");
/// Steps handed over to another device, by the hash of their link.
pub(crate) const HANDOVERS: Table<Digest, HandoverRow> = Table::new("handover");
/// The hand-over of a ceremony that counts.
pub(crate) const NEWEST_HANDOVERS: Table<CeremonyId, Digest> = Table::new("newest_handover");
/// API keys by their hash.
pub(crate) const API_KEYS: Table<Digest, ApiKeyRow> = Table::new("api_key");
/// Hashes of API keys by their name.
pub(crate) const API_KEY_HASHES: Table<ApiKeyId, Digest> = Table::new("api_key_hash");
/// What an earlier request of the same key did.
pub(crate) const IDEMPOTENCY: Table<Pair<String, Digest>, IdempotencyRow> =
    Table::new("idempotency");

/// The parts of filings; each part is a row of [`crate::filings`].
pub(crate) const FILINGS: Table<FilingId, Parts> = Table::new("filing");
/// Filings by their number for people.
pub(crate) const FILING_NUMBERS: Table<FilingNo, FilingId> = Table::new("filing_number");
/// Filings that a handler opened at the own desk, by account: whose they are while they are drafted.
pub(crate) const DESK_FILINGS: Table<Pair<StaffId, FilingId>, ()> = Table::new("desk_filing");
/// Filings that are to be put into the index again, though no record of their chain says so.
pub(crate) const TO_INDEX: Table<FilingId, ()> = Table::new("to_index");
/// The filing of a document version.
pub(crate) const DOCUMENTS: Table<DocumentId, FilingId> = Table::new("document");
/// How a document version is shown, once somebody was shown it.
pub(crate) const RENDITIONS: Table<DocumentId, RenditionRow> = Table::new("rendition");
/// Ceremonies.
pub(crate) const CEREMONIES: Table<CeremonyId, CeremonyRow> = Table::new("ceremony");
/// The ceremony a party was invited to last.
pub(crate) const NEWEST_CEREMONIES: Table<Pair<FilingId, PartyId>, CeremonyId> =
    Table::new("newest_ceremony");
/// The ceremonies that a party was invited to, by filing and party; not those of before there were
/// these rows.
pub(crate) const PARTY_CEREMONIES: Table<Pair<FilingId, Pair<PartyId, CeremonyId>>, ()> =
    Table::new("party_ceremony");
/// Ceremonies in which a guardian showed what proves it, by filing and party. For those of before there
/// were these rows, a pass of the sweep makes them.
pub(crate) const GUARDIANSHIPS: Table<Pair<FilingId, Pair<PartyId, CeremonyId>>, GuardianshipRow> =
    Table::new("guardianship");
/// How far passes over rows of before have come, by their name: each is made once.
pub(crate) const PASSES: Table<String, PassRow> = Table::new("pass");
/// How parties are reached.
pub(crate) const CONTACTS: Table<Pair<FilingId, PartyId>, ContactRow> = Table::new("contact");
/// What authorities said about parties.
pub(crate) const IDENTITY_CHECKS: Table<Pair<FilingId, PartyId>, IdentityRow> =
    Table::new("identity_check");
/// Portraits that authorities gave, by filing, party and object. Those of before there were these rows are
/// found while they are of the newest answer.
pub(crate) const PORTRAITS: Table<Pair<FilingId, Pair<PartyId, String>>, PortraitRow> =
    Table::new("portrait");
/// Capital and promises of filings.
pub(crate) const CAPITALS: Table<FilingId, CapitalRow> = Table::new("capital");
/// What was put right about parties.
pub(crate) const CORRECTIONS: Table<Pair<FilingId, PartyId>, CorrectionsRow> =
    Table::new("correction");
/// Cases that a person decides.
pub(crate) const CASES: Table<CaseId, CaseRow> = Table::new("case");
/// The cases of an office, by a digest of its name.
pub(crate) const OFFICE_CASES: Table<Pair<Digest, CaseId>, ()> = Table::new("office_case");
/// Accounts of staff.
pub(crate) const STAFF: Table<StaffId, StaffRow> = Table::new("staff");
/// Accounts by a digest of their login name.
pub(crate) const STAFF_LOGINS: Table<Digest, StaffId> = Table::new("staff_login");
/// Acts by which somebody may have one account more take turns: the other accounts are looked at before the act is
/// committed, so that of two at one instant neither would find the other
/// ([ADR 0091](../../../docs/adr/0091-two-people-are-not-two-accounts.md)).
///
/// One row for all and none for each name: such acts are few, a digest of every name would be one thing more to
/// keep, and whether somebody must wait for security is asked of every account as well.
pub(crate) const STAFF_TURNS: Turns = Turns::new("staff_turn", "accounts");
/// Sessions of staff by the hash of their secret.
pub(crate) const STAFF_SESSIONS: Table<Digest, StaffSessionRow> = Table::new("staff_session");
/// How often somebody tried to come in, by a keyed digest of who and whence.
pub(crate) const STAFF_TRIES: Table<Digest, TriesRow> = Table::new("staff_tries");
/// What happened to an account, in order.
pub(crate) const STAFF_EVENTS: Table<Pair<StaffId, Place>, StaffEventRow> =
    Table::new("staff_event");
/// What staff did, the newest first: by the record of it, or by account and number of the event.
pub(crate) const JOURNAL: Table<Pair<Newest, String>, JournalRow> = Table::new("journal");
/// Messages to people.
pub(crate) const MESSAGES: Table<MessageId, MessageRow> = Table::new("message");
/// The messages of a filing, in the order queued, and to whom each goes; rows of before do not say.
pub(crate) const FILING_MESSAGES: Table<Pair<FilingId, MessageId>, Option<PartyId>> =
    Table::new("filing_message");
/// How many codes a contact was sent, and how often a party was invited, on a day (Asia/Shanghai), by a keyed
/// digest of both.
pub(crate) const CODE_QUOTAS: Table<Pair<String, Digest>, QuotaRow> = Table::new("code_quota");
/// Filings that an objection has paused, and since when.
pub(crate) const PAUSED: Table<FilingId, UtcMillis> = Table::new("paused");
/// What waits for a person to look, by ceremony and reason.
pub(crate) const REVIEWS_WANTED: Table<Pair<CeremonyId, WayReason>, ReviewWanted> =
    Table::new("review_wanted");
/// Challenges that were issued.
pub(crate) const SIGNINGS: Table<SigningId, SigningRow> = Table::new("signing");
/// The ceremony that took a photo, by a keyed digest of its bytes.
pub(crate) const PHOTO_MARKS: Table<Digest, CeremonyId> = Table::new("photo_mark");
/// Authority certificates above signers', DER in base64.
pub(crate) const CERTIFICATES: Table<Digest, String> = Table::new("certificate");
/// Records of signings by their voucher number.
pub(crate) const VOUCHERS: Table<VoucherNo, RecordId> = Table::new("voucher");

/// The last record of each chain.
pub(crate) const CHAINS: Table<ChainId, ChainTip> = Table::new("chain");
/// The record at each place of a chain.
pub(crate) const LINKS: Table<Pair<ChainId, Place>, RecordId> = Table::new("link");
/// The newest objection of a chain; of one of before there were these rows, once it was looked for: none, where nobody
/// had objected.
pub(crate) const NEWEST_OBJECTIONS: Table<ChainId, Option<RecordId>> =
    Table::new("newest_objection");
/// The chain of access records of a filing and day (Asia/Shanghai, `yyyyMMdd`).
pub(crate) const ACCESS_CHAINS: Table<Pair<FilingId, String>, ChainId> = Table::new("access_chain");

/// The chain of searches of an office (by a digest of its name) and day (Asia/Shanghai).
pub(crate) const QUERY_CHAINS: Table<Pair<Digest, String>, ChainId> = Table::new("query_chain");
/// Searches by regulators, by their records.
pub(crate) const REGULATOR_QUERIES: Table<RecordId, RegulatorQueryRow> =
    Table::new("regulator_query");
/// Applications for certificates, by filing and the record of the signing.
pub(crate) const APPLICATIONS: Table<Pair<FilingId, RecordId>, ApplicationRow> =
    Table::new("certificate_application");
/// The searches of an account, the newest first.
pub(crate) const ACCOUNT_QUERIES: Table<Pair<StaffId, Pair<Newest, RecordId>>, ()> =
    Table::new("account_query");

/// Records a custodian has not answered for, oldest first.
pub(crate) const AWAITING: Table<Awaited, AwaitingRow> = Table::new("awaiting");
/// What custodians answered.
pub(crate) const RECEIPTS: Table<Pair<RecordId, Custodian>, ReceiptRow> = Table::new("receipt");
/// The record of the last receipt of each custodian, by number.
pub(crate) const LAST_RECEIPTS: Table<Custodian, RecordId> = Table::new("last_receipt");
/// What each custodian's log said were its newest certificate numbers, by its monitoring path.
pub(crate) const SAID_CERTIFICATES: Table<String, SaidCertificates> =
    Table::new("said_certificates");
/// The newest chain head each custodian stated.
pub(crate) const CHAIN_HEADS: Table<Pair<ChainId, Custodian>, ChainHeadRow> =
    Table::new("chain_head");
/// Records that a custodian refused, or answered for with other digests.
pub(crate) const GAPS: Table<Pair<Custodian, RecordId>, GapRow> = Table::new("gap");
/// What was kept of answers that contradict ours; never overwritten.
pub(crate) const QUARANTINE: Table<Pair<RecordId, Pair<Custodian, Digest>>, QuarantineRow> =
    Table::new("quarantine");

/// Entries that came back from the notary without their record, by index.
pub(crate) const ORPHANS: Table<Place, Orphan> = Table::new("orphan");

/// Records that stood in a frozen log beyond what is left of it, as a custodian gave them back.
pub(crate) const ORPHANED: Table<RecordId, OrphanedRow> = Table::new("orphaned");

/// Newest heads of our log with the cosignatures of others.
pub(crate) const COSIGNED: Table<Cosigned, CosignedRow> = Table::new("cosigned");
/// Cosigned notes that challenges name, by their digest.
pub(crate) const COSIGNED_NOTES: Table<Digest, String> = Table::new("cosigned_note");

/// The name of the row that holds the leaf index of a record.
pub(crate) fn leaf_row(record: RecordId) -> String {
    format!("leaf/{record}")
}

/// What an earlier request of the same key did.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdempotencyRow {
    pub(crate) act: String,
    pub(crate) request: Digest,
    pub(crate) at: UtcMillis,
    /// Identifiers and digests from which the answer is made again.
    pub(crate) answer: serde_json::Value,
}
