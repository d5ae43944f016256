//! The records of what regulators do: a search in the chain of its office and day, a look in the
//! chain of looks at its filing and day. Durable before anything is shown.

use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{ChainId, FilingId, RecordId};

use super::rows::QueryContent;
use crate::act::Attempts;
use crate::fault::Fault;
use crate::ledger::{self, About, Draft, NewRecord};
use crate::platform::Platform;
use crate::request::{RequestFacts, StaffMember};
use crate::reviews::digest_of;
use crate::rows::{self, Pair};

/// What a regulator looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Looked {
    /// A filing with its people.
    Filing,
    /// A photo.
    Photo,
    /// A bundle to take away.
    Bundle,
    /// A copy of a document beside ours.
    Comparison,
    /// All bundles, to take to a court.
    Package,
}

impl Looked {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Filing => "filing",
            Self::Photo => "photo",
            Self::Bundle => "bundle",
            Self::Comparison => "comparison",
            Self::Package => "court_package",
        }
    }
}

/// Writes who asks, and why, into a draft.
pub(crate) fn by(
    draft: &mut Draft,
    member: &StaffMember,
    content: &QueryContent,
) -> Result<(), Fault> {
    draft
        .observed("actor", member.account.to_string())?
        .observed("actor_role", member.role.as_str())?
        .observed("office", member.office.name.as_str())?
        .declared("legal_basis", Some(content.basis.as_str()))?
        .declared("case_number", Some(content.case_number.as_str()))?;
    Ok(())
}

/// The record of a search, with the chain it stands in. The chain is that of the office's day, and
/// its name stands for the filing that other records are about.
pub(super) async fn of_search(
    platform: &Platform,
    member: &StaffMember,
    facts: &RequestFacts,
    content: &QueryContent,
    found: Option<u64>,
) -> Result<(NewRecord, Chain), Fault> {
    let key = Pair(digest_of(&member.office), platform.now().shanghai_day());
    let known = rows::QUERY_CHAINS.row(platform.backend(), &key).await?;
    let chain = known.as_ref().map(|row| row.value);
    let chain = Chain {
        id: chain.unwrap_or_else(|| ChainId::random(platform.entropy())),
        new: known.is_none().then_some(key),
    };
    let mut draft = Draft::new(platform, RecordKind::RegulatorQuery);
    by(&mut draft, member, content)?;
    draft.declared_value("criteria", content.criteria.recorded()?)?;
    if let Some(person) = content.criteria.person {
        draft.observed("person", person.to_string())?;
    }
    match found {
        Some(found) => draft.observed("found", found)?,
        None => draft.observed("found", "many")?,
    };
    draft.facts(facts)?.journalled_by(member, "searched");
    let about = About::filing(FilingId::from_bytes(chain.id.to_bytes()));
    Ok((draft.seal(platform, about, None)?, chain))
}

/// The chain of an office's day.
pub(super) struct Chain {
    pub(super) id: ChainId,
    new: Option<Pair<heqi_vocabulary::Digest, String>>,
}

impl Chain {
    /// Notes a chain that begins with this record.
    pub(super) fn begin(&self, changes: &mut Changeset) -> Result<(), Fault> {
        if let Some(key) = &self.new {
            rows::QUERY_CHAINS.insert(changes, key, &self.id)?;
        }
        Ok(())
    }
}

/// Records a look at a filing, durably.
pub(super) async fn look(
    platform: &Platform,
    seen: &super::search::Seen<'_>,
    facts: &RequestFacts,
    (what, looked_at, opened): (Looked, Option<RecordId>, &[&str]),
) -> Result<RecordId, Fault> {
    let filing = seen.filing.id();
    let mut draft = Draft::new(platform, RecordKind::RegulatorView);
    draft.observed("filing", filing.to_string())?.observed("query", seen.query.to_string())?;
    by(&mut draft, seen.member, &seen.content)?;
    draft.observed("purpose", what.as_str())?;
    if let Some(record) = looked_at {
        draft.observed("looked_at", record.to_string())?;
    }
    let opened: Vec<String> = opened.iter().map(|name| (*name).to_owned()).collect();
    draft
        .observed("attributes_opened", opened)?
        .facts(facts)?
        .journalled_by(seen.member, what.as_str());
    let record = draft.seal(platform, About::filing(filing), None)?;
    let mut attempts = Attempts::default();
    loop {
        let mut changes = Changeset::new();
        let day = Pair(filing, platform.now().shanghai_day());
        let known = rows::ACCESS_CHAINS.row(platform.backend(), &day).await?;
        let chain = known.as_ref().map(|row| row.value);
        let chain = chain.unwrap_or_else(|| ChainId::random(platform.entropy()));
        if known.is_none() {
            rows::ACCESS_CHAINS.insert(&mut changes, &day, &chain)?;
        }
        let next = ledger::next_place(platform, chain).await?;
        record.write(platform, &mut changes, &next)?;
        if attempts.commit(platform, changes).await?.is_some() {
            return Ok(record.record_id());
        }
    }
}
