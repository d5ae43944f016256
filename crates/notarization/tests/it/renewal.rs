//! Time stamps are renewed before their certificates end, and whoever verifies twelve years later walks
//! from the leaf to a certificate that still counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use heqi_evidence::anchors::Validity;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::stamping::{ConfiguredAuthority, Stamper, TimeAuthority, Unanswered};
use heqi_notarization::NotaryOffice;
use heqi_notarization::renewal::{RenewalError, renew_if_due, renewal_file};
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::timestamp::{
    Accuracy, TimeRoot, TimeStampRequest, TimeStampResponse, TimestampToken, TokenIssuer,
};
use heqi_renewal::{RenewalFile, SubjectLeaf, Trust, WalkError, ends_of};
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_vocabulary::{Clock as _, UtcMillis};

use crate::support::{House, deposit_of, story};

const DAY_MS: i64 = 24 * 3_600_000;
const YEAR_MS: i64 = 365 * DAY_MS;
const MARGIN_MS: i64 = 90 * DAY_MS;

struct Local {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
    serial: AtomicU64,
}

impl TimeAuthority for Local {
    fn answer(&self, request: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        Box::pin(async move {
            let request = TimeStampRequest::from_der(&request).unwrap();
            let serial = self.serial.fetch_add(1, Ordering::SeqCst) + 1;
            let token = self.issuer.token(&request, serial, self.clock.now());
            Ok(TimeStampResponse::granted(&token.map_err(|error| Unanswered(error.to_string()))?))
        })
    }
}

/// An office whose log is stamped by one authority after another.
struct Archive {
    house: House,
    stamper: Stamper,
    roots: Vec<TimeRoot>,
}

impl Archive {
    async fn open() -> Self {
        let story = story();
        let house = House::of(&story);
        for record in &story.records {
            house.deposit(&deposit_of(&story, record)).await.unwrap();
        }
        let mut archive =
            Self { house, stamper: Stamper::new(Vec::new(), DAY_MS), roots: Vec::new() };
        archive.appoint(1);
        archive
    }

    fn office(&self) -> &NotaryOffice {
        &self.house.office
    }

    fn store(&self) -> &MemoryBackend {
        &self.house.store
    }

    fn now(&self) -> UtcMillis {
        self.house.clock.now()
    }

    /// From now on another authority stamps, whose certificate begins now and lasts ten years.
    fn appoint(&mut self, seed: u64) {
        let clock = self.house.clock.clone();
        let made =
            TestTimeAuthority::generate("T", clock.now(), &SeededEntropy::new(seed)).unwrap();
        let root = TimeRoot::from_der(made.root().der(), true).unwrap();
        let issuer = made.into_issuer("1.2.3.4".parse().unwrap(), Accuracy::from_millis(1000));
        let port = Arc::new(Local { issuer: issuer.unwrap(), clock, serial: AtomicU64::new(0) });
        let authority = ConfiguredAuthority {
            label: "test".into(),
            port,
            roots: vec![root.clone()],
            policy: None,
        };
        self.roots.push(root);
        self.stamper = Stamper::new(vec![authority], DAY_MS);
    }

    /// Publishes the head and has it stamped.
    async fn stamp(&self) {
        let head = self.store().log().head();
        self.store().log().publish(head.checkpoint().clone()).await.unwrap();
        let (clock, entropy) = (&*self.house.clock, SeededEntropy::new(7));
        let round = self.stamper.round(self.store(), clock, &entropy, false).await.unwrap();
        assert!(round.missing.is_empty(), "{round:?}");
    }

    async fn renew(&self) -> Option<u64> {
        renew_if_due(self.office(), MARGIN_MS).await.unwrap().renewed
    }

    /// What somebody trusts who keeps the keys of the office and every root there was.
    fn trust(&self) -> Trust {
        let always = Validity {
            valid_from: UtcMillis::from_millis(0).unwrap(),
            valid_until: None,
            distrust_after: None,
        };
        Trust {
            logs: vec![(Self::log_key(), always)],
            custodians: vec![self.office().receipt_key().public_key()],
            time_roots: self.roots.iter().map(|root| (root.clone(), Some(always))).collect(),
        }
    }

