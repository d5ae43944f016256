//! What a video must be to be kept: WebM or MP4 with picture and sound, a few seconds long.
//!
//! Nothing is decoded here. The container is walked from head to head under the limits, so that
//! a reviewer is handed something a browser plays, and nobody something else under its name.

use serde::{Deserialize, Serialize};

use super::{mp4, webm};
use crate::fault::Class;
use crate::wording::{Told, refusals, say};

/// The longest video, in bytes.
pub const MAX_VIDEO_BYTES: usize = 8 << 20;
/// The shortest video, in milliseconds: nobody reads the statement in less.
pub const MIN_VIDEO_MS: u64 = 2_000;
/// The longest video, in milliseconds.
pub const MAX_VIDEO_MS: u64 = 90_000;

/// Which container.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what browsers record and play")]
pub enum Container {
    /// WebM (a profile of Matroska, RFC 9559).
    Webm,
    /// MP4 or QuickTime (ISO/IEC 14496-12).
    Mp4,
}

impl Container {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Webm => "video/webm",
            Self::Mp4 => "video/mp4",
        }
    }
}

/// What the heads of a video say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Heads {
    pub(super) has_picture: bool,
    pub(super) has_sound: bool,
    pub(super) millis: u64,
}

/// A video that was looked at.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VideoFacts {
    pub(crate) container: Container,
    pub(crate) millis: u64,
}

/// Why bytes are no video that can be kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// More than [`MAX_VIDEO_BYTES`].
    #[error("a video has at most {MAX_VIDEO_BYTES} bytes")]
    TooLarge,
    /// Neither WebM nor MP4.
    #[error("the file is neither WebM nor MP4")]
    OtherKind,
    /// It breaks its format.
    #[error("the video breaks its format")]
    Broken,
    /// There is no picture in it.
    #[error("the video has no picture")]
    NoPicture,
    /// There is no sound in it: nobody can hear the statement.
    #[error("the video has no sound")]
    NoSound,
    /// Shorter than [`MIN_VIDEO_MS`].
    #[error("the video is shorter than {MIN_VIDEO_MS} ms")]
    TooShort,
    /// Longer than [`MAX_VIDEO_MS`].
    #[error("the video is longer than {MAX_VIDEO_MS} ms")]
    TooLong,
}

impl VideoError {
    fn told(&self) -> Told<'_> {
        const AGAIN: [&str; 2] = [
            "请用本页面重新录制，已填写内容不会丢失。",
            "Record it again on this page; nothing entered is lost.",
        ];
        match self {
            Self::TooLarge => say(
                "video_too_large",
                ["视频文件过大（最多8 MB），未作任何更改。", AGAIN[0]],
                ["The video is too large (8 MB at most); nothing was changed.", AGAIN[1]],
            ),
            Self::OtherKind => say(
                "video_other_kind",
                ["收到的文件不是WebM或MP4视频，未作任何更改。", AGAIN[0]],
                ["The file is neither a WebM nor an MP4 video; nothing was changed.", AGAIN[1]],
            ),
            Self::Broken => say(
                "video_broken",
                ["视频文件不完整或无法读取，未作任何更改。", AGAIN[0]],
                ["The video is incomplete or cannot be read; nothing was changed.", AGAIN[1]],
            ),
            Self::NoPicture => say(
                "video_no_picture",
                ["视频中没有画面，未作任何更改。", AGAIN[0]],
                ["There is no picture in the video; nothing was changed.", AGAIN[1]],
            ),
            Self::NoSound => say(
                "video_no_sound",
                [
                    "视频中没有声音，听不到声明，未作任何更改。",
                    "请允许使用麦克风后重新录制，或改到窗口核验。",
                ],
                [
                    "There is no sound in the video, so the statement cannot be heard; nothing was changed.",
                    "Allow the microphone and record again, or be checked at the counter.",
                ],
            ),
            Self::TooShort => say(
                "video_too_short",
                ["视频太短，未读完声明。", AGAIN[0]],
                ["The video is too short to hold the statement.", AGAIN[1]],
            ),
            Self::TooLong => say(
                "video_too_long",
                ["视频超过90秒，未作任何更改。", AGAIN[0]],
                ["The video is longer than 90 seconds; nothing was changed.", AGAIN[1]],
            ),
        }
        .is(Class::BadInput)
    }
}

refusals!(VideoError);

/// Looks at a video.
pub(super) fn examine(bytes: &[u8]) -> Result<VideoFacts, VideoError> {
    if bytes.len() > MAX_VIDEO_BYTES {
        return Err(VideoError::TooLarge);
    }
    let (container, heads) = if bytes.starts_with(&webm::MAGIC) {
        (Container::Webm, webm::heads(bytes))
    } else if bytes.get(4..8) == Some(b"ftyp") {
        (Container::Mp4, mp4::heads(bytes))
    } else {
        return Err(VideoError::OtherKind);
    };
    let heads = heads.ok_or(VideoError::Broken)?;
    match heads {
        Heads { has_picture: false, .. } => Err(VideoError::NoPicture),
        Heads { has_sound: false, .. } => Err(VideoError::NoSound),
        Heads { millis: 0..MIN_VIDEO_MS, .. } => Err(VideoError::TooShort),
        Heads { millis: 0..=MAX_VIDEO_MS, .. } => {
            Ok(VideoFacts { container, millis: heads.millis })
        }
        Heads { .. } => Err(VideoError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use heqi_testkit::files;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_video_with_picture_and_sound_of_some_seconds_is_taken() {
        for seconds in [2, 30, 90] {
            let webm = examine(&files::webm("one", seconds, true)).unwrap();
            assert_eq!(webm, VideoFacts { container: Container::Webm, millis: 1000 * seconds });
            let mp4 = examine(&files::mp4("one", seconds, true)).unwrap();
            assert_eq!(mp4, VideoFacts { container: Container::Mp4, millis: 1000 * seconds });
        }
    }

    #[test]
    fn whatever_is_no_such_video_is_refused_as_what_it_is() {
        let refused = |bytes: &[u8]| examine(bytes).unwrap_err();
        assert_eq!(refused(&files::photo("jpeg")), VideoError::OtherKind);
        assert_eq!(refused(b""), VideoError::OtherKind);
        assert_eq!(refused(&vec![0; MAX_VIDEO_BYTES + 1]), VideoError::TooLarge);
        for make in [files::webm, files::mp4] {
            assert_eq!(refused(&make("x", 1, true)), VideoError::TooShort);
            assert_eq!(refused(&make("x", 91, true)), VideoError::TooLong);
            assert_eq!(refused(&make("x", 5, false)), VideoError::NoSound);
            let whole = make("x", 5, true);
            assert_eq!(refused(&whole[..whole.len() - 1]), VideoError::Broken);
        }
        // A document in the dress of a video.
        let matroska = files::webm("x", 5, true);
        let at = matroska.windows(4).position(|four| four == b"webm").unwrap();
        let mut other = matroska;
        other[at..at + 4].copy_from_slice(b"html");
        assert_eq!(refused(&other), VideoError::Broken);
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_break_the_walk(
            is_webm in any::<bool>(),
            at in any::<prop::sample::Index>(),
            bytes in prop::collection::vec(any::<u8>(), 1..24),
        ) {
            let mut video = if is_webm { files::webm("x", 3, true) } else { files::mp4("x", 3, true) };
            let at = at.index(video.len());
            let end = video.len().min(at + bytes.len());
            video[at..end].copy_from_slice(&bytes[..end - at]);
            let _ = examine(&video);
        }
    }
}
