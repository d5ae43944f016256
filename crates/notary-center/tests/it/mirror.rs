//! The mirror over HTTP.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_notary_protocol::CallError;
use heqi_notary_protocol::mirror::AddEntriesAnswer;
use heqi_notary_protocol::witness::AddCheckpointError;
use heqi_testkit::Story;
use heqi_tlog::checkpoint::Origin;
use heqi_tlog::mirror::{AddEntries, AddEntriesHeader, EntryPackage, MAX_PACKAGES};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::{HashTile, TileKind, decode_entries, tiles_of};
use heqi_tlog::tree::leaf_hash;
use heqi_tlog::witness::AddCheckpoint;

use crate::holder::{Kept, come_in_as, page, people, told_story};
use crate::support::{
    Centre, PATIENCE, Plan, code, deposit_at_once, http, log_chain, mirror_key, store, story,
    witness_key,
};

pub(crate) fn upload(story: &Story, start: u64, end: u64, packages: usize) -> AddEntries {
    let origin = Origin::new(story.log.origin()).unwrap();
    let header = AddEntriesHeader::new(origin, start, end, Vec::new()).unwrap();
    let packages = header
        .ranges()
        .take(packages)
        .map(|range| {
            let span = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            let proof = EntryPackage::prove(&story.log, range, end).unwrap();
            EntryPackage::new(story.log.entries()[span].to_vec(), proof).unwrap()
        })
        .collect();
    AddEntries::new(header, packages).unwrap()
}

