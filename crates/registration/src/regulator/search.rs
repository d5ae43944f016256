//! A search: its record first, then what it found.

use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Filing, FilingState, Matter};
use heqi_vocabulary::{FilingId, FilingNo, RecordId, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

use super::criteria::{Criteria, CriteriaError, Search, TypedSearch};
use super::record;
use super::rows::{self as kept, QueryContent, RegulatorQueryRow};
use crate::act::Act;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::filings;
use crate::index_filings::blocking;
use crate::ledger;
use crate::platform::Platform;
use crate::request::{Actor, Request, StaffMember};
use crate::rows::{self, Newest, Pair};
use crate::search_index::{FoundPage, IndexFault, Rank, Sought};
use crate::wording::{Told, refusals, say};

/// For how long the findings of a search may be looked at, in milliseconds: a working day.
pub const OPEN_MS: i64 = 12 * 3_600_000;
/// Results on a page.
pub const PAGE: usize = 20;
/// Searches of an account that are listed.
const LISTED: usize = 20;

/// It is recorded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Searched {
    /// The record of the search, which names it.
    pub query: RecordId,
}

/// Why nothing was searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// What was typed.
    #[error(transparent)]
    Criteria(#[from] CriteriaError),
    /// The search is too old for its findings to be looked at.
    #[error("the search is older than twelve hours")]
    Over,
    /// The index cannot be asked now.
    #[error(transparent)]
    Index(#[from] IndexFault),
}

impl From<Fault> for SearchError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl SearchError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::Criteria(error) => Told::By(error),
            Self::Over => say(
                "query_over",
                ["该次查询已超过12小时，不能再查看其结果。", "请以同一案号重新查询，新的查询会另行留痕。"],
                [
                    "This search is older than twelve hours; its findings cannot be looked at any more.",
                    "Search again under the same case: that search is recorded by itself.",
                ],
            )
            .is(Class::Gone),
            Self::Index(_) => say(
                "search_unavailable",
                ["检索暂不可用；没有显示任何内容。", "请稍后重试；签署和存证不受影响。"],
                [
                    "The search does not work right now; nothing was shown.",
                    "Try again later; signing and deposits are not affected.",
                ],
            )
            .is(Class::Unavailable),
        }
    }
}

refusals!(SearchError);

/// Searches: parses what was typed, counts what it finds and records both. Nothing is shown by
/// this; [`results`] shows.
///
/// # Errors
/// See [`SearchError`]. Whatever is wrong with what was typed is refused before anything is
/// written.
pub async fn search(
    platform: &Platform,
    request: &Request,
    typed: &TypedSearch,
) -> Result<Searched, SearchError> {
    let member = request.actor.regulator()?;
    let Search { basis, case_number, criteria } = Search::parse(platform, typed)?;
    let mut act = Act::new(platform, request, "regulator_search").await;
    let content = QueryContent { basis, case_number, criteria };
    let mut counted = None;
    loop {
        if let Some(searched) = act.earlier().await? {
            return Ok(searched);
        }
        // After that: what is on record already is answered without the index.
        let found = match counted {
            Some(found) => found,
            None => *counted.insert(page(platform, &content.criteria, None).await?.remaining),
        };
        let (record, chain) =
            record::of_search(platform, member, &request.facts, &content, found).await?;
        let query = record.record_id();
        let next = ledger::next_place(platform, chain.id).await?;
        let at = next.place.recorded_at;
        let row = RegulatorQueryRow {
            account: member.account,
            at,
            found,
            content: kept::seal(platform, query, &content)?,
        };
        let mut changes = Changeset::new();
        chain.begin(&mut changes)?;
        record.write(platform, &mut changes, &next)?;
        rows::REGULATOR_QUERIES.insert(&mut changes, &query, &row).map_err(Fault::from)?;
        let listed = Pair(member.account, Pair(Newest(at), query));
        rows::ACCOUNT_QUERIES.insert(&mut changes, &listed, &()).map_err(Fault::from)?;
        let searched = Searched { query };
        if act.commit(changes, &searched).await?.is_some() {
            return Ok(searched);
        }
    }
}

/// A search as it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueryView {
    /// Its record.
    pub query: RecordId,
    /// When.
    pub at: UtcMillis,
    /// Until when its findings may be looked at.
    pub open_until: UtcMillis,
    /// Law and article.
    pub basis: String,
    /// The case.
    pub case_number: String,
    /// What was looked for.
    pub criteria: Criteria,
    /// How many filings it found; none where they were too many to count.
    pub found: Option<u64>,
    /// The leaf of its record.
    pub leaf_index: u64,
}

/// A page of what a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Results {
    /// The search.
    pub query: QueryView,
    /// The filings, the one opened last first.
    pub rows: Vec<ResultRow>,
    /// Where the next page begins.
    pub next: Option<Rank>,
    /// How many stand on this page and after it, if they were counted.
    pub remaining: Option<u64>,
    /// Leaves of the log that the index has seen.
    pub indexed: u64,
    /// Leaves of the log.
    pub log_size: u64,
}

