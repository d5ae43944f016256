//! What regulators may look for and see, and what is left of every look.
//!
//! - [`searching`], [`looking`], [`judging`], [`applying`]: the tests

pub(crate) mod applying;
mod judging;
mod looking;
mod searching;

use heqi_filing::{Office, OfficeKind};
use heqi_registration::Actor;
use heqi_registration::index_filings::index_filings;
use heqi_registration::regulator::criteria::TypedSearch;
use heqi_registration::regulator::dossier::{Dossier, dossier};
use heqi_registration::regulator::search::{SearchError, results, search};
use heqi_registration::request::{StaffMember, StaffRole};
use heqi_vocabulary::{FilingId, RecordId, StaffId};

use crate::entry::{contact, declare};
use crate::world::{Drafted, World};

const COMPANY: &str = "青穗茶业";
const NUMBER: &str = "11010519491231002X";

pub(crate) fn member(n: u8, role: StaffRole) -> Actor {
    let office = Office {
        kind: OfficeKind::Registry,
        name: "杭州市临安区市场监督管理局".parse().unwrap(),
    };
    Actor::Staff(StaffMember { account: StaffId::from_bytes([n; 16]), office, role })
}

pub(crate) fn regulator() -> Actor {
    member(1, StaffRole::Regulator)
}

pub(crate) fn typed(change: impl FnOnce(&mut TypedSearch)) -> TypedSearch {
    let mut typed = TypedSearch {
        basis: "《市场主体登记管理条例》第四十条".into(),
        case_number: "杭临市监撤〔2026〕12号".into(),
        ..TypedSearch::default()
    };
    change(&mut typed);
    typed
}

pub(crate) fn by_company() -> TypedSearch {
    typed(|typed| typed.company = COMPANY.into())
}

impl World {
    pub(crate) async fn index(&self) {
        while !index_filings(&self.platform).await.unwrap().has_caught_up {}
    }

    pub(crate) async fn search(
        &self,
        actor: &Actor,
        typed: &TypedSearch,
    ) -> Result<RecordId, SearchError> {
        let request = self.request(actor);
        search(&self.platform, &request, typed).await.map(|searched| searched.query)
    }

    pub(crate) async fn found(&self, typed: &TypedSearch) -> Vec<FilingId> {
        let query = self.search(&regulator(), typed).await.unwrap();
        let page = results(&self.platform, &regulator(), query, None).await.unwrap();
        page.rows.into_iter().map(|row| row.filing).collect()
    }

    pub(crate) async fn dossier(
        &self,
        query: RecordId,
        filing: FilingId,
    ) -> Result<Dossier, SearchError> {
        self.dossier_from(query, filing, 0).await
    }

    async fn dossier_from(
        &self,
        query: RecordId,
        filing: FilingId,
        from: usize,
    ) -> Result<Dossier, SearchError> {
        dossier(&self.platform, &regulator(), &self.facts(), (query, filing), from).await
    }

    pub(crate) async fn entries(&self) -> usize {
        self.contents().await.entries.len()
    }
}

/// Two shareholders have signed, both custodians hold it, the index knows it.
pub(crate) async fn signed() -> (World, Drafted) {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    world.all_sign(&drafted).await;
    let known = contact(Some("13800001111"), None, Some(NUMBER));
    declare(&world, drafted.filing, drafted.parties[0], known).await.unwrap();
    world.deposit_all().await;
    world.index().await;
    (world, drafted)
}
