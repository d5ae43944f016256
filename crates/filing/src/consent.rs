//! Separate consents, each with its exact text (domain study 7.1 and 11.3). No consent
//! is bundled with another; [`ConsentKind::is_required`] says which may be refused.

mod texts;

use std::fmt;

use heqi_vocabulary::{Digest, Language, UtcMillis};
use serde::{Deserialize, Serialize};

pub use texts::CONSENT_TEXTS;

/// What is consented to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum ConsentKind {
    /// The agreed manner of signing and of keeping evidence 电子签名及存证约定.
    SigningManner,
    /// Processing of face information 人脸信息 (PIPL art. 29); may be refused.
    Face,
    /// One reading of the position 位置信息; may be refused.
    Location,
    /// Providing the data to the notary office 向公证处提供 (PIPL art. 23).
    NotaryProvision,
    /// A video that a person compares, instead of face information 视频人工核验 (domain study
    /// 11.3, text A2). Asked only of who chooses that way.
    VideoReview,
}

impl ConsentKind {
    /// What everybody is asked, in the order in which people are asked.
    pub const ASKED: [Self; 4] =
        [Self::SigningManner, Self::Face, Self::Location, Self::NotaryProvision];
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::SigningManner, Self::Face, Self::Location, Self::NotaryProvision, Self::VideoReview];

    /// The word used on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SigningManner => "signing_manner",
            Self::Face => "face",
            Self::Location => "location",
            Self::NotaryProvision => "notary_provision",
            Self::VideoReview => "video_review",
        }
    }

    /// The heading people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::SigningManner => {
                language.pick("电子签名及存证约定", "agreement on electronic signing and evidence")
            }
            Self::Face => {
                language.pick("人脸信息处理单独同意书", "separate consent to face information")
            }
            Self::Location => {
                language.pick("位置信息单独同意", "separate consent to position information")
            }
            Self::NotaryProvision => language.pick(
                "向公证处提供信息单独同意",
                "separate consent to providing data to the notary office",
            ),
            Self::VideoReview => {
                language.pick("视频人工核验单独同意书", "separate consent to a check by video")
            }
        }
    }

    /// Whether signing by this platform is impossible without it.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::SigningManner | Self::NotaryProvision)
    }
}

impl fmt::Display for ConsentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between yes and no")]
pub enum Decision {
    /// The person agreed.
    Granted,
    /// The person refused; recorded as such.
    Refused,
}

/// What a person answered to which exact text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one answer")]
pub struct ConsentAnswer {
    /// Yes or no.
    pub decision: Decision,
    /// Digest of the text shown, which fixes kind, version and language.
    pub text: Digest,
    /// When it was answered.
    pub at: UtcMillis,
}

/// One version of a consent text. The digest is over the text *before* its places are
/// filled: it stands in the signed statement, which must hold nothing personal, not even
/// a digest of something guessable. The values filled in are attributes of the record.
#[derive(Debug)]
#[non_exhaustive]
pub struct ConsentText {
    /// What it asks for.
    pub kind: ConsentKind,
    /// Counted up with every change, however small.
    pub version: u32,
    /// The Chinese text, which prevails.
    pub zh: &'static str,
    /// The English text.
    pub en: &'static str,
}

impl ConsentText {
    /// The text asked today.
    pub fn current(kind: ConsentKind) -> &'static Self {
        texts::current(kind)
    }

    /// The text of `kind` with this digest, in any version, and the language of it.
    pub fn by_digest(kind: ConsentKind, digest: &Digest) -> Option<(&'static Self, Language)> {
        CONSENT_TEXTS.iter().filter(|text| text.kind == kind).find_map(|text| {
            [Language::Zh, Language::En]
                .into_iter()
                .find(|language| text.digest(*language) == *digest)
                .map(|language| (*text, language))
        })
    }

    /// The text with its places, such as `{notary_office}`.
    pub const fn text(&self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }

    /// SHA-256 of the UTF-8 bytes of [`Self::text`].
    pub fn digest(&self, language: Language) -> Digest {
        Digest::of(self.text(language).as_bytes())
    }
}

/// A text still has a place without a value, or a value has no place.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the place {{{0}}} and the values given do not match")]
pub struct FillError(pub String);

/// Fills the places `{name}` of a consent or intent text for showing it. Values are never
/// read as places themselves.
///
/// # Errors
/// The first place without a value, or value without a place.
pub fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, FillError> {
    let mut unused: Vec<_> = values.iter().map(|(name, _)| *name).collect();
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, tail) = after.split_once('}').ok_or_else(|| FillError(after.to_owned()))?;
        let value = values.iter().find(|(name, _)| *name == place);
        let (_, value) = value.ok_or_else(|| FillError(place.to_owned()))?;
        unused.retain(|name| *name != place);
        filled.push_str(before);
        filled.push_str(value);
        rest = tail;
    }
    filled.push_str(rest);
    unused.first().map_or(Ok(filled), |name| Err(FillError((*name).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_by_its_digest_and_only_under_its_kind() {
        for text in CONSENT_TEXTS {
            for language in [Language::Zh, Language::En] {
                let digest = text.digest(language);
                let (found, in_language) = ConsentText::by_digest(text.kind, &digest).unwrap();
                assert_eq!((found.version, in_language), (text.version, language));
                for other in ConsentKind::ALL.into_iter().filter(|kind| *kind != text.kind) {
                    assert!(ConsentText::by_digest(other, &digest).is_none());
                }
            }
        }
    }

    #[test]
    fn a_text_never_changes_without_a_new_version() {
        let pinned: Vec<_> = CONSENT_TEXTS
            .iter()
            .flat_map(|t| {
                [Language::Zh, Language::En]
                    .map(|l| format!("{} {} {} {}", t.kind, t.version, l.tag(), t.digest(l)))
            })
            .collect();
        assert_eq!(pinned, texts::PINNED);
    }

    #[test]
    fn the_two_languages_of_a_text_have_the_same_places() {
        for text in CONSENT_TEXTS {
            let places = |text: &'static str| {
                let mut places: Vec<_> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|t| t.split_once('}'))
                    .map(|p| p.0)
                    .collect();
                places.sort_unstable();
                places
            };
            assert_eq!(places(text.zh), places(text.en), "{}", text.kind);
        }
    }

    #[test]
    fn every_place_is_filled_exactly_by_the_values_given() {
        assert_eq!(fill("{a}和{b}、{a}", &[("a", "{b}"), ("b", "2")]).unwrap(), "{b}和2、{b}");
        assert_eq!(fill("{a}{b}", &[("a", "1")]), Err(FillError("b".into())));
        assert_eq!(fill("{a}", &[("a", "1"), ("c", "3")]), Err(FillError("c".into())));
        assert!(fill("{a", &[("a", "1")]).is_err());
    }

    #[test]
    fn only_face_location_and_video_may_be_refused() {
        let refusable: Vec<_> =
            ConsentKind::ALL.into_iter().filter(|kind| !kind.is_required()).collect();
        let optional = [ConsentKind::Face, ConsentKind::Location, ConsentKind::VideoReview];
        assert_eq!(refusable, optional);
    }
}
