//! 实时保 has neither witness nor mirror: what people save there is proved by the data centre's, and by nothing that it
//! only says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence_store::gate::CLOCK_LIMIT_MS;
use heqi_notarization::cosigned_log::elsewhere::{PAUSE_MS, Showing, ShownElsewhere};
use heqi_notary_center::DataCentreLog;
use heqi_notary_protocol::mirror::AddEntriesAnswer;
use heqi_testkit::Story;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::mirror::MAX_PACKAGES;
use heqi_tlog::note::{KeyId, KeyName, SignatureLine};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::TilePath;
use heqi_vocabulary::Clock as _;

use crate::holder::{Kept, come_in, page, people, told_story};
use crate::mirror::{announcement, upload};
use crate::support::{Centre, Plan, cosigner, deposit_at_once, mirror_key, store, witness_key};

/// What is shown instead of what the data centre has.
#[derive(Clone, Debug)]
enum Mischief {
    Nothing,
    /// A head that neither witness nor mirror has signed.
    Head(SignedCheckpoint),
    /// The head as it is, with a line more.
    Line(SignatureLine),
    /// Tiles of nothing.
    Tiles,
    /// No answer at all.
    Silence,
}

/// The data centre's log, with mischief in between.
#[derive(Debug)]
struct Between {
    honest: DataCentreLog,
    mischief: Mutex<Mischief>,
    heads_asked: AtomicUsize,
}

impl Between {
    fn of(centre: &Centre) -> Arc<Self> {
        Arc::new(Self {
            honest: DataCentreLog::new(centre.client.clone()),
            mischief: Mutex::new(Mischief::Nothing),
            heads_asked: AtomicUsize::new(0),
        })
    }

    fn does(&self, mischief: Mischief) {
        *self.mischief.lock().unwrap() = mischief;
    }

    fn mischief(&self) -> Mischief {
        self.mischief.lock().unwrap().clone()
    }

    fn heads_asked(&self) -> usize {
        self.heads_asked.load(Ordering::SeqCst)
    }
}

impl ShownElsewhere for Between {
    fn mirrored<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint> {
        self.heads_asked.fetch_add(1, Ordering::SeqCst);
        match self.mischief() {
            Mischief::Head(head) => Box::pin(async move { Ok(Some(head)) }),
            Mischief::Line(line) => Box::pin(async move {
                let head = self.honest.mirrored(origin).await;
                head.map(|head| head.map(|head| head.with_signature(line).unwrap()))
            }),
            Mischief::Silence => Box::pin(std::future::pending()),
            Mischief::Nothing | Mischief::Tiles => self.honest.mirrored(origin),
        }
    }

    fn witnessed<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint> {
        self.honest.witnessed(origin)
    }

    fn tile<'a>(&'a self, origin: &'a Origin, path: TilePath) -> Showing<'a, Vec<u8>> {
        match self.mischief() {
            Mischief::Tiles => {
                let width = usize::from(path.width());
                Box::pin(async move { Ok(Some(vec![0; 32 * width])) })
            }
            _ => self.honest.tile(origin, path),
        }
    }
}

/// Witness and mirror of the data centre go from the beginning to this size.
async fn cosign(centre: &Centre, story: &Story, end: u64) {
    let (witness, mirror) = (centre.client.witness(), centre.client.mirror());
    let keys = [witness_key(), mirror_key()];
    witness.add_checkpoint(&announcement(story, 0, end), &keys).await.unwrap();
    mirror.add_checkpoint(&announcement(story, 0, end)).await.unwrap();
    let (entries, head) = (upload(story, 0, end, MAX_PACKAGES), story.log.head_at(end));
    let held = mirror.add_entries(&entries, &head, &keys).await.unwrap();
    assert!(matches!(held, AddEntriesAnswer::Cosigned(_)));
}

/// Somebody with a session at a preservation service that was given everything before anybody had cosigned.
struct Visitor {
    second: Centre,
    cookie: String,
}

impl Visitor {
    async fn at(
        story: &Story,
        code_checked: &heqi_evidence::bundle::BundleParts,
        proves_by: Arc<dyn ShownElsewhere>,
    ) -> Self {
        let sent = Arc::new(Kept::default());
        let mut plan = Plan::preservation(story, store());
        plan.people = Some(people(sent.clone()));
        plan.proves_by = Some(proves_by);
        let second = plan.start().await;
        second.deposit(code_checked).await;
        for record in &story.records {
            second.deposit(&deposit_at_once(story, record)).await;
        }
        let cookie = come_in(&second, &sent).await;
        Self { second, cookie }
    }

    /// The log proof in what is saved.
    async fn saved(&self) -> ProofFile {
        let list = page(&self.second, "/my", &self.cookie).await.text().await.unwrap();
        let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
        let path = format!("/my/evidence/{link}/bundle");
        let saved = page(&self.second, &path, &self.cookie).await;
        let bundle = EvidenceBundle::read(&saved.bytes().await.unwrap()).unwrap();
        ProofFile::parse(&bundle.parts.proof.unwrap()).unwrap()
    }
}

