//! The bytes of a record beside its leaf (`docs/spec/store.md` section 10): a head in JSON, and behind it what is sealed
//! or exact as bytes of its own, because base64 and escapes would make a third more of them. Records of before, JSON as
//! a whole, are read as well; a record that came back from the notary is written so still.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::record::ClassContent;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::sealed::Sealed;
use heqi_vocabulary::{ChainId, Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use super::{About, KeptClass, SigningParts, Wire};
use crate::fault::Fault;

/// The first byte of this form; JSON begins with a brace.
const FORM: u8 = 2;

/// A record of our own, to be written.
pub(super) struct Written<'a> {
    pub(super) about: &'a About,
    pub(super) kind: RecordKind,
    pub(super) chain: ChainId,
    pub(super) seq: u64,
    pub(super) recorded_at: UtcMillis,
    pub(super) frame: &'a ClassContent,
    pub(super) classes: &'a BTreeMap<RetentionClass, Sealed<ClassContent>>,
    pub(super) signing: Option<&'a SigningParts>,
}

/// What is readable in every record.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head<A, F> {
    about: A,
    kind: RecordKind,
    chain: ChainId,
    seq: u64,
    recorded_at: UtcMillis,
    frame: F,
    /// Which sealed classes follow, in this order.
    classes: Vec<RetentionClass>,
    /// Whether the parts of a signing follow them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing: Option<Named>,
}

/// What is read of a head where nothing else is asked for.
#[derive(Deserialize)]
struct Owned {
    about: About,
    kind: RecordKind,
}

/// What a signing names by digest.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Named {
    issuers: Vec<Digest>,
    checkpoint: Option<Digest>,
}

impl Written<'_> {
    /// The form, then each part behind its length: the head, the sealed classes, and for a signing what is sealed of
    /// it, envelope, preimage and certificate.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        let named = self.signing.map(|signing| Named {
            issuers: signing.issuers.clone(),
            checkpoint: signing.checkpoint,
        });
        let head = serde_json::to_vec(&Head {
            about: self.about,
            kind: self.kind,
            chain: self.chain,
            seq: self.seq,
            recorded_at: self.recorded_at,
            frame: self.frame,
            classes: self.classes.keys().copied().collect(),
            signing: named,
        })
        .map_err(Fault::broken)?;
        let mut bytes = Vec::with_capacity(10_240);
        bytes.push(FORM);
        put(&mut bytes, &head);
        for sealed in self.classes.values() {
            put(&mut bytes, sealed.as_bytes());
        }
        if let Some(signing) = self.signing {
            put(&mut bytes, signing.private.as_bytes());
            put(&mut bytes, signing.envelope.as_bytes());
            put(&mut bytes, signing.challenge.as_bytes());
            put(&mut bytes, &STANDARD.decode(&signing.certificate).map_err(Fault::broken)?);
        }
        Ok(bytes)
    }
}

/// Reads either form; `None`: it has neither.
pub(super) fn read(bytes: &[u8]) -> Option<Wire> {
    let Some((&FORM, mut rest)) = bytes.split_first() else {
        return serde_json::from_slice(bytes).ok();
    };
    let head: Head<About, ClassContent> = serde_json::from_slice(take(&mut rest)?).ok()?;
    let mut classes = BTreeMap::new();
    for class in head.classes {
        let sealed = Sealed::from_bytes(take(&mut rest)?.to_vec());
        classes.insert(class, KeptClass::Sealed(sealed));
    }
    let signing = match head.signing {
        None => None,
        Some(Named { issuers, checkpoint }) => Some(SigningParts {
            private: Sealed::from_bytes(take(&mut rest)?.to_vec()),
            envelope: text(take(&mut rest)?)?,
            challenge: text(take(&mut rest)?)?,
            certificate: STANDARD.encode(take(&mut rest)?),
            issuers,
            checkpoint,
        }),
    };
    rest.is_empty().then_some(Wire {
        about: head.about,
        kind: head.kind,
        chain: head.chain,
        seq: head.seq,
        recorded_at: head.recorded_at,
        frame: Some(head.frame),
        classes,
        signing,
        adopted: None,
    })
}

