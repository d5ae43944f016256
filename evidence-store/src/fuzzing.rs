//! What the readers of a store's files promise for any bytes, as functions for a fuzzer (`tests/fuzz`).
//!
//! Each panics when a reader breaks its promise: it must not panic itself, what it gives must stand in the file, and
//! writing again what was read gives the same bytes. Checksums and seals are put right first where the reader would
//! otherwise never get past them: a fuzzer cannot guess a CRC, and a disk that turns a bit is caught by it anyway.
#![expect(clippy::missing_panics_doc, reason = "a broken promise is reported by panicking")]
#![expect(clippy::unwrap_used, reason = "the same")]

mod files;
mod ledgers;
mod rows;

pub use crate::backup::fuzzing::{backup_header, backup_manifest, header_seed, manifest_seed};
pub use files::{frames, object_segment, store_name, vault_segment};
pub use ledgers::{erasure_ledger, ledger_segment};
pub use rows::{snapshot, state_segment};

use crate::journal::frame::encode_frame;
use crate::journal::segment::{SegmentKind, StoreId, encode_header};

/// The store of the vectors.
pub(crate) const STORE: StoreId = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// One frame in the form in which a fuzzer gives frames: kind and sequence (a byte each), length of the payload (two
/// bytes), payload.
pub fn piece(kind: u8, sequence: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    [&[kind, sequence][..], &length.to_be_bytes(), payload].concat()
}

/// A segment whose frames have right checksums, made of pieces; what is no piece stands behind the last frame as it is.
fn segment_of(kind: SegmentKind, number: u32, pieces: &[u8]) -> Vec<u8> {
    let (mut file, seed) = encode_header(kind, number, &STORE);
    let mut rest = pieces;
    while let Some((frame_kind, sequence, payload, after)) = first_piece(rest) {
        encode_frame(&mut file, seed, frame_kind, sequence.into(), &[payload]).unwrap();
        rest = after;
    }
    file.extend_from_slice(rest);
    file
}

/// The frames of a segment file as pieces, for seeds; frames that a piece cannot say are left out.
pub fn pieces_of(segment: &[u8]) -> Vec<u8> {
    let mut rest = segment.get(36..).unwrap_or_default();
    let mut pieces = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let size = usize::try_from(u32::from_be_bytes(*length)).unwrap();
        let Some(body) = after.get(4..4 + size) else { break };
        let Some((kind, sequence, payload)) = body
            .split_first()
            .and_then(|(kind, rest)| rest.split_first_chunk::<8>().map(|(s, p)| (kind, s, p)))
        else {
            break;
        };
        if let Ok(sequence) = u8::try_from(u64::from_be_bytes(*sequence)) {
            pieces.extend(piece(*kind, sequence, payload));
        }
        rest = after.get(4 + size..).unwrap_or_default();
    }
    pieces
}

fn first_piece(bytes: &[u8]) -> Option<(u8, u8, &[u8], &[u8])> {
    let (&[kind, sequence, high, low], rest) = bytes.split_first_chunk::<4>()?;
    let (payload, after) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
    Some((kind, sequence, payload, after))
}
