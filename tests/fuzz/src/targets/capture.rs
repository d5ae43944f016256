//! A photo with frames of actions in one body (`docs/spec/capture.md`): whatever the bytes are, they are a plain
//! photo, taken apart without a byte left over, or refused as what they are.

use heqi_filing::MAX_ACTIONS;
use heqi_registration::capture_photo::{CapturePhoto, CapturePhotoError, pack};
use heqi_testkit::files;
use heqi_vocabulary::{Digest, SigningId};

const FIRST_LINE: &[u8] = b"heqi.capture/v1\n";
const SIGNING: SigningId = SigningId::from_bytes([7; 16]);

fn read(input: &[u8]) -> Result<CapturePhoto, CapturePhotoError> {
    CapturePhoto::received(SIGNING, input.to_vec().into(), Digest::of(input))
}

/// A body of a stranger, as the platform takes it.
pub(super) fn packed(input: &[u8]) {
    let taken = match read(input) {
        Ok(taken) => taken,
        Err(error) => {
            assert!(input.starts_with(FIRST_LINE), "a plain photo is looked at later");
            assert!(matches!(error, CapturePhotoError::Malformed), "{error}");
            return;
        }
    };
    assert_eq!(taken.signing, SIGNING);
    assert_eq!(taken.sha256, Digest::of(&taken.bytes), "the photo alone is what is signed");
    if !input.starts_with(FIRST_LINE) {
        assert!(taken.bytes == input && taken.actions.is_empty());
        return;
    }
    assert!(taken.actions.len() <= usize::from(MAX_ACTIONS));
    // Photo and frames are the end of the body, one behind the other.
    let mut all = taken.bytes.to_vec();
    for frame in taken.actions.iter().filter_map(|one| one.frame.as_ref()) {
        assert!(!frame.is_empty(), "nothing is no frame");
        all.extend_from_slice(frame);
    }
    assert!(input.ends_with(&all));
    // The line of JSON has more than one spelling; what it announces has one meaning.
    let written = pack(&taken.bytes, &taken.actions);
    let again = read(&written).unwrap();
    assert_eq!((&again.bytes, again.actions.len()), (&taken.bytes, taken.actions.len()));
    let mut both = again.actions.iter().zip(&taken.actions);
    assert!(both.all(|(one, other)| one.action == other.action && one.frame == other.frame));
    assert_eq!(pack(&again.bytes, &again.actions), written);
}

/// Bodies as the page makes them, and of each refusal one.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let body = |head: &str, parts: &[&[u8]]| {
        [FIRST_LINE, head.as_bytes(), b"\n", &parts.concat()[..]].concat()
    };
    let photo = files::photo("seed");
    let asked = r#"{"actions":[{"action":"turn_left","frame_bytes":5},{"action":"open_mouth","frame_bytes":null}],"photo_bytes":3}"#;
    let none = format!(r#"{{"actions":[],"photo_bytes":{}}}"#, photo.len());
    let many = r#"{"actions":[{"action":"raise_head","frame_bytes":1},{"action":"raise_hand","frame_bytes":1},{"action":"turn_right","frame_bytes":1},{"action":"raise_head","frame_bytes":1}],"photo_bytes":0}"#;
    vec![
        body(asked, &[b"pho", b"frame"]),
        body(asked, &[b"pho", b"frame", b"more"]),
        body(asked, &[b"pho", b"fra"]),
        body(&none, &[&photo[..]]),
        body(many, &[b"abcd"]),
        body(r#"{ "photo_bytes": 1, "actions": [] }"#, &[b"x"]),
        body(r#"{"actions":[],"photo_bytes":18446744073709551615}"#, &[b"x"]),
        body(r#"{"actions":[{"action":"turn_left","frame_bytes":0}],"photo_bytes":0}"#, &[]),
        FIRST_LINE.to_vec(),
        photo,
    ]
}
