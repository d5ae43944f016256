//! The bytes of a vault segment: an epoch frame, then frames of data keys.

use std::sync::Arc;

use heqi_vocabulary::Entropy;
use zeroize::Zeroizing;

use super::super::{
    DataKeyId, ID_BYTES, KeyEncryptionKey, NONCE_BYTES, TAG_BYTES, VaultError, decrypt, encrypt,
};
use crate::journal::frame::{FRAME_HEADER_BYTES, FrameReader, Next, frame_kind};
use crate::journal::segment::{HEADER_BYTES, Segment, Segments, StoreId, len64};
use crate::journal::{Damage, JournalError};

const LABEL: &[u8] = b"heqi.vault.key/v1\n";
const KEY_BYTES: usize = 32;
/// Nonce, sealed key and tag.
pub(crate) const SEALED_KEY_BYTES: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const ERASED: u8 = 0;
const PRESENT: u8 = 1;

pub(crate) type Secret = Zeroizing<[u8; KEY_BYTES]>;

/// One entry of a segment: where its sealed key stands, or that it is erased.
pub(crate) struct Entry {
    pub(crate) id: DataKeyId,
    pub(crate) offset: Option<u32>,
}

/// What a segment file holds.
pub(crate) struct ScannedSegment {
    pub(crate) wrapped_epoch: Vec<u8>,
    /// Where the frame of the epoch key ends.
    pub(crate) epoch_end: u64,
    pub(crate) entries: Vec<Entry>,
    /// Good frames.
    pub(crate) frames: u64,
    /// Beginning and end of the last good frame.
    pub(crate) last_frame: u64,
    pub(crate) end: u64,
    /// Whether an unfinished frame follows.
    pub(crate) is_torn: bool,
}

/// Reads a segment up to its last good frame; a bad frame with good ones behind it is damage.
pub(crate) fn read_segment(
    segments: &Segments,
    number: u32,
) -> Result<ScannedSegment, JournalError> {
    let segment = segments.segment(number)?;
    let mut frames = FrameReader::whole(Arc::clone(&segment))?;
    let epoch = frames.next_good()?.filter(|frame| frame.kind == frame_kind::VAULT_EPOCH);
    let Some(epoch) = epoch else {
        let what = "the segment does not begin with an epoch key";
        return Err(Damage::new(&segment.path, HEADER_BYTES, 0, what).into());
    };
    let mut scanned = ScannedSegment {
        wrapped_epoch: epoch.payload.to_vec(),
        epoch_end: epoch.end(),
        entries: Vec::new(),
        frames: 1,
        last_frame: epoch.offset,
        end: epoch.end(),
        is_torn: false,
    };
    loop {
        match frames.next()? {
            Next::End => return Ok(scanned),
            Next::Bad { offset, .. } => {
                if frames.has_frame_after(offset)? {
                    let what = "a bad frame with good frames behind it";
                    let length = frames.end() - offset;
                    return Err(Damage::new(&segment.path, offset, length, what).into());
                }
                scanned.is_torn = true;
                return Ok(scanned);
            }
            Next::Frame(frame) => {
                let at = frame.offset + FRAME_HEADER_BYTES;
                let entries = (frame.kind == frame_kind::VAULT_KEYS
                    && frame.sequence == scanned.frames)
                    .then(|| decode_entries(&frame.payload, at))
                    .flatten();
                let Some(entries) = entries else {
                    let length = frame.end() - frame.offset;
                    let what = "not a frame of data keys";
                    return Err(Damage::new(&segment.path, frame.offset, length, what).into());
                };
                scanned.entries.extend(entries);
                scanned.frames += 1;
                (scanned.last_frame, scanned.end) = (frame.offset, frame.end());
            }
        }
    }
}