    fn log_key() -> VerifierKey {
        let name = KeyName::new("log.notary.example/test").unwrap();
        NoteSigner::from_seed(name, &[3; 32]).unwrap().verifier_key().clone()
    }
}

/// Twelve years with a renewal where one is due: the way of the first receipt at their end.
async fn twelve_years(archive: &mut Archive) -> RenewalFile {
    archive.stamp().await;
    assert_eq!(archive.renew().await, None, "ten years are left");
    let until = archive.now().plus_millis(12 * YEAR_MS);
    let mut renewals = Vec::new();
    let mut is_new = false;
    while archive.now() < until {
        archive.house.clock.advance_ms(10 * DAY_MS);
        renewals.extend(archive.renew().await);
        // When nine years and ten months are over the authority gets a new certificate.
        let age = archive.now().millis_since(story().seen_at());
        if !is_new && age > 10 * YEAR_MS - 60 * DAY_MS {
            archive.appoint(2);
            is_new = true;
        }
        archive.stamp().await;
    }
    assert!(!renewals.is_empty() && renewals[0] == 1, "{renewals:?}");
    renewal_file(archive.office(), 0, None).await.unwrap()
}

#[tokio::test]
async fn edge_case_33_twelve_years_later_a_leaf_is_proved_by_the_renewals_of_its_time_stamps() {
    let mut archive = Archive::open().await;
    let began = archive.now();
    let file = twelve_years(&mut archive).await;
    let trust = archive.trust();
    let now = archive.now();
    let first = TimestampToken::from_der(&file.links[0].tokens["test"]).unwrap();
    assert!(ends_of(&first).unwrap() < now, "every original certificate has ended");
    let walked = file.walk(&trust, Some(now)).unwrap();
    assert!(walked.renewals >= 1 && walked.is_test_only && walked.counts_until > now);
    assert!(walked.not_after.millis_since(began) < DAY_MS, "it proves the first instant");
    // The file is the same bytes each time, and what is read is what was written.
    let bytes = file.write().unwrap();
    assert_eq!(RenewalFile::read(&bytes).unwrap(), file);
    assert_eq!(file.write().unwrap(), bytes);
    // Without the last renewal it does not reach to today; with it, not for ever.
    let mut short = file.clone();
    short.links.truncate(1);
    short.links[0].next = None;
    assert_eq!(short.walk(&trust, Some(now)), Err(WalkError::Ended));
    let at = walked.counts_until.plus_millis(1);
    assert_eq!(file.walk(&trust, Some(at)), Err(WalkError::Ended));
    // Whoever keeps only the newest root cannot say since when.
    let later = Trust { time_roots: trust.time_roots[1..].to_vec(), ..trust };
    assert_eq!(file.walk(&later, Some(now)), Err(WalkError::Token(0)));
}

