//! The handler declares the registered capital and what each shareholder promises to pay in
//! (公司法 arts. 42, 47; domain study 3.7): data of the filing, shown on the card of key points. The
//! documents prevail.

use chrono::NaiveDate;
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::sealed::Sealed;
use heqi_evidence_store::table::Stored;
use heqi_filing::{Filing, FilingState, Party};
use heqi_identity::amount::Fen;
use heqi_identity::contributions::{self, Contribution, ContributionsError};
use heqi_vocabulary::{FilingId, PartyId, RecordId};
use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::add_party::party_words;
use crate::data_keys::{Sealing, data_key};
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::handler_desk;
use crate::handler_desk::prepared::PreparedCapital;
use crate::ledger::{self, About, Draft};
use crate::platform::Platform;
use crate::request::Request;
use crate::rows;
use crate::wording::{Told, refusals, say};

/// Percentages with two digits after the point: so many hundredths of a percent are the whole.
const WHOLE: u64 = 10_000;

/// Capital and promises.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct DeclareCapital {
    /// The filing.
    pub filing: FilingId,
    /// The registered capital.
    pub capital: Fen,
    /// What each shareholder promises, each once, in the order they are shown.
    pub promises: Vec<(PartyId, Contribution)>,
}

/// It is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CapitalDeclared {
    /// The record.
    pub record_id: RecordId,
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclareCapitalError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// The promises do not make a company with this capital.
    #[error(transparent)]
    Contributions(#[from] ContributionsError),
    /// Signing has begun: what signers were shown does not change under them.
    #[error("capital is declared in drafting only")]
    NotDrafting,
    /// A shareholder is missing, there twice, or none.
    #[error("the promises are not one of each shareholder")]
    OtherShareholders,
}

impl From<Fault> for DeclareCapitalError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl DeclareCapitalError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Contributions(error) => Told::By(error),
            Self::NotDrafting => say(
                "capital_not_drafting",
                ["已开放签署，不能再更改出资信息。", "如需更改，请先退回准备阶段并更新文件。"],
                [
                    "Signing is open, so capital and contributions cannot be changed.",
                    "Take the filing back to drafting and replace the documents first.",
                ],
            )
            .is(Class::Conflict),
            Self::OtherShareholders => say(
                "capital_shareholders",
                ["出资人与办件中的股东不一致，未作任何更改。", "请为每位股东各填写一项认缴出资。"],
                [
                    "The contributions are not those of the filing's shareholders; nothing was changed.",
                    "Give one contribution for each shareholder.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(DeclareCapitalError);

/// What was declared.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapitalRow {
    content: Sealed<Capital>,
}

/// The same, opened. Amounts in fen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capital {
    capital_fen: u64,
    promises: Vec<Promise>,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    party: PartyId,
    amount_fen: u64,
    due: NaiveDate,
}

/// Capital and promises as a card shows them.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CapitalShown {
    /// The registered capital in yuan, `1,000,000.00`.
    pub capital: String,
    /// One line for each shareholder.
    pub shares: Vec<ShareShown>,
}

/// One shareholder's promise as a card shows it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShareShown {
    /// Who.
    pub name: String,
    /// Whether it is the reader.
    pub is_own: bool,
    /// How much, in yuan.
    pub amount: String,
    /// Its part of the whole, in percent with two digits; rounded, so that parts of thirds add up
    /// to a little less or more.
    pub percent: String,
    /// Until when.
    pub due: String,
}

/// Takes what the handler declares, by a program or at the own desk. Declared again, the last one counts.
///
/// # Errors
/// See [`DeclareCapitalError`].
pub async fn declare_capital(
    platform: &Platform,
    request: &Request,
    command: DeclareCapital,
) -> Result<CapitalDeclared, DeclareCapitalError> {
    let desk = handler_desk::preparer(&request.actor)?;
    let mut act = Act::new(platform, request, "declare_capital").await;
    let promised: Vec<Contribution> = command.promises.iter().map(|(_, one)| *one).collect();
    loop {
        if let Some(declared) = act.earlier().await? {
            return Ok(declared);
        }
        let stored = filings::load_as_read(platform, request, command.filing).await?;
        handler_desk::demand_own(platform, desk, &stored.filing).await?;
        // By the day it is declared on: what was taken yesterday is not refused when it is sent again.
        contributions::check(&promised, command.capital, platform.now().shanghai_date())?;
        if !matches!(stored.filing.state(), FilingState::Drafting { .. }) {
            return Err(DeclareCapitalError::NotDrafting);
        }
        check_shareholders(&stored.filing, &command)?;
        let mut draft = Draft::new(platform, RecordKind::FilingChanged);
        draft
            .observed("filing", command.filing.to_string())?
            .observed("change", "capital_declared")?
            .observed("changed_by", request.actor.name())?;
        draft.journalled_of_staff(&request.actor, "capital_declared");
        let record = draft.seal(platform, About::filing(command.filing), None)?;
        let mut changes = Changeset::new();
        let next = ledger::next_place(platform, stored.filing.chain()).await?;
        record.write(platform, &mut changes, &next)?;
        // The shareholders must still be those.
        stored.expect_unchanged(&mut changes)?;
        write(platform, &mut changes, &command).await?;
        let declared = CapitalDeclared { record_id: record.record_id() };
        if act.commit(changes, &declared).await?.is_some() {
            return Ok(declared);
        }
    }
}