pub(crate) fn announcement(story: &Story, old: u64, new: u64) -> AddCheckpoint {
    AddCheckpoint::new(old, story.log.consistency(old, new), story.log.head_at(new)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_mirrored_in_steps_over_a_restart_and_served_as_tiles() {
    let mut story = story();
    log_chain(&mut story, 1, 900);
    let (store, end) = (store(), story.log.size());
    let head = story.log.head_at(end);
    let keys = [mirror_key()];
    let origin = Origin::new(story.log.origin()).unwrap();

    let centre = Plan::data_centre(&story, store.clone()).start().await;
    let mirror = centre.client.mirror();
    assert_eq!(mirror.copy_of(&origin).checkpoint().await.unwrap(), None);
    mirror.add_checkpoint(&announcement(&story, 0, end)).await.unwrap();
    let first = mirror.add_entries(&upload(&story, 0, end, 2), &head, &keys).await.unwrap();
    let AddEntriesAnswer::Progress(info) = first else { panic!("cosigned too early") };
    assert_eq!((info.pending_size, info.next_entry), (end, 512));
    assert_eq!(centre.figure("heqi_mirror_lag_entries").await, Some(end - 512));
    assert_eq!(mirror.copy_of(&origin).checkpoint().await.unwrap(), None);
    centre.running.stop().await;

    let centre = Plan::data_centre(&story, store).start().await;
    let mirror = centre.client.mirror();
    let ahead = mirror.add_entries(&upload(&story, 768, end, 1), &head, &keys).await.unwrap();
    let AddEntriesAnswer::Conflict(info) = ahead else { panic!("a hole was taken") };
    assert_eq!(info.next_entry, 512);
    let rest = upload(&story, info.next_entry, end, MAX_PACKAGES);
    let done = mirror.add_entries(&rest, &head, &keys).await.unwrap();
    let AddEntriesAnswer::Cosigned(cosigned) = done else { panic!("everything is there") };
    assert_eq!(cosigned.note().verify(&keys).unwrap().len(), 1);
    assert_eq!(centre.figure("heqi_mirror_lag_entries").await, Some(0));

    let copy = centre.client.mirrored_log(&origin);
    assert_eq!(copy.checkpoint().await.unwrap().unwrap().checkpoint(), head.checkpoint());
    for path in tiles_of(end) {
        let bytes = copy.tile(path).await.unwrap().unwrap();
        let first = usize::try_from(path.index()).unwrap() * 256;
        let span = first..first + usize::from(path.width());
        match path.kind() {
            TileKind::Entries => {
                let entries = decode_entries(&bytes, path.width()).unwrap();
                assert_eq!(entries, story.log.entries()[span]);
            }
            TileKind::Hashes(0) => {
                let tile = HashTile::decode(&bytes, path.width()).unwrap();
                let own = story.log.entries()[span].iter().map(|entry| leaf_hash(entry));
                assert_eq!(tile.hashes(), own.collect::<Vec<_>>());
            }
            TileKind::Hashes(level) => {
                let tile = HashTile::decode(&bytes, path.width()).unwrap();
                for (hash, index) in tile.hashes().iter().zip(0..) {
                    let own = heqi_tlog::proof::NodeReader::node(&story.log, 8 * level, index);
                    assert_eq!(Ok(*hash), own);
                }
            }
        }
    }
    // A head that has not changed is cosigned afresh.
    let fresh = mirror.add_entries(&upload(&story, end, end, 0), &head, &keys).await.unwrap();
    assert!(matches!(fresh, AddEntriesAnswer::Cosigned(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_entries_are_refused_and_the_right_ones_then_taken() {
    let mut story = story();
    log_chain(&mut story, 1, 600);
    let end = story.log.size();
    let (head, keys) = (story.log.head_at(end), [mirror_key()]);
    let centre = Plan::data_centre(&story, store()).start().await;
    let mirror = centre.client.mirror();

    let early = mirror.add_entries(&upload(&story, 0, end, 1), &head, &keys).await.unwrap_err();
    assert_eq!(early, CallError::Refused { status: 422, code: "no_pending_checkpoint".into() });
    mirror.add_checkpoint(&announcement(&story, 0, end)).await.unwrap();
    let stale = mirror.add_checkpoint(&announcement(&story, 0, end)).await.unwrap_err();
    assert_eq!(stale, AddCheckpointError::Conflict { cosigned_size: end });

    let (header, mut packages) = upload(&story, 0, end, 3).into_parts();
    let mut entries = packages[2].entries().to_vec();
    entries[0] = entries[1].clone();
    packages[2] = EntryPackage::new(entries, packages[2].proof().to_vec()).unwrap();
    let wrong = AddEntries::new(header, packages).unwrap();
    let error = mirror.add_entries(&wrong, &head, &keys).await.unwrap_err();
    assert_eq!(error, CallError::Refused { status: 422, code: "log_inconsistent".into() });
    let rest = upload(&story, 512, end, 1);
    let done = mirror.add_entries(&rest, &head, &keys).await.unwrap();
    assert!(matches!(done, AddEntriesAnswer::Cosigned(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gzip_is_understood_and_a_bomb_is_not_unpacked() {
    let mut story = story();
    log_chain(&mut story, 1, 10);
    let end = story.log.size();
    let mut plan = Plan::data_centre(&story, store());
    plan.settings.mirror_upload_bytes = 64 << 10;
    let centre = plan.start().await;
    centre.client.mirror().add_checkpoint(&announcement(&story, 0, end)).await.unwrap();
    let gzip = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        Bytes::from(packer.finish().unwrap())
    };
    let post = |encoding: &'static str, body: Bytes| {
        let request = http().post(centre.url("/mirror/add-entries"));
        request.header("content-encoding", encoding).body(body).send()
    };
    let bomb = gzip(&vec![0; 10 << 20]);
    assert!(bomb.len() < 64 << 10);
    let response = post("gzip", bomb).await.unwrap();
    assert_eq!((response.status().as_u16(), code(response).await), (413, "too_large".into()));
    let response = post("gzip", Bytes::from_static(b"not gzip")).await.unwrap();
    assert_eq!(response.status(), 400);
    let response = post("br", Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(response.status(), 415);
    let response = post("identity", Bytes::from_static(b"\0")).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), code(response).await),
        (400, "protocol_malformed".into())
    );
    let entries = gzip(&upload(&story, 0, end, 1).to_bytes());
    let response = post("gzip", entries).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().starts_with("— mirror.office.example/m "));
}

/// Somebody who says that a body follows, and sends nothing.
fn slow_upload(centre: &Centre) -> TcpStream {
    let address = centre.url("");
    let mut slow = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let head =
        "POST /mirror/add-entries HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    slow
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_of_strangers_are_read_one_after_the_other_when_there_is_memory_for_one() {
    let story = story();
    let mut plan = Plan::data_centre(&story, store());
    plan.settings.load.body_memory_bytes = 1;
    let centre = plan.start().await;
    let slow = slow_upload(&centre);
    let post = || {
        let sent = http().post(centre.url("/mirror/add-entries")).body("\0").send();
        tokio::time::timeout(Duration::from_millis(300), sent)
    };
    // Once the slow one is being read, nobody else is, however often they try.
    let mut tries = 0;
    while let Ok(answered) = post().await {
        assert_eq!(answered.unwrap().status(), 400);
        tries += 1;
        assert!(tries < 200, "both are read at once");
    }
    // It goes, and the next one is read.
    drop(slow);
    let sent = http().post(centre.url("/mirror/add-entries")).body("\0").send();
    let answered = tokio::time::timeout(PATIENCE, sent).await.unwrap();
    assert_eq!(answered.unwrap().status(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_their_turn_at_the_mirror_is_told_to_ask_again() {
    let story = story();
    let mut plan = Plan::data_centre(&story, store());
    plan.settings.load.body_memory_bytes = 1;
    plan.settings.body_deadline_ms = 1_000;
    let centre = plan.start().await;
    // One holds the turn as long as a body may take and the other takes it then: who comes behind both would wait longer
    // than that. Who comes before the second is in the queue is read, and another time the second is faster.
    for _ in 0..50 {
        let slow = [slow_upload(&centre), slow_upload(&centre)];
        let sent = http().post(centre.url("/mirror/add-entries")).body("\0").send();
        let answered = sent.await.unwrap();
        drop(slow);
        if answered.status() == 503 {
            assert!(answered.headers().contains_key("retry-after"));
            assert_eq!(code(answered).await, "overloaded");
            return;
        }
        assert_eq!(answered.status(), 400);
    }
    panic!("nobody who waited was told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_centre_hands_out_what_it_holds_under_a_head_that_it_cosigned_itself() {
    let (story, code_checked) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::data_centre(&story, store());
    plan.people = Some(people(sent.clone()));
    let centre = plan.start().await;
    centre.deposit(&code_checked).await;
    for record in &story.records {
        centre.deposit(&deposit_at_once(&story, record)).await;
    }
    let (end, keys) = (story.log.size(), [witness_key(), mirror_key()]);
    let (witness, mirror) = (centre.client.witness(), centre.client.mirror());
    witness.add_checkpoint(&announcement(&story, 0, end - 1), &keys).await.unwrap();
    mirror.add_checkpoint(&announcement(&story, 0, end - 1)).await.unwrap();
    let (first, head) = (upload(&story, 0, end - 1, MAX_PACKAGES), story.log.head_at(end - 1));
    let held = mirror.add_entries(&first, &head, &keys).await.unwrap();
    assert!(matches!(held, AddEntriesAnswer::Cosigned(_)));
    // The witness is ahead again before anybody asks.
    witness.add_checkpoint(&announcement(&story, end - 1, end), &keys).await.unwrap();

    let cookie = come_in_as(&centre, &sent, "__Host-heqi_held_centre=").await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let saved = page(&centre, &format!("/my/evidence/{link}/bundle"), &cookie).await;
    let bundle = EvidenceBundle::read(&saved.bytes().await.unwrap()).unwrap();
    let proof = ProofFile::parse(&bundle.parts.proof.unwrap()).unwrap();
    assert_eq!(proof.checkpoint().checkpoint(), head.checkpoint());
    assert_eq!(proof.checkpoint().note().verify(&keys).unwrap().len(), 2);
}