#[tokio::test]
async fn whatever_is_changed_on_the_way_is_noticed() {
    let mut archive = Archive::open().await;
    let file = twelve_years(&mut archive).await;
    let (trust, now) = (archive.trust(), Some(archive.now()));
    let changed = |change: &dyn Fn(&mut RenewalFile)| {
        let mut file = file.clone();
        change(&mut file);
        file.walk(&trust, now).unwrap_err()
    };
    let flip = |bytes: &mut Vec<u8>| {
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
    };
    let next = |file: &mut RenewalFile| file.links[0].next.clone().unwrap();
    let set = |file: &mut RenewalFile, next| file.links[0].next = Some(next);
    let other_leaf = |f: &mut RenewalFile| match &mut f.subject.leaf {
        SubjectLeaf::Statement { envelope, .. } => flip(envelope),
        SubjectLeaf::Record(_) => panic!("the office's leaves are statements"),
    };
    assert_eq!(changed(&other_leaf), WalkError::NotUnder(0));
    assert_eq!(changed(&|f| f.subject.index += 1), WalkError::NotUnder(0));
    assert_eq!(changed(&|f| flip(f.links[0].tokens.get_mut("test").unwrap())), WalkError::Token(0));
    // The token is over other bytes then: said of the token, before the head is read.
    let other_note = changed(&|f| flip(&mut f.links[1].note));
    assert!(matches!(other_note, WalkError::Token(1) | WalkError::Head(1)), "{other_note}");
    let other_anchors = |f: &mut RenewalFile| {
        let mut one = next(f);
        flip(&mut one.anchors);
        set(f, one);
    };
    assert_eq!(changed(&other_anchors), WalkError::Renewal(0));
    let other_place = |f: &mut RenewalFile| {
        let mut one = next(f);
        one.token.count += 1;
        set(f, one);
    };
    assert_eq!(changed(&other_place), WalkError::Renewal(0));
    let not_there = |f: &mut RenewalFile| {
        let mut one = next(f);
        one.index += 1;
        set(f, one);
    };
    assert_eq!(changed(&not_there), WalkError::NotUnder(1));
    // A later token of the same head in the place of the first is not the one that was named.
    let swapped = |f: &mut RenewalFile| {
        let other = f.links[1].tokens["test"].clone();
        f.links[0].tokens.insert("test".into(), other);
    };
    assert_eq!(changed(&swapped), WalkError::Token(0));
    let bytes = file.write().unwrap();
    for at in [10, bytes.len() / 3, bytes.len() / 2, bytes.len() - 30] {
        let mut broken = bytes.clone();
        broken[at] ^= 1;
        let read = RenewalFile::read(&broken);
        assert!(read.is_err() || read.unwrap() != file, "byte {at}");
    }
}

#[tokio::test]
async fn who_renews_only_when_the_certificate_has_ended_has_proved_nothing() {
    let mut archive = Archive::open().await;
    archive.stamp().await;
    archive.renew().await;
    // Nobody looked for eleven years: the first certificate has ended meanwhile.
    archive.house.clock.advance_ms(11 * YEAR_MS);
    archive.appoint(2);
    assert_eq!(archive.renew().await, Some(1), "late, and still made");
    archive.stamp().await;
    let file = renewal_file(archive.office(), 0, None).await.unwrap();
    let walked = file.walk(&archive.trust(), Some(archive.now()));
    assert_eq!(walked, Err(WalkError::TooLate(1)));
}

#[tokio::test]
async fn a_dying_certificate_is_renewed_again_and_not_each_time_and_every_renewal_follows_one() {
    let archive = Archive::open().await;
    archive.stamp().await;
    let size = archive.store().log().head().size();
    archive.house.clock.advance_ms(10 * YEAR_MS - 80 * DAY_MS);
    archive.stamp().await;
    let mut renewals = Vec::new();
    for _ in 0..70 {
        renewals.extend(archive.renew().await);
        assert_eq!(archive.renew().await, None, "not twice at once");
        archive.house.clock.advance_ms(DAY_MS);
        archive.stamp().await;
    }
    assert!((3..=12).contains(&renewals.len()), "{renewals:?}");
    let count = u64::try_from(renewals.len()).unwrap();
    assert_eq!(renewals, (1..=count).collect::<Vec<_>>());
    // Each is a leaf; the list of trusted keys is one more, once.
    assert_eq!(archive.store().log().head().size(), size + count + 1);
    let file = renewal_file(archive.office(), 0, None).await.unwrap();
    assert!(file.walk(&archive.trust(), Some(archive.now())).is_ok());
}

#[tokio::test]
async fn what_was_not_stamped_yet_has_no_way_and_what_is_no_leaf_has_none_ever() {
    let archive = Archive::open().await;
    let file = renewal_file(archive.office(), 0, None).await;
    assert!(matches!(file, Err(RenewalError::NotStamped)), "{file:?}");
    archive.stamp().await;
    assert!(renewal_file(archive.office(), 0, None).await.is_ok());
    let beyond = renewal_file(archive.office(), 1_000, None).await;
    assert!(matches!(beyond, Err(RenewalError::NoLeaf)), "{beyond:?}");
}