/// Checks that every key of a segment opens; gives the entries that do not.
pub(crate) fn unreadable_keys(
    segment: &Segment,
    number: u32,
    store: &StoreId,
    scanned: &ScannedSegment,
    key_encryption: &dyn KeyEncryptionKey,
) -> Result<Vec<u32>, VaultError> {
    let context = wrap_context(store, number);
    let epoch = key_encryption.unwrap(&scanned.wrapped_epoch, &context)?;
    let mut unreadable = Vec::new();
    for entry in &scanned.entries {
        let Some(offset) = entry.offset else { continue };
        let sealed = segment.read(offset.into(), SEALED_KEY_BYTES)?;
        if open_key(&epoch, number, entry.id, &sealed).is_none() {
            unreadable.push(offset);
        }
    }
    Ok(unreadable)
}

fn decode_entries(payload: &[u8], at: u64) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (id, after_id) = rest.split_first_chunk::<ID_BYTES>()?;
        let (state, after_state) = after_id.split_first()?;
        let consumed = payload.len() - after_state.len();
        let offset = match *state {
            ERASED => None,
            PRESENT => Some(u32::try_from(at + len64(consumed)).ok()?),
            _ => return None,
        };
        rest = if offset.is_some() { after_state.get(SEALED_KEY_BYTES..)? } else { after_state };
        entries.push(Entry { id: DataKeyId::from_bytes(*id), offset });
    }
    Some(entries)
}

/// Builds the payload of a frame of data keys.
pub(crate) struct EntryWriter<'a> {
    segment: u32,
    epoch: &'a [u8; KEY_BYTES],
    entropy: &'a dyn Entropy,
    pub(crate) payload: Vec<u8>,
    /// Identifier, whether it has a key, and where in the payload that key stands.
    pub(crate) written: Vec<(DataKeyId, bool, usize)>,
}

impl<'a> EntryWriter<'a> {
    pub(crate) fn new(segment: u32, epoch: &'a [u8; KEY_BYTES], entropy: &'a dyn Entropy) -> Self {
        Self { segment, epoch, entropy, payload: Vec::new(), written: Vec::new() }
    }

    pub(crate) fn push(&mut self, id: DataKeyId, secret: Option<&Secret>) {
        self.payload.extend_from_slice(id.as_bytes());
        self.payload.push(if secret.is_some() { PRESENT } else { ERASED });
        self.written.push((id, secret.is_some(), self.payload.len()));
        if let Some(secret) = secret {
            let nonce: [u8; NONCE_BYTES] = self.entropy.bytes();
            let mut body = secret.clone();
            let associated = key_context(self.segment, id);
            let tag = encrypt(self.epoch, nonce, &associated, body.as_mut());
            self.payload.extend_from_slice(&nonce);
            self.payload.extend_from_slice(body.as_ref());
            self.payload.extend_from_slice(&tag);
        }
    }

    /// The entries with their offsets in the file, the payload standing at `at`.
    pub(crate) fn at(self, at: u64) -> Vec<Entry> {
        let entry = |(id, has_key, offset): (DataKeyId, bool, usize)| Entry {
            id,
            offset: has_key.then(|| u32::try_from(at + len64(offset)).unwrap_or(u32::MAX)),
        };
        self.written.into_iter().map(entry).collect()
    }
}

pub(crate) fn open_key(
    epoch: &[u8; KEY_BYTES],
    segment: u32,
    id: DataKeyId,
    sealed: &[u8],
) -> Option<Secret> {
    let (nonce, rest) = sealed.split_first_chunk()?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
    let mut secret = Secret::new(body.try_into().ok()?);
    decrypt(epoch, *nonce, &key_context(segment, id), secret.as_mut(), tag).ok()?;
    Some(secret)
}

fn key_context(segment: u32, id: DataKeyId) -> Vec<u8> {
    [LABEL, &segment.to_be_bytes(), id.as_bytes()].concat()
}

pub(crate) fn wrap_context(store: &StoreId, segment: u32) -> Vec<u8> {
    [&store[..], &segment.to_be_bytes()].concat()
}
