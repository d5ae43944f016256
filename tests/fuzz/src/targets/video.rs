//! The heads of videos: whatever the bytes are, they are walked to an end, refused as what they
//! are, or taken within the limits.

use heqi_registration::record_video::{
    Container, MAX_VIDEO_BYTES, MAX_VIDEO_MS, MIN_VIDEO_MS, VideoError, look_into,
};
use heqi_testkit::files;

/// A file of a stranger, as the platform takes it.
pub(super) fn heads(input: &[u8]) {
    match look_into(input) {
        Ok((container, millis)) => {
            assert!((MIN_VIDEO_MS..=MAX_VIDEO_MS).contains(&millis), "{millis} ms");
            assert!(input.len() <= MAX_VIDEO_BYTES);
            let begins_as = match container {
                Container::Webm => input.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
                Container::Mp4 => input.get(4..8) == Some(b"ftyp"),
            };
            assert!(begins_as, "it is called what it is not");
            // Whatever is cut off at its head is refused, and nothing is taken from elsewhere.
            assert_eq!(look_into(&input[..4.min(input.len())]).unwrap_err(), short(input));
        }
        Err(error) => assert_eq!(look_into(input), Err(error), "the same bytes, the same answer"),
    }
}

/// What four bytes of it are.
fn short(input: &[u8]) -> VideoError {
    if input.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        VideoError::Broken
    } else {
        VideoError::OtherKind
    }
}

/// Videos of both kinds, and of each refusal one.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        files::webm("seed", 20, true),
        files::webm("seed", 20, false),
        files::webm("seed", 1, true),
        files::webm("seed", 100, true),
        files::mp4("seed", 20, true),
        files::mp4("seed", 20, false),
        files::mp4("seed", 100, true),
        files::photo("no film"),
    ];
    for whole in [files::webm("seed", 20, true), files::mp4("seed", 20, true)] {
        seeds.push(whole[..whole.len() / 2].to_vec());
    }
    seeds
}
