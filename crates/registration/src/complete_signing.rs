//! Completes a signing: the device's statement is verified, and the record, the states,
//! the deposits and the answer to the same request again are one commit.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{CompleteError, Completion, Filing, ReviewNeed};
use heqi_vocabulary::{RecordId, SigningId, UtcMillis, VoucherNo};

use crate::act::Act;
use crate::capture_photo::signing_of;
use crate::ceremonies::{self, StoredCeremony};
use crate::changed_documents::ChangedDocuments;
use crate::fault::{ActError, Class, Fault};
use crate::filings::{self, StoredFiling};
use crate::guardianships;
use crate::ledger::{self, NewRecord};
use crate::platform::Platform;
use crate::receipt::{self, Receipt};
use crate::request::Request;
use crate::reviews;
use crate::risk;
use crate::rows::{self, CeremonyContent, SigningRow};
use crate::tally::Tally;
use crate::verify_identity;
use crate::wording::{Told, refusals, say};

pub(crate) mod after;
mod check;
mod evidence;
mod part;

use evidence::Evidence;
pub use part::StatementPart;

/// The longest attribute tree of a device, in bytes.
pub const MAX_CLIENT_BYTES: usize = 64 * 1024;
/// The longest envelope, in bytes.
pub const MAX_ENVELOPE_BYTES: usize = 256 * 1024;
/// The most page images one statement names.
pub const MAX_PAGE_IMAGES: usize = 1000;

/// What the device signed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct CompleteSigning {
    /// The signing.
    pub signing: SigningId,
    /// The signed statement: canonical JSON of the DSSE envelope.
    pub envelope: Vec<u8>,
    /// The device's own attribute tree: canonical JSON.
    pub client: Vec<u8>,
}

