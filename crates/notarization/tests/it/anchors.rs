//! The published anchors.

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_notarization::publish_anchors;
use heqi_notarization::publish_anchors::PublishAnchorsError;
use heqi_vocabulary::Digest;

use crate::support::{House, now, story};

#[tokio::test]
async fn the_same_list_is_one_file_for_ever_and_a_leaf_of_the_log() {
    let story = story();
    let house = House::of(&story);
    let file =
        publish_anchors(&house.office, &story.anchors(), &story.cast.publisher).await.unwrap();
    let parsed = AnchorsFile::parse(&file).unwrap();
    assert_eq!(parsed.digest, Digest::of(&file));
    assert_eq!(parsed.anchors.published_at, now(&house));
    assert_eq!(parsed.anchors.custodians, story.anchors().custodians);

    house.clock.advance_ms(86_400_000);
    let again =
        publish_anchors(&house.office, &story.anchors(), &story.cast.publisher).await.unwrap();
    assert_eq!(again, file);
    let entries = house.store.log().entries(0, 10).await.unwrap();
    assert_eq!(entries.len(), 1);
    let leaf = LogLeaf::Statement(Digest::of(&file)).to_bytes();
    assert_eq!((&entries[0].entry[..], &entries[0].record[..]), (&leaf[..], &file[..]));

    let mut changed = story.anchors();
    changed.custodians.pop();
    let newer = publish_anchors(&house.office, &changed, &story.cast.publisher).await.unwrap();
    assert_ne!(newer, file);
    assert_eq!(AnchorsFile::parse(&newer).unwrap().anchors.published_at, now(&house));
}

#[tokio::test]
async fn only_the_named_publisher_signs() {
    let story = story();
    let house = House::of(&story);
    let stranger = &story.cast.custodians[0].key;
    let error = publish_anchors(&house.office, &story.anchors(), stranger).await.unwrap_err();
    assert!(matches!(error, PublishAnchorsError::OtherPublisher));
    assert_eq!(house.writes(), 0);
}
