use futures_util::future::BoxFuture;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::timestamp::{
    Accuracy, TimeStampRequest, TimeStampResponse, TimestampToken, TokenIssuer,
};
use heqi_vocabulary::Clock;
use parking_lot::Mutex;

use super::*;
use crate::backend::memory::MemoryBackend;
use crate::changeset::{Changeset, LedgerEntry};
use crate::testing::{Faulty, SeededEntropy, left_by, memory};

const START: &str = "2026-11-24T08:00:00.000Z";
const HOUR_MS: i64 = 3_600_000;

struct SetClock(Mutex<UtcMillis>);

impl Clock for SetClock {
    fn now(&self) -> UtcMillis {
        *self.0.lock()
    }
}

/// An authority in this process that can be down, off by some time, or a liar.
struct Local {
    issuer: TokenIssuer,
    clock: Arc<SetClock>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    is_down: bool,
    off_by_ms: i64,
    asked: u64,
}

impl TimeAuthority for Local {
    fn answer(&self, request: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        let mut state = self.state.lock();
        state.asked += 1;
        let State { is_down, off_by_ms, asked } = *state;
        Box::pin(async move {
            if is_down {
                return Err(Unanswered("down".into()));
            }
            let request = TimeStampRequest::from_der(&request).unwrap();
            let at = self.clock.now().plus_millis(off_by_ms);
            Ok(TimeStampResponse::granted(&self.issuer.token(&request, asked, at).unwrap()))
        })
    }
}

struct Scene {
    backend: Arc<MemoryBackend>,
    clock: Arc<SetClock>,
    entropy: SeededEntropy,
    locals: [Arc<Local>; 2],
    stamper: Stamper,
}

impl Scene {
    fn new() -> Self {
        let clock = Arc::new(SetClock(Mutex::new(START.parse().unwrap())));
        let made = ["one", "two"].map(|label| {
            let seed = u64::try_from(label.len() + usize::from(label == "two")).unwrap();
            let made =
                TestTimeAuthority::generate(label, clock.now(), &SeededEntropy::new(seed)).unwrap();
            let root = TimeRoot::from_der(made.root().der(), true).unwrap();
            let issuer = made.into_issuer("1.2.3.4".parse().unwrap(), Accuracy::from_millis(1000));
            let local = Arc::new(Local {
                issuer: issuer.unwrap(),
                clock: Arc::clone(&clock),
                state: Mutex::default(),
            });
            (label, local, root)
        });
        let locals = [Arc::clone(&made[0].1), Arc::clone(&made[1].1)];
        let authorities = made.map(|(label, local, root)| ConfiguredAuthority {
            label: label.to_owned(),
            port: local,
            roots: vec![root],
            policy: None,
        });
        let stamper = Stamper::new(authorities.into(), HOUR_MS);
        Self { backend: memory(), clock, entropy: SeededEntropy::new(3), locals, stamper }
    }

    async fn grow(&self, leaf: &str) {
        let mut changes = Changeset::new();
        changes.append(LedgerEntry::new(leaf.as_bytes().to_vec(), leaf.as_bytes().to_vec()));
        let head = self.backend.commit(changes).unwrap().await.unwrap().head;
        self.backend.log().publish(head.checkpoint().clone()).await.unwrap();
    }

    async fn round(&self, anew: bool) -> Round {
        let given: (&dyn Clock, _) = (&*self.clock, &self.entropy);
        self.stamper.round(&*self.backend, given.0, given.1, anew).await.unwrap()
    }

    fn later(&self, ms: i64) {
        let mut now = self.clock.0.lock();
        *now = now.plus_millis(ms);
    }

    fn change(&self, which: usize, change: impl Fn(&mut State)) {
        change(&mut self.locals[which].state.lock());
    }

    async fn covering(&self, index: u64) -> Option<StampedHead> {
        covering(&*self.backend, index).await.unwrap()
    }
}

#[tokio::test]
async fn a_published_head_is_stamped_by_every_authority_once() {
    let scene = Scene::new();
    assert_eq!(scene.round(false).await.size, None);
    assert!(scene.covering(0).await.is_none());
    scene.grow("a").await;
    let round = scene.round(false).await;
    assert_eq!((round.size, round.stamped), (Some(1), vec!["one".to_owned(), "two".to_owned()]));
    assert!(round.missing.is_empty() && round.disagreement_ms.is_none());
    assert!(scene.round(false).await.stamped.is_empty());

    let stamped = scene.covering(0).await.unwrap();
    assert_eq!(stamped.head.checkpoint().size(), 1);
    for (_, row) in &stamped.tokens {
        let token = TimestampToken::from_der(&row.der().unwrap()).unwrap();
        let roots = scene.stamper.roots_for_tests();
        assert_eq!(token.verify(&stamped.note, &roots).unwrap().at(), row.at);
        assert_eq!(row.accuracy_ms, 1000);
    }
    assert!(scene.covering(1).await.is_none());
}

#[tokio::test]
async fn a_record_keeps_the_first_stamp_that_covers_it() {
    let scene = Scene::new();
    for leaf in ["a", "b", "c"] {
        scene.grow(leaf).await;
        scene.later(60_000);
        scene.round(false).await;
    }
    let sizes = [0, 1, 2].map(|index| scene.covering(index));
    let sizes = futures_util::future::join_all(sizes).await;
    let sizes: Vec<u64> =
        sizes.into_iter().map(|stamped| stamped.unwrap().head.checkpoint().size()).collect();
    assert_eq!(sizes, [1, 2, 3]);
}

