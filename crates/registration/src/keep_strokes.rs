//! Takes the handwriting for a signing: the exact bytes, kept sealed until the signature
//! makes them part of the evidence. A new challenge wants new handwriting.

use bytes::Bytes;
use heqi_evidence::canonical;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{Digest, SigningId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::capture_photo::signing_of;
use crate::ceremonies;
use crate::fault::{ActError, Class, Fault};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows::KeptStrokes;
use crate::wording::{Told, refusals, say};

/// The most bytes of one handwriting.
pub const MAX_STROKES_BYTES: usize = 192 * 1024;
/// The most strokes, and the most points of all of them.
const MAX_POINTS: usize = 20_000;
/// The longest side of the area that was written on, in its own units.
const MAX_SIDE: u32 = 10_000;

/// The handwriting.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct KeepStrokes {
    /// The signing it is for.
    pub signing: SigningId,
    /// Canonical JSON of `heqi.strokes/v1`.
    pub bytes: Bytes,
}

/// The handwriting is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StrokesKept {
    /// SHA-256 of the exact bytes.
    pub strokes_sha256: Digest,
    /// Number of bytes.
    pub size_bytes: u64,
}

/// Why the handwriting was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepStrokesError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The challenge cannot be answered any more.
    #[error(transparent)]
    Ceremony(#[from] heqi_filing::CaptureError),
    /// The bytes are no handwriting.
    #[error("the handwriting cannot be read")]
    Malformed,
}

impl From<Fault> for KeepStrokesError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl KeepStrokesError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Ceremony(error) => Told::By(error),
            Self::Malformed => say(
                "strokes_malformed",
                [
                    "手写签名的数据无法识别，未作任何更改。",
                    "请清空后重新书写，或改用键盘输入姓名。",
                ],
                [
                    "The handwriting cannot be read; nothing was changed.",
                    "Clear it and write again, or type the name instead.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(KeepStrokesError);

/// Keeps a handwriting. Another one before signing replaces it.
///
/// # Errors
/// See [`KeepStrokesError`].
pub async fn keep_strokes(
    platform: &Platform,
    request: &Request,
    command: KeepStrokes,
) -> Result<StrokesKept, KeepStrokesError> {
    let (ceremony, ..) = request.actor.signer()?;
    let mut act = Act::new(platform, request, "keep_strokes").await;
    if let Some(kept) = act.earlier().await? {
        return Ok(kept);
    }
    let signing = signing_of(platform, request, command.signing).await?;
    let text = read(&command.bytes)?;
    let sha256 = Digest::of(&command.bytes);
    let size_bytes = u64::try_from(command.bytes.len()).unwrap_or(u64::MAX);
    let kept = StrokesKept { strokes_sha256: sha256, size_bytes };
    loop {
        if let Some(kept) = act.earlier().await? {
            return Ok(kept);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        stored.content.ceremony.unfinished().map_err(heqi_filing::CaptureError::from)?;
        let live = stored.content.ceremony.challenge();
        let live = live.ok_or(heqi_filing::CaptureError::NotBegun)?;
        let accepted = live.accepts(signing.challenge, platform.now());
        accepted.map_err(heqi_filing::CaptureError::from)?;
        let mut content = stored.content.clone();
        content.strokes = Some(KeptStrokes { sha256, text: text.clone() });
        let mut changes = Changeset::new();
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &kept).await?.is_some() {
            return Ok(kept);
        }
    }
}

/// `heqi.strokes/v1`: what was written, or what was typed instead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strokes {
    format: String,
    height: u32,
    pointer: String,
    /// Points: across, down, milliseconds since the first, pressure in thousandths.
    #[serde(rename = "strokes")]
    drawn: Vec<Vec<[i64; 4]>>,
    typed: Option<String>,
    width: u32,
}

/// What was written, to be drawn again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Handwriting {
    /// The area that was written on, in its own units.
    pub width: u32,
    /// The same.
    pub height: u32,
    /// Strokes: points with across, down, and milliseconds since the first.
    pub strokes: Vec<Vec<[i64; 3]>>,
    /// The name that was typed instead.
    pub typed: Option<String>,
}

