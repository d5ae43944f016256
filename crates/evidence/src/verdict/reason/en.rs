//! Reasons in English.

use super::{Reason, Stamped};

#[expect(clippy::too_many_lines, reason = "a table of sentences: one entry for each variant")]
pub(super) fn sentence(reason: &Reason) -> String {
    match reason {
        Reason::PartsAgree { parts: 1 } => "the record follows its format".into(),
        Reason::PartsAgree { parts } => {
            format!("all {parts} parts fit their digests and each other")
        }
        Reason::Damaged { entry } => {
            format!("the bytes of {entry} do not fit the manifest: the file was altered")
        }
        Reason::RecordMalformed { detail } => format!("the record is malformed: {detail}"),
        Reason::PartMalformed { entry } => format!("{entry} is malformed"),
        Reason::PartMissing { entry } => format!("a signing record needs {entry}"),
        Reason::PartUnexpected { entry } => format!("a record of this kind has no {entry}"),
        Reason::NotBound { attribute } => format!(
            "the record does not disclose {attribute}: nothing ties the signature beside it to it"
        ),
        Reason::Mismatch { what, against } => format!("{} differs from {against}", word(what)),
        Reason::AttachmentUnreferenced { entry } => {
            format!("the record does not refer to attachment {entry}")
        }
        Reason::ChallengeExpired => "the challenge was answered after it expired".into(),
        Reason::SignatureValid { algorithm, serial, test_only } => {
            let mark = if *test_only { ", TEST ONLY, no legal effect" } else { "" };
            format!("the device key's {algorithm} signature holds, certificate {serial}{mark}")
        }
        Reason::SignatureInvalid => "the signature does not hold, or another key made it".into(),
        Reason::OtherDeviceKey => {
            "the certificate is for another device key than the challenge binds".into()
        }
        Reason::CertificateBroken => "the certificate chain is broken".into(),
        Reason::CertificateUntrusted => "the certificate chain leads to no given anchor".into(),
        Reason::ValidityNotProved => {
            "it is not proved that the signature was made while the certificate was valid".into()
        }
        Reason::NoSignature => "records of this kind carry no signature of a signer".into(),
        Reason::NoAnchors => {
            "no trust anchors were given: only self-consistency can be checked".into()
        }
        Reason::IdentityDeclared => {
            "the name was declared by the handler and no authority confirmed it".into()
        }
        Reason::IdentityAttested { by } => {
            format!(
                "{by} signed an answer about this signer; its key is not among the anchors: ask it"
            )
        }
        Reason::IdentityConfirmed { by, test_only } => {
            let mark = if *test_only { ", DEMONSTRATION, no legal effect" } else { "" };
            format!(
                "{by} signed that name and number belong to one person{mark}; whether this person signed is shown by the photo or by who looked"
            )
        }
        Reason::IdentityDenied { by } => {
            format!("{by} signed that name and number do not belong together, or that there is no such number")
        }
        Reason::IdentityAnswerInvalid { by } => format!(
            "an answer in the name of {by} is not by its key, or answers another question than the record says"
        ),
        Reason::IdentityByVideo => {
            "no photo was taken: a person compares a video with the document and decides in a later record; no face recognition was used".into()
        }
        Reason::IdentitySeenAtCounter { by } => format!(
            "no photo was taken: the platform recorded that an officer of {by} saw person and card together at the counter"
        ),
        Reason::IdentityNotDisclosed => "the identity is not disclosed".into(),
        Reason::IdentityNotConcerned => "records of this kind say nothing about identity".into(),
        Reason::Included { index, size, origin } => {
            format!("entry {index} of log {origin} (tree size {size})")
        }
        Reason::NotIncluded => "the log proof does not contain this record".into(),
        Reason::NoProof => "the bundle has no log proof".into(),
        Reason::LogUnknown { origin } => format!("log {origin} is not among the anchors"),
        Reason::LogSignatureInvalid => "a signature of the log head does not hold".into(),
        Reason::LogKeyUnknown { origin } => format!(
            "the head of log {origin} is signed by a key that is not among the anchors and counts for nothing; if the log has changed its key, get newer anchors and verify again"
        ),
        Reason::KeyNotValidThen { who } => {
            format!("the key of {who} was not to be trusted at that time")
        }
        Reason::Cosigned { at, .. } => format!("cosigned on {at}"),
        Reason::NotCosigned => "no independent organisation cosigned this head".into(),
        Reason::Deposited { held, of } => format!("deposit receipts {held}/{of}"),
        Reason::DepositedPartly { held, of } => format!("only {held} of {of} deposit receipts"),
        Reason::DepositRefused { custodian, code } => format!("{custodian} refused it: {code}"),
        Reason::ReceiptOfAnother { entry } => {
            format!("receipt {entry} is for another record or other content")
        }
        Reason::ReceiptInvalid { entry } => {
            format!("receipt {entry} is malformed or its signature does not hold")
        }
        Reason::CompleteUpTo { seq, at, objections, resolved } => {
            complete(*seq, at, (*objections, *resolved))
        }
        Reason::NoChainHead => "there is no statement of the notary about the chain".into(),
        Reason::ChainBroken { detail } => format!("the chain is broken: {detail}"),
        Reason::ChainHeadInvalid => {
            "the chain statement is malformed or its signature does not hold".into()
        }
        Reason::ChainHeadDiffers { stated, found } => format!(
            "the notary states {stated} records, the bundle has {found} or others: records were dropped or replaced"
        ),
        Reason::NotInChain => "this record does not stand at its place of the listed chain".into(),
        Reason::Between { from, to } => format!("between {from} and {to}; no trusted time stamp"),
        Reason::OnlyNotAfter { to } => {
            format!("not after {to}; not before is not proved; no trusted time stamp")
        }
        Reason::BetweenTimestamped { from, to, stamped } => {
            format!("between {from} and {to}; {}", stamp(stamped))
        }
        Reason::OnlyNotAfterTimestamped { to, stamped } => {
            format!("not after {to}; not before is not proved; {}", stamp(stamped))
        }
        Reason::TimeStampInvalid { entry } => format!("time stamp {entry} does not hold"),
        Reason::TimeStampOfAnother { entry } => {
            format!("time stamp {entry} is over other bytes than the note beside it")
        }
        Reason::TimeAnchorInvalid { entry } => {
            format!("{entry} is not a head of the record's log that covers the record")
        }
        Reason::NoTime => {
            "nobody but the platform vouches for a time; no trusted time stamp".into()
        }
        Reason::TimeOutside => {
            "the time the platform recorded lies outside the interval that others vouch for".into()
        }
        Reason::NoCertificate => "no notarial certificate has been issued".into(),
    }
}

fn complete(seq: u64, at: &str, (objections, resolved): (usize, usize)) -> String {
    let followed = match resolved {
        0 => String::new(),
        count => format!(
            ", {count} of them what followed (the registry may have found a signature void: ask the registry or the notary)"
        ),
    };
    format!("all {seq} records up to {at} are there, {objections} of them objections{followed}")
}

fn stamp(stamped: &Stamped) -> String {
    let Stamped { at, by, test_only } = stamped;
    let mark = if *test_only { ", TEST ONLY, no legal effect" } else { "" };
    format!("time stamp of {by}: not after {at}{mark}")
}

/// The words for what two parts disagree about.
fn word(what: &str) -> String {
    what.replace('_', " ")
}
