//! Time stamps of the platform's own log are renewed before their certificates end, and a record is proved
//! twelve years later by a certificate that still counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use heqi_evidence::anchors::Validity;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::stamping::{ConfiguredAuthority, Stamper, TimeAuthority, Unanswered};
use heqi_evidence_store::testing::note_signer;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_pki::timestamp::{
    Accuracy, TimeRoot, TimeStampRequest, TimeStampResponse, TimestampToken, TokenIssuer,
};
use heqi_registration::OrderKey;
use heqi_registration::coverage::coverage;
use heqi_registration::renewal::{
    ExportRenewalsError, RenewalError, export_renewals, renew_if_due, renewal_file,
};
use heqi_renewal::{RenewalFile, SubjectLeaf, Trust, WalkError, ends_of};
use heqi_testkit::{Cast, FixedClock, SeededEntropy};
use heqi_vocabulary::{Clock as _, UtcMillis};

use crate::every_call::{Act, in_every_way, words};
use crate::world::{START, World};

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

fn order_key() -> SigningKey {
    SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::new(17))
}

/// A platform whose log is stamped by one authority after another.
struct Archive {
    world: World,
    stamper: Stamper,
    roots: Vec<TimeRoot>,
}

impl Archive {
    async fn open() -> Self {
        let world = World::with(|settings| {
            let cast = Cast::new(7, START.parse().unwrap());
            let (ours, theirs) = (note_signer(7), note_signer(8));
            let anchors = cast.anchors([ours.verifier_key(), theirs.verifier_key()]);
            settings.anchors = Some(Arc::new(anchors));
            settings.order_key = Some(OrderKey::new(Arc::new(order_key())));
        })
        .await;
        let mut archive =
            Self { world, stamper: Stamper::new(Vec::new(), DAY_MS), roots: Vec::new() };
        archive.appoint(1);
        archive
    }

    /// From now on another authority stamps, whose certificate begins now and lasts ten years.
    fn appoint(&mut self, seed: u64) {
        let clock = self.world.clock.clone();
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
        let backend = self.world.platform.backend();
        let head = backend.log().head();
        backend.log().publish(head.checkpoint().clone()).await.unwrap();
        let (clock, entropy) = (&*self.world.clock, SeededEntropy::new(7));
        let round = self.stamper.round(backend, clock, &entropy, false).await.unwrap();
        assert!(round.missing.is_empty(), "{round:?}");
    }

    async fn renew(&self) -> Option<u64> {
        renew_if_due(&self.world.platform, MARGIN_MS).await.unwrap().renewed
    }

    /// What somebody trusts who keeps the keys of the platform and every root there was.
    fn trust(&self) -> Trust {
        let always = Validity {
            valid_from: UtcMillis::from_millis(0).unwrap(),
            valid_until: None,
            distrust_after: None,
        };
        Trust {
            logs: vec![(note_signer(7).verifier_key().clone(), always)],
            custodians: vec![order_key().public_key()],
            time_roots: self.roots.iter().map(|root| (root.clone(), Some(always))).collect(),
        }
    }

    /// How many leaves are records, and how many statements.
    async fn leaves(&self) -> (u64, u64) {
        let log = self.world.platform.backend().log();
        let (mut records, mut statements) = (0, 0);
        for index in 0..log.head().size() {
            match LogLeaf::parse(&log.entry(index).await.unwrap().unwrap().entry).unwrap() {
                LogLeaf::Record(_) => records += 1,
                LogLeaf::Statement(_) => statements += 1,
            }
        }
        (records, statements)
    }
}

#[tokio::test]
async fn a_round_in_which_nothing_is_due_does_not_read_the_statements() {
    let archive = Archive::open().await;
    let drafted = archive.world.drafted(1).await;
    archive.world.all_sign(&drafted).await;
    archive.stamp().await;
    // Whoever scans them is told of, and does not wait.
    let (mut read, go) = archive.world.store.pause_behind(b"key_change/");
    drop(go);
    assert_eq!(archive.renew().await, None, "ten years are left");
    assert!(read.try_recv().is_err(), "statements were read for nothing");
    archive.world.clock.advance_ms(10 * YEAR_MS - 60 * DAY_MS);
    assert_eq!(archive.renew().await, Some(1));
    assert!(read.try_recv().is_ok(), "those of a renewal are counted");
}

