//! What people hold in their hands: a bundle, a receipt of the platform, a receipt of a custodian.

use heqi_evidence::schema::RecordKind;
use heqi_testkit::{MemoryLog, Story, Twists};
use heqi_tlog::fork::ForkProof;
use serde_json::json;

use crate::desk::{Desk, has_extension};

fn story() -> Story {
    Story::tell(1, &Twists::default())
}

/// The same under the same keys, only that another photo was signed.
fn rewritten() -> Story {
    Story::tell(1, &Twists { photo_padding_bytes: 4_096, ..Twists::default() })
}

/// A desk that follows this log, and what somebody there holds.
fn desk(log: &MemoryLog, held: &[u8]) -> Desk {
    let desk = Desk::new();
    desk.put("vkey", format!("{}\n", log.key()).as_bytes());
    desk.put("held", held);
    desk.serve(log);
    desk
}

async fn look(desk: &Desk) -> (u8, String) {
    desk.look(|args| args.receipt = vec![desk.path("held")]).await
}

#[tokio::test]
async fn whoever_holds_a_bundle_convicts_a_log_that_rewrote_its_record() {
    let told = story();
    let bundle = told.bundle(told.signing()).write().unwrap();
    let (code, said) = look(&desk(&told.log, &bundle)).await;
    assert_eq!(code, 0, "{said}");

    let lied_to = desk(&rewritten().log, &bundle);
    let (code, said) = look(&lied_to).await;
    assert_eq!(code, 1, "{said}");
    let files = std::fs::read_dir(lied_to.path("state")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let proofs: Vec<_> = files.filter(|path| has_extension(path, "fork-proof")).collect();
    assert_eq!(proofs.len(), 1, "{proofs:?}");
    let proof = ForkProof::parse(&std::fs::read(&proofs[0]).unwrap()).unwrap();
    assert!(proof.verify(&[told.log.key().clone()], &[]).is_ok(), "it convicts by itself");
}

#[tokio::test]
async fn a_receipt_that_does_not_lead_to_its_head_accuses_nobody() {
    let story = story();
    let signing = story.signing();
    let proof = story.log.proof(signing.index, &story.log.head_at(story.log.size())).to_string();
    let receipt = |record: &heqi_testkit::StoryRecord| {
        let root = record.record.root();
        json!({ "record_root": root, "logged": { "proof": &proof } }).to_string()
    };
    let (code, said) = look(&desk(&story.log, receipt(signing).as_bytes())).await;
    assert_eq!(code, 0, "{said}");
    // Whoever changes the file changes what it is worth, and nothing else.
    let other = story.first(RecordKind::Confirmation);
    let (code, said) = look(&desk(&story.log, receipt(other).as_bytes())).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("does not lead to the head it carries"), "{said}");
}

#[tokio::test]
async fn a_custodians_receipt_must_stand_in_its_log_and_by_itself_accuses_nobody() {
    let story = story();
    let receipt = story.bundle(story.signing()).deposits.remove(0);
    let (code, said) = look(&desk(&story.notary_log, &receipt)).await;
    assert_eq!(code, 0, "{said}");
    // It may be ahead of the head that is shown, so this says to look again.
    let (code, said) = look(&desk(&rewritten().notary_log, &receipt)).await;
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("Not found yet"), "{said}");
}
