//! A store that fails: no answer is given that is not durable, and nothing is lost by asking
//! again.

use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_notarization::AdmitBundleError;
use heqi_vocabulary::Explain;

use crate::support::{Failing, House, deposit_of, notary_store, story};

#[tokio::test]
async fn without_a_durable_commit_there_is_no_receipt() {
    for (how, at_once) in [
        (CommitError::Stopped, true),
        (CommitError::Stopped, false),
        (CommitError::DiskFull, true),
        (CommitError::Busy, true),
    ] {
        let story = story();
        let store = notary_store();
        let failing = Failing::new(store.clone(), how.clone(), at_once);
        let house = House::over(&story, failing.clone(), store.clone());
        let parts = deposit_of(&story, &story.records[0]);
        let error = house.deposit(&parts).await.unwrap_err();
        assert!(matches!(&error, AdmitBundleError::Store(found) if *found == how), "{error}");
        assert!(error.is_ours() && ["unavailable", "disk_full"].contains(&error.code()));
        assert_eq!(store.log().head().size(), 0);

        failing.recover();
        let admission = house.deposit(&parts).await.unwrap();
        assert!(admission.is_new);
        assert_eq!(house.open(&admission.receipt).deposit_no.serial(), 1, "no number was lost");
    }
}

#[tokio::test]
async fn a_commit_that_another_process_overtakes_is_made_again() {
    let story = story();
    let store = notary_store();
    let key = heqi_evidence_store::changeset::RowKey::new("deposit-serial/x").unwrap();
    let failing = Failing::new(store.clone(), CommitError::Conflict { key }, false);
    let house = House::over(&story, failing.clone(), store);
    let parts = deposit_of(&story, &story.records[0]);
    // As long as somebody else is always faster, the office gives up and says so.
    let error = house.deposit(&parts).await.unwrap_err();
    assert!(matches!(error, AdmitBundleError::Store(CommitError::Busy)), "{error}");
    failing.recover();
    assert!(house.deposit(&parts).await.unwrap().is_new);
}

#[tokio::test]
async fn a_record_whose_keys_were_erased_is_not_taken_again() {
    use heqi_evidence::chain::chain_commitment;
    use heqi_evidence_store::vault::DataKeyId;

    let story = story();
    let house = House::of(&story);
    let (chain, root) = (chain_commitment(story.chain), story.records[0].record.root().digest());
    let id = DataKeyId::of(&[b"deposit", chain.as_bytes(), root.as_bytes(), b"person"]);
    house.store.vault().shred(&[id]).unwrap();
    let error = house.deposit(&deposit_of(&story, &story.records[0])).await.unwrap_err();
    assert_eq!((error.code(), error.is_ours()), ("erased", false));
    assert_eq!(house.store.log().head().size(), 0);
}