#[tokio::test]
async fn edge_case_33_twelve_years_later_a_record_of_the_platform_is_proved_by_its_renewals() {
    let mut archive = Archive::open().await;
    let drafted = archive.world.drafted(1).await;
    let (_, signed) = archive.world.all_sign(&drafted).await.remove(0);
    let (records, before) = archive.leaves().await;
    assert_eq!(before, 0);
    let mut place = None;
    for index in 0..records {
        let entry = archive.world.platform.backend().log().entry(index).await.unwrap().unwrap();
        if LogLeaf::parse(&entry.entry) == Ok(LogLeaf::Record(signed.record_root)) {
            place = Some(index);
        }
    }
    let place = place.unwrap();
    let unstamped = renewal_file(&archive.world.platform, place).await;
    assert!(matches!(unstamped, Err(RenewalError::NotStamped)), "{unstamped:?}");
    let (platform, staff) = (&archive.world.platform, &archive.world.staff);
    let unstamped = export_renewals(platform, staff, signed.record_id).await;
    assert!(matches!(unstamped, Err(ExportRenewalsError::NotStamped)), "{unstamped:?}");

    let began = archive.world.clock();
    archive.stamp().await;
    assert_eq!(archive.renew().await, None, "ten years are left");
    let until = began.plus_millis(12 * YEAR_MS);
    let (mut renewals, mut is_new) = (Vec::new(), false);
    while archive.world.clock() < until {
        archive.world.clock.advance_ms(10 * DAY_MS);
        renewals.extend(archive.renew().await);
        // When nine years and ten months are over the authority gets a new certificate.
        let age = archive.world.clock().millis_since(began);
        if !is_new && age > 10 * YEAR_MS - 60 * DAY_MS {
            archive.appoint(2);
            is_new = true;
        }
        archive.stamp().await;
    }
    assert_eq!(renewals.first(), Some(&1), "{renewals:?}");

    let (trust, now) = (archive.trust(), archive.world.clock());
    let file = renewal_file(&archive.world.platform, place).await.unwrap();
    assert_eq!(file.subject.leaf, SubjectLeaf::Record(signed.record_root));
    let first = TimestampToken::from_der(&file.links[0].tokens["test"]).unwrap();
    assert!(ends_of(&first).unwrap() < now, "the first certificate has ended");
    let walked = file.walk(&trust, Some(now)).unwrap();
    assert!(walked.renewals >= 1 && walked.counts_until > now, "{walked:?}");
    assert!(walked.not_after.millis_since(began) < DAY_MS, "it proves the first instant");
    // What is read is what was written; another record, or no renewal, proves nothing.
    let bytes = file.write().unwrap();
    assert_eq!(RenewalFile::read(&bytes).unwrap(), file);
    // It is handed out by the record as well, and that is no look.
    let (platform, staff) = (&archive.world.platform, &archive.world.staff);
    let exported = export_renewals(platform, staff, signed.record_id).await.unwrap();
    assert_eq!(exported.bytes, bytes);
    assert!(exported.file_name.ends_with(".renewals.zip"), "{}", exported.file_name);
    let mut other = file.clone();
    other.subject.leaf = SubjectLeaf::Statement { envelope: Vec::new(), detail: None };
    assert_eq!(other.walk(&trust, Some(now)), Err(WalkError::NotUnder(0)));
    let mut short = file.clone();
    short.links.truncate(1);
    short.links[0].next = None;
    assert_eq!(short.walk(&trust, Some(now)), Err(WalkError::Ended));

    // Each renewal is a leaf that is no record, and so is the list of keys they name, once.
    let count = u64::try_from(renewals.len()).unwrap();
    assert_eq!(archive.leaves().await, (records, count + 1));
    let covered = coverage(&archive.world.platform, &archive.world.staff).await.unwrap();
    assert_eq!(covered.records, records);
}

#[tokio::test]
async fn a_platform_without_the_key_of_orders_renews_nothing_and_says_no_error() {
    let world = World::new().await;
    let round = renew_if_due(&world.platform, MARGIN_MS).await.unwrap();
    assert_eq!((round.renewed, round.counts_until), (None, None));
    let file = renewal_file(&world.platform, 0).await;
    assert!(matches!(file, Err(RenewalError::NotStamped)), "{file:?}");
}

#[tokio::test]
async fn rounds_note_whether_new_stamps_rest_on_a_certificate_that_ends_soon() {
    let mut archive = Archive::open().await;
    let ends_soon =
        |archive: &Archive| archive.world.platform.newest_stamps().end_soon(archive.world.clock());
    archive.world.drafted(1).await;
    archive.stamp().await;
    archive.renew().await;
    assert!(!ends_soon(&archive), "ten years are left");
    archive.world.clock.advance_ms(10 * YEAR_MS - 20 * DAY_MS);
    assert_eq!(archive.renew().await, Some(1));
    assert!(ends_soon(&archive), "twenty days are left, and it still stamps");
    archive.appoint(2);
    archive.stamp().await;
    archive.renew().await;
    assert!(!ends_soon(&archive), "another certificate stamps now");
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_a_round_renews_once() {
    let archive = Archive::open().await;
    let drafted = archive.world.drafted(1).await;
    archive.world.all_sign(&drafted).await;
    archive.stamp().await;
    archive.world.clock.advance_ms(10 * YEAR_MS - 60 * DAY_MS);
    let renewing = Act::new("renew_if_due", |w| {
        async {
            let round = renew_if_due(&w.platform, MARGIN_MS).await;
            words(round.map(|_| "a round"))
        }
        .boxed_local()
    });
    let injected = in_every_way(&archive.world, &renewing.of_a_worker()).await;
    assert!(injected > 20, "{injected} failures");
}