/// Each shareholder once, and nobody else.
fn check_shareholders(
    filing: &Filing,
    command: &DeclareCapital,
) -> Result<(), DeclareCapitalError> {
    let promised: Vec<PartyId> = command.promises.iter().map(|(party, _)| *party).collect();
    for party in &promised {
        filing.party(*party).ok_or(ActError::NotFound(Thing::Party))?;
    }
    let is_each = are_shareholders(filing, promised);
    if is_each { Ok(()) } else { Err(DeclareCapitalError::OtherShareholders) }
}

fn are_shareholders(filing: &Filing, mut promised: Vec<PartyId>) -> bool {
    promised.sort_unstable();
    let holds = filing.parties().filter(|party| party.is_shareholder());
    let mut shareholders: Vec<PartyId> = holds.map(Party::id).collect();
    shareholders.sort_unstable();
    promised == shareholders
}

async fn row(platform: &Platform, filing: FilingId) -> Result<Option<Stored<CapitalRow>>, Fault> {
    Ok(rows::CAPITALS.row(platform.backend(), &filing).await?)
}

async fn write(
    platform: &Platform,
    changes: &mut Changeset,
    command: &DeclareCapital,
) -> Result<(), Fault> {
    let filing = command.filing;
    let promise = |(party, one): &(PartyId, Contribution)| Promise {
        party: *party,
        amount_fen: one.amount.fen(),
        due: one.due,
    };
    let capital = Capital {
        capital_fen: command.capital.fen(),
        promises: command.promises.iter().map(promise).collect(),
    };
    let key = data_key(platform, filing, None, Sealing::Class(RetentionClass::Matter))?;
    let place = rows::CAPITALS.key(&filing)?;
    let content = Sealed::seal(&key, place.as_bytes(), &capital, platform.entropy());
    let kept = CapitalRow { content: content.map_err(Fault::broken)? };
    match row(platform, filing).await? {
        None => Ok(rows::CAPITALS.insert(changes, &filing, &kept)?),
        Some(before) => Ok(rows::CAPITALS.replace(changes, &filing, before.version, &kept)?),
    }
}

/// What was declared of a filing, if anything was.
pub(crate) async fn capital(
    platform: &Platform,
    filing: FilingId,
) -> Result<Option<Capital>, Fault> {
    let Some(row) = row(platform, filing).await? else { return Ok(None) };
    let place = rows::CAPITALS.key(&filing)?;
    let opened = row.value.content.open(platform.backend().vault(), place.as_bytes())?;
    Ok(Some(opened))
}

/// The same as signers are shown it: nothing where it is of other shareholders than there are now. While
/// signing is open nobody declares it anew, and half of it would be shown as the whole.
pub(crate) async fn shown_capital(
    platform: &Platform,
    filing: &Filing,
) -> Result<Option<Capital>, Fault> {
    let declared = capital(platform, filing.id()).await?;
    Ok(declared.filter(|capital| capital.is_of_shareholders(filing)))
}

impl Capital {
    /// Whether the promises are still one of each shareholder: parties may come after them.
    pub(crate) fn is_of_shareholders(&self, filing: &Filing) -> bool {
        are_shareholders(filing, self.promises.iter().map(|promise| promise.party).collect())
    }

    /// As the handler typed it.
    pub(crate) fn prepared(&self, filing: &Filing) -> PreparedCapital {
        let promise = |one: &Promise| (one.party, yuan(one.amount_fen), one.due.to_string());
        PreparedCapital {
            capital: yuan(self.capital_fen),
            promises: self.promises.iter().map(promise).collect(),
            is_current: self.is_of_shareholders(filing),
        }
    }

    /// As a party's card shows it. Names are those of the filing now.
    pub(crate) fn shown(&self, filing: &Filing, reader: PartyId) -> CapitalShown {
        let share = |promise: &Promise| {
            let party = filing.party(promise.party)?;
            let (_, name, _) = party_words(party.who());
            Some(ShareShown {
                name: name.to_owned(),
                is_own: promise.party == reader,
                amount: yuan(promise.amount_fen),
                percent: percent(promise.amount_fen, self.capital_fen),
                due: promise.due.to_string(),
            })
        };
        CapitalShown {
            capital: yuan(self.capital_fen),
            shares: self.promises.iter().filter_map(share).collect(),
        }
    }
}

fn yuan(fen: u64) -> String {
    Fen::new(fen).map(|amount| amount.to_string()).unwrap_or_default()
}

/// Half of a hundredth counts as one.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = (u128::from(part) * u128::from(WHOLE) + u128::from(whole) / 2)
        .checked_div(u128::from(whole))
        .unwrap_or(0);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_whole_is_told_to_a_hundredth_of_a_percent() {
        for (part, whole, told) in [
            (60, 100, "60.00%"),
            (1, 3, "33.33%"),
            (2, 3, "66.67%"),
            (1, 1, "100.00%"),
            (1, 1_000_000, "0.00%"),
            (0, 0, "0.00%"),
        ] {
            assert_eq!(percent(part, whole), told);
        }
    }
}