/// Kind and owner alone: whoever follows the log reads thousands of records and wants no more of them. `None`: it has
/// neither form.
pub(super) fn whose(bytes: &[u8]) -> Option<(RecordKind, About)> {
    let Some((&FORM, mut rest)) = bytes.split_first() else {
        return read(bytes).map(|wire| (wire.kind, wire.about));
    };
    let Owned { about, kind } = serde_json::from_slice(take(&mut rest)?).ok()?;
    Some((kind, about))
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    // A record is bounded to 1 MiB by the store.
    bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(part);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let (part, behind) =
        behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *rest = behind;
    Some(part)
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use heqi_evidence::record::{ChainPlace, GeneratedBy, RecordDraft};
    use heqi_testkit::SeededEntropy;
    use heqi_vocabulary::{FilingId, Provenance};

    use super::*;

    fn sealed<V>(mark: u8) -> Sealed<V> {
        Sealed::from_bytes(vec![mark; 60])
    }

    fn with_written<T>(call: impl FnOnce(&Written<'_>) -> T) -> T {
        let entropy = SeededEntropy::new(5);
        let mut draft = RecordDraft::new(RecordKind::Signing, GeneratedBy::Platform, &entropy);
        draft.set("challenge", "00", Provenance::Observed).unwrap();
        let recorded_at = UtcMillis::from_millis(1_795_000_000_000).unwrap();
        let chain = ChainId::from_bytes([3; 16]);
        let place = ChainPlace { chain, seq: 7, prev: Digest::of(b"before"), recorded_at };
        let frame = draft.frame_content(&draft.at(place));
        let about = About::filing(FilingId::from_bytes([1; 16]));
        let classes = BTreeMap::from([
            (RetentionClass::Matter, sealed(1)),
            (RetentionClass::Trace, sealed(2)),
        ]);
        let signing = SigningParts {
            envelope: "{\"payload\":\"\"}".to_owned(),
            challenge: "{}".to_owned(),
            certificate: STANDARD.encode([9; 40]),
            issuers: vec![Digest::of(b"issuer")],
            checkpoint: None,
            private: sealed(4),
        };
        call(&Written {
            about: &about,
            kind: RecordKind::Signing,
            chain,
            seq: 7,
            recorded_at,
            frame: &frame,
            classes: &classes,
            signing: Some(&signing),
        })
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        with_written(|written| {
            let read = read(&written.to_bytes().unwrap()).unwrap();
            assert_eq!((read.kind, read.chain, read.seq), (written.kind, written.chain, 7));
            assert_eq!(read.recorded_at, written.recorded_at);
            assert_eq!(
                serde_json::to_value(&read.frame).unwrap(),
                serde_json::to_value(written.frame).unwrap()
            );
            for (class, sealed) in written.classes {
                assert!(matches!(&read.classes[class], KeptClass::Sealed(kept) if kept == sealed));
            }
            let (kind, about) = whose(&written.to_bytes().unwrap()).unwrap();
            assert_eq!((kind, about.filing), (written.kind, written.about.filing));
            let (kept, signing) = (read.signing.unwrap(), written.signing.unwrap());
            assert_eq!(
                serde_json::to_value(&kept).unwrap(),
                serde_json::to_value(signing).unwrap()
            );
        });
    }

    #[test]
    fn a_record_of_before_is_still_read() {
        with_written(|written| {
            let classes: BTreeMap<_, _> = written
                .classes
                .iter()
                .map(|(class, sealed)| (*class, KeptClass::Sealed(sealed.clone())))
                .collect();
            let before = serde_json::json!({
                "about": written.about, "kind": written.kind, "chain": written.chain, "seq": 7,
                "recorded_at": written.recorded_at, "frame": written.frame, "classes": classes,
                "signing": written.signing,
            });
            let before = serde_json::to_vec(&before).unwrap();
            assert_eq!(whose(&before).unwrap().0, written.kind);
            let read = read(&before).unwrap();
            assert_eq!(read.classes.len(), 2);
            assert_eq!(read.signing.unwrap().certificate, written.signing.unwrap().certificate);
        });
    }

    #[test]
    fn a_record_cut_off_anywhere_or_with_a_byte_more_is_none() {
        with_written(|written| {
            let bytes = written.to_bytes().unwrap();
            for length in 0..bytes.len() {
                assert!(read(&bytes[..length]).is_none(), "{length}");
            }
            assert!(read(&[bytes.as_slice(), &[0]].concat()).is_none());
        });
    }
}
