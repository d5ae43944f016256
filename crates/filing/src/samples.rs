//! Filings and ceremonies for tests. Party 0 is the handler, parties 1, 2, … sign.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroU64};

use heqi_vocabulary::{
    CeremonyId, ChainId, Digest, DocumentId, FilingId, FilingNo, Language, PartyId, RecordId,
    SigningId, UtcMillis, VoucherNo,
};

use crate::*;

/// So many minutes after the filing was opened.
pub(crate) fn at(minutes: i64) -> UtcMillis {
    "2026-11-23T00:00:00.000Z".parse::<UtcMillis>().unwrap().plus_millis(minutes * 60_000)
}

pub(crate) fn party(n: u8) -> PartyId {
    PartyId::from_bytes([n; 16])
}

pub(crate) fn document(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

pub(crate) fn person(name: &str) -> PartyKind {
    PartyKind::Person { name: name.parse().unwrap() }
}

pub(crate) fn company() -> PartyKind {
    PartyKind::Company {
        name: "杭州示例云栖投资有限公司".parse().unwrap(),
        representative: "周建国".parse().unwrap(),
    }
}

pub(crate) fn file(n: u8) -> NewDocument {
    NewDocument {
        id: document(n),
        title: "公司章程".parse().unwrap(),
        sha256: Digest::of(&[n]),
        size_bytes: NonZeroU64::new(2048).unwrap(),
        pages: NonZeroU32::new(3).unwrap(),
        media_type: MediaType::Pdf,
        object: object(n),
    }
}

pub(crate) fn object(n: u8) -> ObjectRef {
    format!("object-{n}").try_into().unwrap()
}

pub(crate) fn empty_filing() -> Filing {
    let new = NewFiling {
        id: FilingId::from_bytes([7; 16]),
        number: "61842059".parse::<FilingNo>().unwrap(),
        matter: Matter::Establishment,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        chain: ChainId::from_bytes([8; 16]),
    };
    Filing::open(new, at(0))
}

/// In drafting, with a handler, so many shareholders, and documents 1 and 2.
pub(crate) fn drafted(signers: u8) -> Filing {
    let mut filing = empty_filing();
    let handler = BTreeSet::from([Capacity::Handler]);
    filing.add_party(party(0), person("何静"), handler).unwrap();
    for n in 1..=signers {
        let shareholder = BTreeSet::from([Capacity::Shareholder]);
        filing.add_party(party(n), person("龚𠮷"), shareholder).unwrap();
    }
    filing.attach_document(file(1), at(0)).unwrap();
    filing.attach_document(file(2), at(0)).unwrap();
    filing
}

/// Open for signing since minute 1.
pub(crate) fn signing(signers: u8) -> Filing {
    let mut filing = drafted(signers);
    filing.open_signing(at(1)).unwrap();
    filing
}

/// Everyone signed: party n at minute 10 + n.
pub(crate) fn signed(signers: u8) -> Filing {
    let mut filing = signing(signers);
    for n in 1..=signers {
        sign(&mut filing, n, at(10 + i64::from(n))).unwrap();
    }
    filing
}

pub(crate) fn invited(filing: &Filing, n: u8, now: UtcMillis) -> Ceremony {
    let invitation = Invitation {
        id: CeremonyId::from_bytes([n; 16]),
        party: party(n),
        token_hash: Digest::of(b"token"),
    };
    Ceremony::invite(invitation, filing, now).unwrap()
}

pub(crate) fn answer(
    ceremony: &mut Ceremony,
    kind: ConsentKind,
    decision: Decision,
    now: UtcMillis,
) -> Result<(), ConsentError> {
    ceremony.consent(kind, ConsentText::current(kind).digest(Language::Zh), decision, now)
}

/// Every consent granted but the location, which is refused.
pub(crate) fn consented(filing: &Filing, n: u8, now: UtcMillis) -> Ceremony {
    let mut ceremony = invited(filing, n, now);
    ceremony.open(now).unwrap();
    for kind in ConsentKind::ASKED {
        let refused = kind == ConsentKind::Location;
        let decision = if refused { Decision::Refused } else { Decision::Granted };
        answer(&mut ceremony, kind, decision, now).unwrap();
    }
    ceremony
}

pub(crate) fn challenge(label: &str) -> Digest {
    Digest::labelled("challenge ", label.as_bytes())
}

pub(crate) fn begin(
    ceremony: &mut Ceremony,
    filing: &Filing,
    label: &str,
    now: UtcMillis,
) -> Result<(), BeginError> {
    let documents = ceremony.ready_to_begin(filing, now)?;
    let new = NewChallenge {
        challenge: challenge(label),
        preimage: Digest::of(b"preimage"),
        device_key: Digest::of(b"device key"),
        certificate: Digest::of(b"certificate"),
        documents,
    };
    ceremony.begin(new, filing, now)
}

pub(crate) fn photo(label: &str) -> Digest {
    Digest::labelled("photo ", label.as_bytes())
}

pub(crate) fn capture(
    ceremony: &mut Ceremony,
    label: &str,
    picture: &str,
    now: UtcMillis,
) -> Result<(), CaptureError> {
    let size = NonZeroU64::new(150_000).unwrap();
    ceremony.capture(challenge(label), photo(picture), object(9), size, None, now)
}

/// Ready to complete: challenge "first", photo "first".
pub(crate) fn captured(filing: &Filing, n: u8, now: UtcMillis) -> Ceremony {
    let mut ceremony = consented(filing, n, now);
    begin(&mut ceremony, filing, "first", now).unwrap();
    capture(&mut ceremony, "first", "first", now).unwrap();
    ceremony
}

pub(crate) fn completion(n: u8, label: &str, picture: &str) -> Completion {
    Completion {
        challenge: challenge(label),
        photo: Some(photo(picture)),
        signing: SigningId::from_bytes([n; 16]),
        record: RecordId::from_bytes([n; 16]),
        voucher: VoucherNo::new(at(0), u32::from(n)).unwrap(),
        review: ReviewNeed::Settled,
    }
}

/// Party n signs everything it still has to sign.
pub(crate) fn sign(filing: &mut Filing, n: u8, now: UtcMillis) -> Result<Ceremony, CompleteError> {
    let mut ceremony = captured(filing, n, now);
    ceremony.complete(completion(n, "first", "first"), filing, now)?;
    Ok(ceremony)
}
