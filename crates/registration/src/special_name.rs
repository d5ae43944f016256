//! 姓名特殊情形: an authority answered that name and number do not belong together, and the signer says
//! why that may be (domain study 7.6). It decides nothing and refuses nobody: the signer goes on,
//! and whoever reviews the case reads it beside what the authority said.

use std::fmt;

use heqi_evidence::attestation::PersonOutcome;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{FilingId, Language, PartyId, RecordId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::ceremonies;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{Request, RequestFacts};
use crate::send_code::Whose;
use crate::verify_identity;
use crate::wording::{Told, refusals, say};

/// The word of the record's `reason`: what is left to a person, where `way` says why.
const REASON: &str = "name_special";
/// The longest writing of a name, in characters.
pub const MAX_WRITTEN_CHARACTERS: usize = 100;

/// What may be special about a name.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum SpecialName {
    /// A character that keyboards, fonts or registers do not have.
    RareCharacter,
    /// The dot between the parts of a name.
    MiddleDot,
    /// The person had another name before.
    Renamed,
    /// Family name and given name of somebody from abroad, in whatever order and spelling.
    NameOrder,
}

impl SpecialName {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::RareCharacter, Self::MiddleDot, Self::Renamed, Self::NameOrder];

    /// The word in records and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::RareCharacter => "rare_character",
            Self::MiddleDot => "middle_dot",
            Self::Renamed => "renamed",
            Self::NameOrder => "name_order",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::RareCharacter => language
                .pick("姓名含生僻字", "the name has a character that is hard to type or to find"),
            Self::MiddleDot => language.pick("姓名含“·”", "the name has a dot between its parts"),
            Self::Renamed => language.pick("改过姓名", "the name was another one before"),
            Self::NameOrder => language.pick(
                "境外人员姓名，顺序或拼写与证件不同",
                "a name from abroad, in another order or spelling than in the document",
            ),
        }
    }
}

/// What a signer has said of the own name.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SpecialNameSaid {
    /// What is special.
    pub name: SpecialName,
    /// How the name stands in the document, or stood before, in the signer's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// When it was said.
    pub at: UtcMillis,
    /// The record that it was said; the words are in none.
    pub record_id: RecordId,
}

/// Without the words.
impl fmt::Debug for SpecialNameSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpecialNameSaid").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Whether there is anything to say of a signer's name.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own way")]
pub enum NameQuestion {
    /// An authority says that name and number differ, and a person will look.
    Asked,
    /// The signer has said this.
    Said(SpecialNameSaid),
}

/// The signer says what is special about the own name.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct SaySpecialName {
    /// What.
    pub name: SpecialName,
    /// How the name stands in the document, or stood before.
    pub written: Option<String>,
}

/// Without the words.
impl fmt::Debug for SaySpecialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaySpecialName").field("name", &self.name).finish_non_exhaustive()
    }
}

/// It is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SpecialNameNoted {
    /// The record.
    pub record_id: RecordId,
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaySpecialNameError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The ceremony is over.
    #[error(transparent)]
    Finished(#[from] heqi_filing::Finished),
    /// No authority says that name and number differ, or nobody reviews on this platform.
    #[error("nobody questions the name")]
    NotAsked,
    /// More than [`MAX_WRITTEN_CHARACTERS`].
    #[error("the writing of the name is too long")]
    TooLong,
}

