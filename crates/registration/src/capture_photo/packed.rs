//! A photo and the frames of actions in one body: a line that says so, a line of JSON that announces
//! the lengths, then all bytes (`docs/spec/capture.md`). So they arrive together or not at all.

use std::num::NonZeroUsize;

use bytes::Bytes;
use heqi_filing::{Action, MAX_ACTIONS};
use heqi_vocabulary::SigningId;
use serde::{Deserialize, Serialize};

use super::{CapturePhoto, CapturePhotoError, SentAction};

/// No JPEG begins like this.
const FIRST_LINE: &[u8] = b"heqi.capture/v1\n";
/// The longest second line, in bytes, with its end.
const MAX_HEADER_BYTES: usize = 1024;

/// The second line.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    actions: Vec<Announced>,
    photo_bytes: usize,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Announced {
    action: Action,
    /// Nothing: the signer said that it cannot be done.
    frame_bytes: Option<NonZeroUsize>,
}

/// What is in a body; nothing where it is no photo with frames.
pub(super) fn unpack(
    signing: SigningId,
    body: &Bytes,
) -> Result<Option<CapturePhoto>, CapturePhotoError> {
    let Some(announced) = body.strip_prefix(FIRST_LINE) else { return Ok(None) };
    let malformed = || CapturePhotoError::Malformed;
    let end = announced.iter().take(MAX_HEADER_BYTES).position(|byte| *byte == b'\n');
    let (line, rest) = end.and_then(|end| announced.split_at_checked(end)).ok_or_else(malformed)?;
    let header: Header = serde_json::from_slice(line).map_err(|_| malformed())?;
    if header.actions.len() > usize::from(MAX_ACTIONS) {
        return Err(malformed());
    }
    // All behind the end of the line, which is one byte.
    let mut rest = body.slice_ref(rest.get(1..).ok_or_else(malformed)?);
    let photo = split(&mut rest, header.photo_bytes)?;
    let mut actions = Vec::new();
    for Announced { action, frame_bytes } in header.actions {
        let frame = frame_bytes.map(|size| split(&mut rest, size.get())).transpose()?;
        actions.push(SentAction { action, frame });
    }
    if !rest.is_empty() {
        return Err(malformed());
    }
    Ok(Some(CapturePhoto { actions, ..CapturePhoto::of(signing, photo) }))
}

fn split(rest: &mut Bytes, size_bytes: usize) -> Result<Bytes, CapturePhotoError> {
    if size_bytes > rest.len() {
        return Err(CapturePhotoError::Malformed);
    }
    Ok(rest.split_to(size_bytes))
}

/// Writes a photo and frames as one body, as the page does.
pub fn pack(photo: &[u8], actions: &[SentAction]) -> Vec<u8> {
    let announced = |one: &SentAction| Announced {
        action: one.action,
        frame_bytes: one.frame.as_ref().and_then(|frame| NonZeroUsize::new(frame.len())),
    };
    let actions_announced = actions.iter().map(announced).collect();
    let header = Header { actions: actions_announced, photo_bytes: photo.len() };
    let mut body = FIRST_LINE.to_vec();
    // Numbers and words: there is nothing in it that JSON could not say.
    body.extend(serde_json::to_vec(&header).unwrap_or_default());
    body.push(b'\n');
    body.extend_from_slice(photo);
    for frame in actions.iter().filter_map(|one| one.frame.as_ref()) {
        body.extend_from_slice(frame);
    }
    body
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Digest;

    use super::*;

    const SIGNING: SigningId = SigningId::from_bytes([7; 16]);

    fn sent() -> Vec<SentAction> {
        vec![
            SentAction { action: Action::TurnLeft, frame: Some(Bytes::from_static(b"left")) },
            SentAction { action: Action::RaiseHand, frame: None },
        ]
    }

    #[test]
    fn a_photo_comes_out_with_its_frames_as_it_went_in() {
        let body = Bytes::from(pack(b"photo", &sent()));
        let unpacked = unpack(SIGNING, &body).unwrap().unwrap();
        assert_eq!(&unpacked.bytes[..], b"photo");
        assert_eq!(unpacked.sha256, Digest::of(b"photo"));
        assert_eq!(unpacked.actions.len(), 2);
        assert_eq!(unpacked.actions[0].frame.as_deref(), Some(&b"left"[..]));
        assert_eq!(unpacked.actions[1].action, Action::RaiseHand);
        assert!(unpacked.actions[1].frame.is_none());
        assert!(unpack(SIGNING, &Bytes::from_static(b"\xff\xd8\xff")).unwrap().is_none());
    }

    #[test]
    fn every_cut_every_byte_more_and_every_other_header_is_malformed() {
        let body = pack(b"photo", &sent());
        for cut in FIRST_LINE.len()..body.len() {
            let cut = Bytes::copy_from_slice(&body[..cut]);
            assert!(matches!(unpack(SIGNING, &cut), Err(CapturePhotoError::Malformed)));
        }
        let more = [&body[..], b"x"].concat();
        let headers = [
            r#"{"actions":[],"photo_bytes":99999999999}"#,
            r#"{"actions":[],"photo_bytes":-1}"#,
            r#"{"actions":[{"action":"dance","frame_bytes":null}],"photo_bytes":0}"#,
            r#"{"actions":[],"photo_bytes":0,"name":"x"}"#,
            "[",
        ];
        let headers = headers.map(|header| [FIRST_LINE, header.as_bytes(), b"\n"].concat());
        for body in headers.into_iter().chain([more]) {
            let refused = unpack(SIGNING, &Bytes::from(body));
            assert!(matches!(refused, Err(CapturePhotoError::Malformed)));
        }
    }
}