#[tokio::test]
async fn an_outage_shows_and_is_caught_up_with() {
    let scene = Scene::new();
    scene.grow("a").await;
    scene.change(1, |state| state.is_down = true);
    let round = scene.round(false).await;
    assert_eq!(round.stamped, ["one"]);
    assert!(matches!(round.missing[..], [(ref who, MissingToken::Unanswered(_))] if who == "two"));
    assert_eq!(scene.covering(0).await.unwrap().tokens.len(), 1);
    assert_eq!(scene.stamper.newest(&*scene.backend).await.unwrap().len(), 1);

    scene.change(0, |state| state.is_down = true);
    scene.grow("b").await;
    assert_eq!(scene.round(false).await.missing.len(), 2);
    assert!(scene.covering(1).await.is_none());

    for which in [0, 1] {
        scene.change(which, |state| state.is_down = false);
    }
    // The same note is stamped by both, although they answer in different rounds.
    assert_eq!(scene.round(false).await.stamped.len(), 2);
    assert_eq!(scene.covering(1).await.unwrap().tokens.len(), 2);
}

#[tokio::test]
async fn an_idle_log_is_stamped_again_after_an_hour_and_on_demand() {
    let scene = Scene::new();
    scene.grow("a").await;
    scene.round(false).await;
    let first = scene.covering(0).await.unwrap();
    scene.later(HOUR_MS - 1);
    assert!(scene.round(false).await.stamped.is_empty());
    assert_eq!(scene.round(true).await.stamped.len(), 2);
    scene.later(HOUR_MS);
    assert_eq!(scene.round(false).await.stamped.len(), 2);
    let newest = scene.stamper.newest(&*scene.backend).await.unwrap();
    assert!(newest.iter().all(|(_, at)| *at == scene.clock.now()));
    // The first token proves most and stays.
    assert_eq!(scene.covering(0).await.unwrap().tokens, first.tokens);
}

#[tokio::test]
async fn authorities_that_disagree_beyond_their_accuracy_raise_an_alarm() {
    let scene = Scene::new();
    scene.grow("a").await;
    scene.change(1, |state| state.off_by_ms = 1_999);
    assert_eq!(scene.round(false).await.disagreement_ms, None);
    scene.change(1, |state| state.off_by_ms = 2_500);
    let round = scene.round(true).await;
    assert_eq!(round.disagreement_ms, Some(500));
    let labels = ["one".to_owned(), "two".to_owned(), "never".to_owned()];
    let standing = standing(&*scene.backend, &labels).await.unwrap();
    assert_eq!((standing.disagreement_ms, standing.stamped_size), (500, 1));
    assert_eq!(standing.newest[2], ("never".to_owned(), None));
    assert_eq!(round.stamped.len(), 2);
}

/// The gaps of clocks that a round finds while the second authority is so far off.
async fn gaps(scene: &Scene, off_by_ms: i64) -> Vec<(String, i64)> {
    scene.change(1, |state| state.off_by_ms = off_by_ms);
    let round = scene.round(true).await;
    round.clock_gaps.into_iter().map(|gap| (gap.peer, gap.gap_ms)).collect()
}

#[tokio::test]
async fn the_clock_of_an_authority_is_compared_beyond_its_accuracy() {
    let scene = Scene::new();
    scene.grow("a").await;
    scene.later(HOUR_MS);
    let one = |gap_ms| ("time-authority.one".to_owned(), gap_ms);
    let two = |gap_ms| ("time-authority.two".to_owned(), gap_ms);
    assert_eq!(gaps(&scene, 0).await, [one(0), two(0)]);
    // It says that it may be a second off.
    assert_eq!(gaps(&scene, 1_000).await, [one(0), two(0)]);
    assert_eq!(gaps(&scene, -63_000).await, [one(0), two(-62_000)]);
    assert_eq!(gaps(&scene, 63_000).await, [one(0), two(62_000)]);
    // Whoever is silent says nothing of clocks.
    scene.change(0, |state| state.is_down = true);
    assert_eq!(gaps(&scene, 0).await, [two(0)]);
}

#[tokio::test]
async fn a_token_that_its_own_roots_do_not_bear_is_not_kept() {
    let mut scene = Scene::new();
    scene.stamper.swap_roots_for_tests();
    scene.grow("a").await;
    let round = scene.round(false).await;
    assert!(round.stamped.is_empty());
    for (_, missing) in &round.missing {
        assert_eq!(*missing, MissingToken::NotBelieved(TimestampFault::Untrusted));
    }
    assert!(scene.covering(0).await.is_none());
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_round_keeps_the_first_token_of_everybody() {
    let scene = Scene::new();
    scene.grow("a").await;
    let stamping = async |faulty: Arc<Faulty>| {
        let round = scene.stamper.round(&*faulty, &*scene.clock, &scene.entropy, false).await;
        round.map(drop)
    };
    let all = left_by("round", &scene.backend, stamping).await;
    assert!(all.len() > 24, "{} failures", all.len());
    for left in all {
        let what = &left.what;
        assert!(left.answer.is_err(), "{what}: nobody was told");
        let before = covering(&*left.store, 0).await.unwrap();
        let before = before.map_or_else(Vec::new, |stamped| stamped.tokens);
        scene.later(1_000);
        let again = scene.stamper.round(&*left.store, &*scene.clock, &scene.entropy, false).await;
        let (round, stamped) = (again.unwrap(), covering(&*left.store, 0).await.unwrap().unwrap());
        assert!(round.missing.is_empty(), "{what}");
        assert_eq!(stamped.tokens.len(), 2, "{what}: one of two has not stamped it");
        for kept in &before {
            assert!(stamped.tokens.contains(kept), "{what}: the first token was replaced");
        }
        for (_, row) in &stamped.tokens {
            let token = TimestampToken::from_der(&row.der().unwrap()).unwrap();
            let roots = scene.stamper.roots_for_tests();
            assert!(token.verify(&stamped.note, &roots).is_ok(), "{what}: over other bytes");
        }
    }
}