impl From<Fault> for SaySpecialNameError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SaySpecialNameError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Finished(error) => Told::By(error),
            Self::NotAsked => say(
                "name_not_questioned",
                ["您的姓名不需要另作说明，未作记录。", "请直接进入下一步。"],
                ["Nothing has to be said of your name; nothing was recorded.", "Go on."],
            )
            .is(Class::Conflict),
            Self::TooLong => say(
                "name_written_too_long",
                ["填写的姓名超过100个字，未作记录。", "请只填写证件上的姓名。"],
                [
                    "The name has more than 100 characters; nothing was recorded.",
                    "Write only the name of the document.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(SaySpecialNameError);

/// Takes what the signer says of the own name, for the reviewer. Saying it again replaces it.
///
/// # Errors
/// See [`SaySpecialNameError`].
pub async fn say_special_name(
    platform: &Platform,
    request: &Request,
    command: SaySpecialName,
) -> Result<SpecialNameNoted, SaySpecialNameError> {
    let whose = request.actor.signer()?;
    let (ceremony, filing_id, party) = whose;
    let written = written(command.written.as_deref())?;
    let mut act = Act::new(platform, request, "say_special_name").await;
    loop {
        if let Some(noted) = act.earlier().await? {
            return Ok(noted);
        }
        let stored = ceremonies::load_inside(platform, ceremony).await?;
        stored.content.ceremony.unfinished()?;
        // The same once more, by another tap or tab, is no record of its own.
        if let Some(said) = &stored.content.special_name
            && said.name == command.name
            && said.written == written
        {
            return Ok(SpecialNameNoted { record_id: said.record_id });
        }
        if !is_asked(platform, filing_id, party).await? {
            return Err(SaySpecialNameError::NotAsked);
        }
        let filing = filings::load(platform, filing_id).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let mut changes = Changeset::new();
        let record = record(platform, &request.facts, whose, command.name)?;
        record.write(platform, &mut changes, &next)?;
        let noted = SpecialNameNoted { record_id: record.record_id() };
        let mut content = stored.content.clone();
        content.special_name = Some(SpecialNameSaid {
            name: command.name,
            written: written.clone(),
            at: next.place.recorded_at,
            record_id: noted.record_id,
        });
        stored.replace(platform, &mut changes, &content)?;
        if act.commit(changes, &noted).await?.is_some() {
            return Ok(noted);
        }
    }
}

/// Whether there is anything to say, or what was said.
pub(crate) async fn question(
    platform: &Platform,
    (filing, party): (FilingId, PartyId),
    said: Option<&SpecialNameSaid>,
) -> Result<Option<NameQuestion>, Fault> {
    if let Some(said) = said {
        return Ok(Some(NameQuestion::Said(said.clone())));
    }
    Ok(is_asked(platform, filing, party).await?.then_some(NameQuestion::Asked))
}

/// Whether an authority says that name and number differ, and a person will look at that.
async fn is_asked(platform: &Platform, filing: FilingId, party: PartyId) -> Result<bool, Fault> {
    if platform.settings().review_office.is_none() {
        return Ok(false);
    }
    let checked = verify_identity::known(platform, filing, party).await?;
    let findings = checked.and_then(|checked| checked.known).map(|known| known.findings);
    Ok(findings.is_some_and(|findings| {
        matches!(findings.real_name.answer(), Some(PersonOutcome::Differs))
    }))
}

/// The words as they are kept: nothing that is not seen, `None` where nothing is left.
fn written(text: Option<&str>) -> Result<Option<String>, SaySpecialNameError> {
    let turns = |one: char| matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let seen: String =
        text.unwrap_or_default().chars().filter(|one| !one.is_control() && !turns(*one)).collect();
    match seen.trim() {
        "" => Ok(None),
        name if name.chars().count() > MAX_WRITTEN_CHARACTERS => Err(SaySpecialNameError::TooLong),
        name => Ok(Some(name.to_owned())),
    }
}

fn record(
    platform: &Platform,
    facts: &RequestFacts,
    (ceremony, filing, party): Whose,
    name: SpecialName,
) -> Result<NewRecord, Fault> {
    let mut draft = Draft::new(platform, RecordKind::ReviewWanted);
    draft
        .observed("filing", filing.to_string())?
        .observed("ceremony", ceremony.to_string())?
        .observed("party", party.to_string())?
        .observed("reason", REASON)?
        .observed("way", name.code())?
        .facts(facts)?;
    let about = About { ceremony: Some(ceremony), ..About::party(filing, party) };
    draft.seal(platform, about, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_as_they_are_seen_and_no_longer_than_a_name() {
        assert_eq!(written(None).unwrap(), None);
        assert_eq!(written(Some(" \u{202e}\n ")).unwrap(), None);
        assert_eq!(written(Some(" 龚\u{202e}𠮷\t ")).unwrap().as_deref(), Some("龚𠮷"));
        assert!(written(Some(&"𠮷".repeat(MAX_WRITTEN_CHARACTERS))).is_ok());
        let long = written(Some(&"𠮷".repeat(MAX_WRITTEN_CHARACTERS + 1)));
        assert!(matches!(long, Err(SaySpecialNameError::TooLong)));
    }

    #[test]
    fn the_words_are_not_written_where_a_command_is_logged() {
        let said = SaySpecialName { name: SpecialName::Renamed, written: Some("龚𠮷".into()) };
        assert!(!format!("{said:?}").contains("龚"));
    }
}