/// A handwriting that is kept, as it was written.
pub(crate) fn drawn(text: &str) -> Option<Handwriting> {
    let strokes: Strokes = canonical::parse(text.as_bytes()).ok()?;
    let points = |stroke: Vec<[i64; 4]>| stroke.into_iter().map(|[x, y, ms, _]| [x, y, ms]);
    Some(Handwriting {
        width: strokes.width,
        height: strokes.height,
        strokes: strokes.drawn.into_iter().map(|stroke| points(stroke).collect()).collect(),
        typed: strokes.typed,
    })
}

/// The text of a handwriting, once its form is known.
fn read(bytes: &[u8]) -> Result<String, KeepStrokesError> {
    let malformed = |_| KeepStrokesError::Malformed;
    if bytes.len() > MAX_STROKES_BYTES {
        return Err(KeepStrokesError::Malformed);
    }
    let strokes: Strokes = canonical::parse(bytes).map_err(malformed)?;
    let points: usize = strokes.drawn.iter().map(Vec::len).sum();
    let typed = strokes.typed.as_deref().map_or(0, |typed| typed.trim().chars().count());
    let fits = strokes.format == "heqi.strokes/v1"
        && strokes.height <= MAX_SIDE
        && strokes.width <= MAX_SIDE
        && strokes.pointer.chars().count() <= 16
        && points <= MAX_POINTS
        && strokes.drawn.len() <= MAX_POINTS
        && strokes.drawn.iter().all(|stroke| !stroke.is_empty())
        && typed <= 100
        // One of the two, and something of it.
        && ((points > 0) != (typed > 0));
    if !fits {
        return Err(KeepStrokesError::Malformed);
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| KeepStrokesError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(strokes: &str, typed: &str) -> Result<String, KeepStrokesError> {
        read(
            format!(
                r#"{{"format":"heqi.strokes/v1","height":320,"pointer":"pen","strokes":{strokes},"typed":{typed},"width":640}}"#
            )
            .as_bytes(),
        )
    }

    #[test]
    fn a_handwriting_has_strokes_or_a_typed_name_and_not_both() {
        assert!(of("[[[1,2,0,500],[3,4,16,510]]]", "null").is_ok());
        assert!(of("[]", "\"陈素英\"").is_ok());
        for (strokes, typed) in [
            ("[]", "null"),
            ("[]", "\" \""),
            ("[[]]", "null"),
            ("[[[1,2,0,500]]]", "\"陈素英\""),
            ("[[[1,2,0]]]", "null"),
            ("[[[1.5,2,0,0]]]", "null"),
        ] {
            assert!(matches!(of(strokes, typed), Err(KeepStrokesError::Malformed)), "{strokes}");
        }
    }

    #[test]
    fn what_is_kept_can_be_drawn_again_in_its_time() {
        let written = drawn(&of("[[[1,2,0,500],[3,4,16,510]]]", "null").unwrap()).unwrap();
        assert_eq!((written.width, written.height), (640, 320));
        assert_eq!(written.strokes, [vec![[1, 2, 0], [3, 4, 16]]]);
        assert_eq!(written.typed, None);
        let typed = drawn(&of("[]", "\"陈素英\"").unwrap()).unwrap();
        assert_eq!(typed.typed.as_deref(), Some("陈素英"));
    }

    #[test]
    fn another_spelling_or_too_much_is_refused() {
        let good = of("[[[1,2,0,500]]]", "null").unwrap();
        assert!(read(good.replace("{\"format", "{ \"format").as_bytes()).is_err());
        assert!(read(good.replace("v1", "v2").as_bytes()).is_err());
        let many = format!("[[{}]]", vec!["[1,2,0,500]"; MAX_POINTS + 1].join(","));
        assert!(of(&many, "null").is_err());
    }
}