/// Why the signing was not completed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompleteSigningError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The rules of ceremonies refuse it: replayed, replaced or expired challenge, photo missing or
    /// another one.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::CompleteError),
    /// Documents got a new version since the challenge.
    #[error("a document has changed since the challenge was issued")]
    DocumentChanged(ChangedDocuments),
    /// The envelope or the statement in it cannot be read.
    #[error("the envelope holds no signing statement: {0}")]
    EnvelopeMalformed(&'static str),
    /// The key of the challenge did not sign the envelope.
    #[error("the envelope is not signed by the device key of the challenge")]
    OtherKey,
    /// The device key is named and its signature does not hold.
    #[error("the signature does not hold")]
    SignatureInvalid,
    /// The statement is about something else than the challenge.
    #[error("the statement and the challenge differ in {0}")]
    StatementDiffers(StatementPart),
    /// The device's attribute tree cannot be read.
    #[error("the device's attributes cannot be read: {0}")]
    ClientMalformed(&'static str),
    /// An attribute of the device is missing, or not what it must be.
    #[error("the device's attribute {0} is missing or not what it must be")]
    ClientAttribute(&'static str),
    /// The register says that the company was revoked or cancelled since the signing began.
    #[error("the company may not sign any more as the register has it")]
    CompanyMayNotSign,
    /// The minor has come of age since the signing began.
    #[error("the ward has come of age")]
    WardCameOfAge,
    /// The device reports its position although the signer did not agree to that.
    #[error("a position is reported without consent")]
    PositionWithoutConsent,
}

impl From<Fault> for CompleteSigningError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl CompleteSigningError {
    fn told(&self) -> Told<'_> {
        const AGAIN: [&str; 2] = [
            "请回到签署页面重新开始签署，已填写内容不会丢失。",
            "Go back to the signing page and begin again; nothing entered is lost.",
        ];
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::DocumentChanged(changed) => changed.told(),
            Self::EnvelopeMalformed(_) => say(
                "envelope_malformed",
                ["签名数据格式不正确，未作任何更改。", AGAIN[0]],
                ["The signed data cannot be read; nothing was changed.", AGAIN[1]],
            )
            .is(Class::BadInput),
            Self::OtherKey => say(
                "signature_other_key",
                ["签名不是由本次签署所用设备密钥作出的，未作任何更改。", "请在同一设备上重新开始签署。"],
                [
                    "The signature is not by the device key of this signing; nothing was changed.",
                    "Begin again and sign on the same device.",
                ],
            )
            .is(Class::BadInput),
            Self::SignatureInvalid => say(
                "signature_invalid",
                ["签名校验不通过，未作任何更改。", AGAIN[0]],
                ["The signature does not hold; nothing was changed.", AGAIN[1]],
            )
            .is(Class::BadInput),
            Self::StatementDiffers(part) => {
                let (_, zh, en) = part.words();
                say(
                    "statement_differs",
                    ["签名内容与本次签署请求不一致：{zh}。未作任何更改。", AGAIN[0]],
                    [
                        "What was signed is not what was asked: {en} differ. Nothing was changed.",
                        AGAIN[1],
                    ],
                )
                .with("{zh}", zh)
                .with("{en}", en)
                .is(Class::BadInput)
            }
            Self::ClientMalformed(_) => say(
                "client_malformed",
                ["设备信息格式不正确，未作任何更改。", AGAIN[0]],
                ["The device's attributes cannot be read; nothing was changed.", AGAIN[1]],
            )
            .is(Class::BadInput),
            Self::ClientAttribute(name) => say(
                "client_attribute",
                ["设备信息“{name}”缺失或不符合要求，未作任何更改。", AGAIN[0]],
                [
                    "The device's attribute {name} is missing or not what it must be; nothing was changed.",
                    AGAIN[1],
                ],
            )
            .with("{name}", name)
            .is(Class::BadInput),
            Self::CompanyMayNotSign => say(
                "licence_status",
                [
                    "登记信息显示该企业已吊销、注销或不存在，不能作为签署主体，本次签署未完成。",
                    "请核对企业名称和统一社会信用代码，或联系登记机关；登记信息更正后请重新打开链接再试，系统会再次查询。",
                ],
                [
                    "The register says that this company was revoked or cancelled, or that there is none: nothing was signed.",
                    "Check its name and code, or ask the registration authority. Once the register is corrected, open the link again: it is asked anew.",
                ],
            )
            .is(Class::Conflict),
            Self::WardCameOfAge => guardianships::came_of_age(),
            Self::PositionWithoutConsent => say(
                "position_without_consent",
                ["您未同意提供位置，但设备提交了位置信息，未作任何更改。", "请刷新页面后重新签署，系统不会再读取位置。"],
                [
                    "You did not agree to share your position and the device sent one; nothing was changed.",
                    "Reload the page and sign again; the position will not be read.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(CompleteSigningError);

/// Completes a signing and answers with its receipt.
///
/// # Errors
/// See [`CompleteSigningError`].
pub async fn complete_signing(
    platform: &Platform,
    request: &Request,
    command: CompleteSigning,
) -> Result<Receipt, CompleteSigningError> {
    let (ceremony, filing, _) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "complete_signing").await;
    if let Some(record) = act.earlier().await? {
        return Ok(receipt::of(platform, record).await?);
    }
    let signing = signing_of(platform, request, command.signing).await?;
    let mut stored = ceremonies::load(platform, ceremony).await?;
    stored.not_withdrawn()?;
    let mut stored_filing = filings::load(platform, filing).await?;

    loop {
        // What the state refuses is refused before any cryptography.
        let (content, filing_now) = (&stored.content, &stored_filing.filing);
        if let Err(refusal) = rehearse(&command, &signing, content, filing_now, platform.now()) {
            return Err(refused(platform, refusal, content, filing_now).await);
        }
        let known = verify_identity::known(platform, filing, signing.party).await?;
        let on = &stored_filing.filing;
        if verify_identity::refuses_company(platform, on, signing.party, known.as_ref()).await? {
            return Err(CompleteSigningError::CompanyMayNotSign);
        }
        let today = platform.now().shanghai_date();
        if content.guardianship.as_ref().is_some_and(|shown| shown.is_of_age(today)) {
            return Err(CompleteSigningError::WardCameOfAge);
        }
        let challenge = stored.content.ceremony.challenge().ok_or(CompleteError::NotBegun)?;
        let about = (filing_now, &request.facts);
        let signed = check::check(platform, &command, &signing, challenge, content, about)?;
        let (checked, whose) = (stored.version(), (&signing, command.signing));
        stored = risk::note(platform, request, whose, &signed.signals, stored).await?;
        if stored.version() != checked {
            // Flags were noted, and another photo or handwriting may have come: looked at anew, whole.
            continue;
        }
        let content = &stored.content;
        let voucher = draw_voucher(platform).await?;
        let of = reviews::Of { signing: command.signing, party: signing.party, content };
        let source = signed.capture_source.as_deref();
        let seen = reviews::look(platform, filing_now, of, source).await?;
        let new = Evidence {
            request,
            signing: &signing,
            signed: &signed,
            voucher,
            command: &command,
            seen: &seen,
        };
        let record = new.record(platform, content, filing_now)?;
        let made = Made { command: &command, signing: &signing, signed, voucher, seen, record };

        // The record is of this ceremony as it was checked, down to where its photo is kept, and of the answer
        // about the signer that was looked at.
        while stored.version() == checked
            && made.seen.still_stands(platform, (filing, signing.party)).await?
        {
            if let Some(receipt) = made.write(platform, &mut act, &stored, &stored_filing).await? {
                return Ok(receipt);
            }
            // Another party was faster, or this very request came twice.
            if let Some(record) = act.earlier().await? {
                return Ok(receipt::of(platform, record).await?);
            }
            stored = ceremonies::load(platform, ceremony).await?;
            stored_filing = filings::load(platform, filing).await?;
        }
    }
}

/// A record of a signing that waits for its place.
struct Made<'a> {
    command: &'a CompleteSigning,
    signing: &'a SigningRow,
    signed: check::Signed,
    voucher: VoucherNo,
    seen: reviews::Seen,
    record: NewRecord,
}

impl Made<'_> {
    /// Takes the next place. `None`: something has changed since it was read.
    async fn write(
        &self,
        platform: &Platform,
        act: &mut Act<'_>,
        stored: &StoredCeremony,
        stored_filing: &StoredFiling,
    ) -> Result<Option<Receipt>, CompleteSigningError> {
        let Self { command, signing, record, voucher, .. } = self;
        let next = ledger::next_place(platform, stored_filing.filing.chain()).await?;
        let mut filing = stored_filing.filing.clone();
        let mut content = stored.content.clone();
        let completion = Completion {
            challenge: signing.challenge,
            photo: self.signed.photo,
            signing: command.signing,
            record: record.record_id(),
            voucher: *voucher,
            review: self.seen.need(),
        };
        // By the instant of the record: that is the one a verifier compares.
        let completed = content.ceremony.complete(completion, &mut filing, next.place.recorded_at);
        if let Err(refusal) = completed {
            let (content, filing) = (&stored.content, &stored_filing.filing);
            return Err(refused(platform, refusal.into(), content, filing).await);
        }
        // From here on it stands beside the record.
        content.strokes = None;
        content.position = self.signed.signals.position(next.place.recorded_at);

        let mut changes = Changeset::new();
        let root = record.write(platform, &mut changes, &next)?;
        stored.replace(platform, &mut changes, &content)?;
        stored_filing.replace(platform, &mut changes, &filing)?;
        let (record_id, at) = (record.record_id(), next.place.recorded_at);
        rows::VOUCHERS.insert(&mut changes, voucher, &record_id).map_err(Fault::from)?;
        let signed = ((filing.id(), signing.party), command.signing);
        if !self.seen.keep_portrait(platform, &mut changes, signed).await? {
            return Ok(None);
        }
        self.seen.open_case(&mut changes, (*signing, command.signing), (record_id, at))?;
        Tally::Signings.count(platform, &mut changes, record_id).await?;
        after::tell(platform, &mut changes, &content.ceremony, &filing).await?;
        let Some(committed) = act.commit(changes, &record_id).await? else { return Ok(None) };
        let about = record.about();
        let kind = RecordKind::Signing;
        let stands = receipt::Stands { record_id, root, kind, recorded_at: at, about };
        Ok(Some(receipt::fresh(platform, stands, &committed).await?))
    }
}

/// Completes copies with the photo that was received, to see whether the state allows it.
fn rehearse(
    command: &CompleteSigning,
    signing: &SigningRow,
    content: &CeremonyContent,
    filing: &Filing,
    now: UtcMillis,
) -> Result<(), CompleteSigningError> {
    let completion = Completion {
        challenge: signing.challenge,
        photo: content.ceremony.photo().map(|photo| photo.sha256),
        signing: command.signing,
        record: RecordId::from_bytes([0; 16]),
        voucher: VoucherNo::new(now, 0).map_err(Fault::broken)?,
        review: ReviewNeed::Settled,
    };
    Ok(content.ceremony.clone().complete(completion, &mut filing.clone(), now)?)
}

/// The refusal, with the documents by name where it is that they changed.
async fn refused(
    platform: &Platform,
    refusal: CompleteSigningError,
    content: &CeremonyContent,
    filing: &Filing,
) -> CompleteSigningError {
    if !matches!(refusal, CompleteSigningError::Ceremony(CompleteError::DocumentChanged)) {
        return refusal;
    }
    let read = content.ceremony.challenge().map_or(&[][..], |live| live.documents.as_slice());
    match ChangedDocuments::since(platform, filing, read).await {
        Ok(changed) => CompleteSigningError::DocumentChanged(changed),
        Err(fault) => fault.into(),
    }
}

/// A drawn number that no signing has. Drawn, not counted: it says nothing about how many
/// signings there are, and nobody waits for a counter.
async fn draw_voucher(platform: &Platform) -> Result<VoucherNo, Fault> {
    loop {
        let serial = u32::from_be_bytes(platform.entropy().bytes()) % VOUCHERS_OF_A_DAY;
        let voucher = VoucherNo::new(platform.now(), serial).map_err(Fault::broken)?;
        if rows::VOUCHERS.row(platform.backend(), &voucher).await?.is_none() {
            return Ok(voucher);
        }
    }
}

/// Serials of nine digits.
const VOUCHERS_OF_A_DAY: u32 = 1_000_000_000;