/// A filing as a result. Nobody's name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResultRow {
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: FilingNo,
    /// The company it is about.
    pub company_name: String,
    /// What is filed.
    pub matter: Matter,
    /// Where it stands.
    pub state: FilingState,
    /// When it was opened.
    pub opened_at: UtcMillis,
    /// Signatures that were given.
    pub signatures: usize,
    /// Whether a demo acted it out.
    pub is_simulated: bool,
}

/// Shows a page of what an own search found.
///
/// # Errors
/// No such search of this account, it is over, or the index or the store could not be read.
pub async fn results(
    platform: &Platform,
    actor: &Actor,
    query: RecordId,
    after: Option<Rank>,
) -> Result<Results, SearchError> {
    let member = actor.regulator()?;
    let (view, _) = own(platform, member, query).await?;
    if platform.now() >= view.open_until {
        return Err(SearchError::Over);
    }
    let FoundPage { filings, next, remaining } = page(platform, &view.criteria, after).await?;
    let mut found = Vec::with_capacity(filings.len());
    for id in filings {
        let Some(stored) = filings::find(platform, id).await? else { continue };
        found.push(row(platform, &stored.filing));
    }
    Ok(Results {
        query: view,
        rows: found,
        next,
        remaining,
        indexed: platform.search_index().position().unwrap_or(0),
        log_size: platform.backend().log().head().size(),
    })
}

/// The searches of an account, the newest first.
///
/// # Errors
/// Not a regulator, or the store could not be read.
pub async fn own_searches(platform: &Platform, actor: &Actor) -> Result<Vec<QueryView>, ActError> {
    let member = actor.regulator()?;
    let prefix = format!("{}/", member.account);
    let listed = rows::ACCOUNT_QUERIES.scan(platform.backend(), &prefix, None, LISTED).await;
    let mut views = Vec::new();
    for (Pair(_, Pair(_, query)), _) in listed.map_err(Fault::from)? {
        views.push(own(platform, member, query).await?.0);
    }
    Ok(views)
}

fn row(platform: &Platform, filing: &Filing) -> ResultRow {
    ResultRow {
        filing: filing.id(),
        number: filing.number(),
        company_name: filing.company_name().as_str().to_owned(),
        matter: filing.matter(),
        state: *filing.state(),
        opened_at: filing.opened_at(),
        signatures: filing.parties().map(|party| party.signatures().len()).sum(),
        is_simulated: platform.settings().is_simulated(filing.number()),
    }
}

/// A search of this account; of others there is none.
async fn own(
    platform: &Platform,
    member: &StaffMember,
    query: RecordId,
) -> Result<(QueryView, QueryContent), ActError> {
    let missing = || ActError::NotFound(Thing::Query);
    let row = rows::REGULATOR_QUERIES.durable_row(platform.backend(), &query).await;
    let row = row.map_err(Fault::from)?.ok_or_else(missing)?.value;
    let account: StaffId = row.account;
    if account != member.account {
        return Err(missing());
    }
    let content = kept::open(platform, query, &row)?;
    let view = QueryView {
        query,
        at: row.at,
        open_until: row.at.plus_millis(OPEN_MS),
        basis: content.basis.to_string(),
        case_number: content.case_number.to_string(),
        criteria: content.criteria.clone(),
        found: row.found,
        leaf_index: ledger::find(platform, query).await?.index,
    };
    Ok((view, content))
}

async fn page(
    platform: &Platform,
    criteria: &Criteria,
    after: Option<Rank>,
) -> Result<FoundPage, SearchError> {
    let Some(sought) = criteria.sought(platform).await? else {
        return Ok(FoundPage { remaining: Some(0), ..FoundPage::default() });
    };
    Ok(blocking(platform, move |index| index.find(&sought, after, PAGE)).await?)
}

/// A filing that an own search found: what every look begins with.
pub(crate) struct Seen<'a> {
    pub(crate) member: &'a StaffMember,
    pub(crate) query: RecordId,
    pub(crate) content: QueryContent,
    pub(crate) view: QueryView,
    pub(crate) filing: Filing,
}

/// Demands that this search of this account be open and have found this filing. A filing that it
/// did not find is not there.
pub(crate) async fn seen<'a>(
    platform: &Platform,
    actor: &'a Actor,
    query: RecordId,
    filing: FilingId,
) -> Result<Seen<'a>, SearchError> {
    let member = actor.regulator()?;
    let (view, content) = own(platform, member, query).await?;
    if platform.now() >= view.open_until {
        return Err(SearchError::Over);
    }
    let missing = || ActError::NotFound(Thing::Filing);
    let sought: Sought = content.criteria.sought(platform).await?.ok_or_else(missing)?;
    let filing = filings::find(platform, filing).await?.ok_or_else(missing)?.filing;
    let number = filing.number();
    if !blocking(platform, move |index| index.holds(&sought, number)).await? {
        return Err(missing().into());
    }
    platform.backend().settled().await.map_err(Fault::from)?;
    Ok(Seen { member, query, content, view, filing })
}
