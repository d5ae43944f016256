//! Uploads at the bounds of what a mirror reads, opens and completes.

use super::*;

#[test]
fn bytes_after_the_last_package_are_refused_and_past_the_thirty_second_are_not_read() {
    const PACKAGES: u64 = MAX_PACKAGES as u64;
    let with_a_byte_more = |end: u64| {
        let log = Log::of(end);
        let mut body = log.upload(0, end, MAX_PACKAGES).to_bytes();
        body.push(0);
        AddEntries::parse(&body).map(|request| request.packages().len())
    };
    for end in [1, 256, 256 * PACKAGES] {
        assert_eq!(with_a_byte_more(end), Err(AddEntriesError::TrailingBytes), "{end}");
    }
    assert_eq!(with_a_byte_more(256 * PACKAGES + 1), Ok(MAX_PACKAGES));
}

#[test]
fn an_upload_may_repeat_256_entries_and_not_one_more() {
    let log = Log::of(300);
    let head = log.tree.signed(300, &log.signer);
    let state = MirrorState { pending: vec![head], mirrored: None, next_entry: 300 };
    let open = |start| open_upload(log.upload(start, 300, 0).header(), Some(&state));
    assert!(matches!(open(44), UploadDecision::Open(_)));
    let info = MirrorInfo { pending_size: 300, next_entry: 300, ticket: vec![] };
    assert_eq!(open(43), UploadDecision::Rejected(MirrorRejection::Conflict(info)));
}

#[test]
fn only_an_empty_upload_at_the_mirror_checkpoint_asks_for_nothing_but_a_fresh_cosignature() {
    let log = Log::of(30);
    let (mirrored, head) = (log.tree.signed(20, &log.signer), log.tree.signed(30, &log.signer));
    let state = MirrorState {
        pending: vec![mirrored.clone(), head.clone()],
        mirrored: Some(mirrored.clone()),
        next_entry: 30,
    };
    let open = |start, end| open_upload(log.upload(start, end, 0).header(), Some(&state));
    let UploadDecision::Refresh(persisted) = open(20, 20) else { panic!("nothing to upload") };
    assert_eq!(persisted.checkpoint(), &mirrored);
    assert!(matches!(open(19, 20), UploadDecision::Open(_)), "entries are read and proved again");
    let UploadDecision::Open(upload) = open(30, 30) else { panic!("a new checkpoint") };
    let UploadOutcome::Complete(advance) = upload.finish(&state) else { panic!("all is stored") };
    assert_eq!((advance.checkpoint(), advance.replaces()), (&head, Some(20)));
}

#[test]
fn half_an_upload_completes_nothing_even_if_another_stored_the_rest() {
    let log = Log::of(300);
    let head = log.tree.signed(300, &log.signer);
    let state = MirrorState { pending: vec![head], mirrored: None, next_entry: 0 };
    let (header, packages) = log.upload(0, 300, 1).into_parts();
    let UploadDecision::Open(mut upload) = open_upload(&header, Some(&state)) else {
        panic!("open")
    };
    for package in packages {
        upload.authenticate(package, &[]).unwrap();
    }
    let stored = MirrorState { next_entry: 300, ..state };
    let info = MirrorInfo { pending_size: 300, next_entry: 300, ticket: vec![] };
    assert_eq!(upload.finish(&stored), UploadOutcome::Progress(info));
}