/// How many of witness and mirror have signed its head.
fn cosignatures(proof: &ProofFile) -> usize {
    let keys = [witness_key(), mirror_key()];
    proof.checkpoint().note().verify(&keys).map_or(0, |lines| lines.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_saves_is_proved_by_the_data_centre_while_its_witness_is_ahead() {
    let (story, code_checked) = told_story();
    let centre = Plan::data_centre(&story, store()).start().await;
    let between = Between::of(&centre);
    let visitor = Visitor::at(&story, &code_checked, between.clone()).await;
    assert_eq!(cosignatures(&visitor.saved().await), 0, "nobody has cosigned yet");

    let (end, keys) = (story.log.size(), [witness_key()]);
    cosign(&centre, &story, end - 1).await;
    let witness = centre.client.witness();
    witness.add_checkpoint(&announcement(&story, end - 1, end), &keys).await.unwrap();
    let saved = visitor.saved().await;
    assert_eq!(cosignatures(&saved), 2);
    assert_eq!(saved.checkpoint().checkpoint().size(), end - 1);

    // What holds is kept: nobody has to be asked for it again.
    let asked = between.heads_asked();
    between.does(Mischief::Silence);
    assert_eq!(visitor.saved().await, saved);
    assert_eq!(between.heads_asked(), asked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_that_was_started_in_between_shows_both_lines_apart() {
    let (story, code_checked) = told_story();
    let kept = store();
    let centre = Plan::data_centre(&story, kept.clone()).start().await;
    cosign(&centre, &story, story.log.size()).await;
    centre.running.stop().await;
    let centre = Plan::data_centre(&story, kept).start().await;
    let visitor = Visitor::at(&story, &code_checked, Between::of(&centre)).await;
    assert_eq!(cosignatures(&visitor.saved().await), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_or_a_tile_that_is_only_said_changes_nothing_and_stands_in_nobodys_way() {
    let (story, code_checked) = told_story();
    let centre = Plan::data_centre(&story, store()).start().await;
    cosign(&centre, &story, story.log.size() - 1).await;
    let between = Between::of(&centre);
    let visitor = Visitor::at(&story, &code_checked, between.clone()).await;

    let head = story.log.head_at(story.log.size());
    let [one, two] = [("witness.stranger.example/w", 5), ("mirror.stranger.example/m", 6)]
        .map(|(name, seed)| cosigner(name, seed));
    let head = story.log.cosigned(&head, &one, story.seen_at());
    let head = story.log.cosigned(&head, &two, story.seen_at());
    for mischief in [Mischief::Head(head), Mischief::Tiles] {
        between.does(mischief.clone());
        let asked = between.heads_asked();
        assert_eq!(cosignatures(&visitor.saved().await), 0, "{mischief:?}");
        assert!(between.heads_asked() > asked, "{mischief:?}");
    }
    between.does(Mischief::Nothing);
    let saved = visitor.saved().await;
    assert_eq!(cosignatures(&saved), 2);
    assert_eq!(saved.checkpoint().checkpoint().size(), story.log.size() - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_of_a_time_that_has_not_come_is_neither_remembered_nor_handed_out() {
    let (story, code_checked) = told_story();
    let centre = Plan::data_centre(&story, store()).start().await;
    cosign(&centre, &story, story.log.size()).await;
    let between = Between::of(&centre);
    let visitor = Visitor::at(&story, &code_checked, between.clone()).await;
    let now = visitor.second.clock.now();
    let [one, two] = [("witness.office.example/w", 9), ("mirror.office.example/m", 4)]
        .map(|(name, seed)| cosigner(name, seed));
    let head = |ahead_ms: [i64; 2]| {
        let [witnessed, mirrored] = ahead_ms.map(|ms| now.plus_millis(ms));
        let head = story.log.cosigned(&story.log.head_at(story.log.size()), &one, witnessed);
        story.log.cosigned(&head, &two, mirrored)
    };
    let (within, beyond) = (CLOCK_LIMIT_MS, CLOCK_LIMIT_MS + 1_000);
    for ahead_ms in [[beyond, 0], [0, beyond], [365 * 24 * 3_600_000; 2]] {
        between.does(Mischief::Head(head(ahead_ms)));
        assert_eq!(cosignatures(&visitor.saved().await), 0, "{ahead_ms:?}");
    }
    // As far as clocks may differ it is remembered, and counts from its time on.
    between.does(Mischief::Head(head([within; 2])));
    visitor.saved().await;
    between.does(Mischief::Silence);
    visitor.second.clock.advance_ms(within);
    assert_eq!(cosignatures(&visitor.saved().await), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_data_centre_writes_beside_a_head_is_not_kept_and_not_handed_out() {
    let (story, code_checked) = told_story();
    let centre = Plan::data_centre(&story, store()).start().await;
    cosign(&centre, &story, story.log.size()).await;
    let between = Between::of(&centre);
    let name = KeyName::new("stranger.example/line").unwrap();
    let long = SignatureLine::new(name, KeyId::from_bytes([7; 4]), vec![7; 90_000]).unwrap();
    between.does(Mischief::Line(long));
    let saved = Visitor::at(&story, &code_checked, between).await.saved().await;
    assert_eq!(cosignatures(&saved), 2);
    assert_eq!(saved.checkpoint().note().signatures().len(), 3, "log, witness, mirror");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_that_says_nothing_is_waited_for_once_and_asked_again_later() {
    let (story, code_checked) = told_story();
    let centre = Plan::data_centre(&story, store()).start().await;
    cosign(&centre, &story, story.log.size()).await;
    let between = Between::of(&centre);
    between.does(Mischief::Silence);
    let visitor = Visitor::at(&story, &code_checked, between.clone()).await;
    assert_eq!(cosignatures(&visitor.saved().await), 0);
    assert_eq!(between.heads_asked(), 1);
    assert_eq!(cosignatures(&visitor.saved().await), 0);
    assert_eq!(between.heads_asked(), 1, "nobody waits a second time");

    between.does(Mischief::Nothing);
    visitor.second.clock.advance_ms(PAUSE_MS);
    assert_eq!(cosignatures(&visitor.saved().await), 2);
}
