mod bounds;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{
    checkpoint::{Origin, SignedCheckpoint},
    cosignature::{CosignatureTime, Cosigner},
    encoding::from_base64,
    note::NoteSigner,
    policy::Policy,
    proof::prove_subtree,
    testing::{MemoryTree, bytes, name, vectors},
    tree::{Hash, leaf_hash},
};

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    info: Vec<InfoCase>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    state: Option<StateCase>,
    body: String,
    status: u16,
    info: Option<String>,
    next_entry_after: u64,
}

#[derive(Deserialize)]
struct StateCase {
    pending: Vec<String>,
    mirrored: Option<String>,
    next_entry: u64,
}

#[derive(Deserialize)]
struct InfoCase {
    name: String,
    body: String,
    pending_size: Option<u64>,
    next_entry: Option<u64>,
    ticket: Option<String>,
}

fn read() -> Vectors {
    vectors(include_str!("../../../../tests/vectors/tlog/mirror.json"))
}

/// A mirror in memory, doing with the decisions what an HTTP route and a store would do.
struct Mirror {
    state: Option<MirrorState>,
    entries: Vec<Vec<u8>>,
}

/// Status, body, and the checkpoint to cosign.
type Answer = (u16, Option<String>, Option<MirrorPersisted>);

impl Mirror {
    fn add_entries(&mut self, body: &[u8]) -> Answer {
        let Ok(request) = AddEntries::parse(body) else { return (400, None, None) };
        let (header, packages) = request.into_parts();
        let mut upload = match open_upload(&header, self.state.as_ref()) {
            UploadDecision::Open(upload) => upload,
            UploadDecision::Refresh(persisted) => return (200, None, Some(persisted)),
            UploadDecision::Rejected(rejection) => return Self::refuse(&rejection),
        };
        let state = self.state.as_mut().unwrap();
        for package in packages {
            let range = upload.next_range().unwrap();
            let held = (range.subtree_start..range.start)
                .map(|index| leaf_hash(&self.entries[usize::try_from(index).unwrap()]));
            match upload.authenticate(package, &held.collect::<Vec<_>>()) {
                Err(error) => return (error.status(), None, None),
                Ok(package) => {
                    for (index, entry, leaf) in package.lacking(state.next_entry) {
                        assert_eq!((index, leaf), (self.entries.len() as u64, leaf_hash(entry)));
                        self.entries.push(entry.to_vec());
                    }
                    state.next_entry = self.entries.len() as u64;
                }
            }
        }
        match upload.finish(state) {
            UploadOutcome::Complete(advance) => {
                assert_eq!(
                    advance.replaces(),
                    state.mirrored.as_ref().map(|mirrored| mirrored.checkpoint().size())
                );
                state.mirrored = Some(advance.checkpoint().clone());
                (200, None, Some(advance.persisted()))
            }
            UploadOutcome::Progress(info) => (202, Some(info.to_string()), None),
            UploadOutcome::Rejected(rejection) => Self::refuse(&rejection),
        }
    }

    fn refuse(rejection: &MirrorRejection) -> Answer {
        let info = if let MirrorRejection::Conflict(info) = rejection {
            Some(info.to_string())
        } else {
            None
        };
        (rejection.status(), info, None)
    }
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

#[test]
fn the_vectors_are_answered_as_they_say() {
    for case in read().cases {
        let signed = |note: &String| SignedCheckpoint::parse(note.as_bytes()).unwrap();
        let state = case.state.map(|state| MirrorState {
            pending: state.pending.iter().map(signed).collect(),
            mirrored: state.mirrored.as_ref().map(signed),
            next_entry: state.next_entry,
        });
        let held = state.as_ref().map_or(0, |state| state.next_entry);
        let mut mirror = Mirror { state, entries: (0..held).map(entry).collect() };
        let (status, info, cosigned) = mirror.add_entries(&from_base64(&case.body).unwrap());
        assert_eq!((status, info), (case.status, case.info), "{}", case.name);
        assert_eq!(
            mirror.entries,
            (0..case.next_entry_after).map(entry).collect::<Vec<_>>(),
            "{}",
            case.name
        );
        assert_eq!(cosigned.is_some(), status == 200, "{}", case.name);
        if let Some(persisted) = cosigned {
            assert_eq!(
                Some(persisted.checkpoint()),
                mirror.state.unwrap().mirrored.as_ref(),
                "{}",
                case.name
            );
        }
    }
}

#[test]
fn the_info_vectors_are_judged_as_they_say() {
    for case in read().info {
        let parsed = MirrorInfo::parse(case.body.as_bytes()).ok();
        let expected = case.pending_size.map(|pending_size| MirrorInfo {
            pending_size,
            next_entry: case.next_entry.unwrap(),
            ticket: bytes(&case.ticket.unwrap()),
        });
        assert_eq!(parsed, expected, "{}", case.name);
        if let Some(info) = parsed {
            assert_eq!(info.to_string(), case.body);
        }
    }
    assert!(MirrorInfo::parse(b"\xff\n0\n\n").is_err());
}

#[test]
fn packages_are_cut_at_multiples_of_256() {
    let cut = |start, end| {
        package_ranges(start, end)
            .map(|range| (range.subtree_start, range.start, range.end))
            .collect::<Vec<_>>()
    };
    assert_eq!(cut(0, 0), []);
    assert_eq!(cut(7, 7), []);
    assert_eq!(cut(8, 7), []);
    assert_eq!(cut(0, 256), [(0, 0, 256)]);
    assert_eq!(cut(250, 600), [(0, 250, 256), (256, 256, 512), (512, 512, 600)]);
    assert_eq!(cut(u64::MAX - 1, u64::MAX), [(u64::MAX - 255, u64::MAX - 1, u64::MAX)]);
}

struct Log {
    tree: MemoryTree,
    signer: NoteSigner,
}

impl Log {
    fn of(size: u64) -> Self {
        let leaves = (0..size).map(|index| leaf_hash(&entry(index))).collect::<Vec<_>>();
        Self {
            tree: MemoryTree::of(&leaves),
            signer: NoteSigner::from_seed(name("log.example/test"), &[1; 32]).unwrap(),
        }
    }

    fn upload(&self, start: u64, end: u64, packages: usize) -> AddEntries {
        let header =
            AddEntriesHeader::new(Origin::new("log.example/test").unwrap(), start, end, vec![])
                .unwrap();
        let packages = header.ranges().take(packages).map(|range| {
            let proof = EntryPackage::prove(&self.tree, range, end).unwrap();
            assert_eq!(
                proof,
                prove_subtree(&self.tree, range.subtree_start, range.end, end).unwrap()
            );
            EntryPackage::new((range.start..range.end).map(entry).collect(), proof).unwrap()
        });
        let packages = packages.collect();
        AddEntries::new(header, packages).unwrap()
    }
}

#[test]
fn a_mirror_that_restarts_a_client_thirty_two_packages_at_a_time_ends_with_the_whole_log() {
    const SIZE: u64 = 256 * 70 + 9;
    let log = Log::of(SIZE);
    let state = MirrorState {
        pending: vec![log.tree.signed(SIZE, &log.signer)],
        mirrored: None,
        next_entry: 0,
    };
    let mut mirror = Mirror { state: Some(state), entries: Vec::new() };
    let mut start = 0;
    let mut answers = Vec::new();
    let persisted = loop {
        let (status, info, persisted) =
            mirror.add_entries(&log.upload(start, SIZE, MAX_PACKAGES).to_bytes());
        answers.push(status);
        if let Some(persisted) = persisted {
            break persisted;
        }
        let info = MirrorInfo::parse(info.unwrap().as_bytes()).unwrap();
        assert_eq!(info.pending_size, SIZE);
        start = info.next_entry;
    };
    assert_eq!(answers, [202, 202, 200]);
    assert_eq!(mirror.entries.len() as u64, SIZE);

    let cosigner = Cosigner::from_seed(name("mirror.example/test"), &[2; 32]).unwrap();
    let line = persisted.cosign(&cosigner, CosignatureTime::from_posix_seconds(7).unwrap());
    let mirrored = persisted.checkpoint().with_signature(line).unwrap();
    let policy =
        Policy::of_log(log.signer.verifier_key(), &[cosigner.verifier_key().clone()], 1).unwrap();
    assert!(policy.verify(&mirrored).is_ok());
}

#[test]
fn nothing_is_cosigned_before_every_entry_is_stored() {
    let log = Log::of(20);
    let head = log.tree.signed(20, &log.signer);
    let state = MirrorState { pending: vec![head.clone()], mirrored: None, next_entry: 0 };
    let (header, packages) = log.upload(0, 20, 1).into_parts();
    let UploadDecision::Open(mut upload) = open_upload(&header, Some(&state)) else {
        panic!("open")
    };
    for package in packages {
        upload.authenticate(package, &[]).unwrap();
    }
    assert_eq!(upload.next_range(), None);
    let stored = MirrorState { next_entry: 20, ..state.clone() };
    assert!(
        matches!(upload.clone().finish(&state), UploadOutcome::Progress(info) if info.next_entry == 0)
    );
    assert!(
        matches!(upload.clone().finish(&stored), UploadOutcome::Complete(advance) if advance.checkpoint() == &head)
    );
}

#[test]
fn a_mirror_checkpoint_another_upload_moved_on_is_not_moved_back() {
    let log = Log::of(30);
    let (small, large) = (log.tree.signed(20, &log.signer), log.tree.signed(30, &log.signer));
    let state = MirrorState { pending: vec![small, large.clone()], mirrored: None, next_entry: 20 };
    let (header, _) = log.upload(20, 20, 0).into_parts();
    let UploadDecision::Open(upload) = open_upload(&header, Some(&state)) else { panic!("open") };
    let moved = MirrorState { mirrored: Some(large), next_entry: 30, ..state };
    let UploadOutcome::Rejected(rejection) = upload.finish(&moved) else { panic!("rejected") };
    assert_eq!(
        rejection,
        MirrorRejection::Conflict(MirrorInfo { pending_size: 30, next_entry: 30, ticket: vec![] })
    );
}

#[test]
fn an_upload_that_ends_before_the_mirror_checkpoint_is_refused_before_its_packages_are_read() {
    let log = Log::of(30);
    let state = MirrorState {
        pending: vec![log.tree.signed(20, &log.signer), log.tree.signed(30, &log.signer)],
        mirrored: Some(log.tree.signed(25, &log.signer)),
        next_entry: 25,
    };
    let (header, _) = log.upload(20, 20, 0).into_parts();
    let info = MirrorInfo { pending_size: 30, next_entry: 25, ticket: vec![] };
    let refused = UploadDecision::Rejected(MirrorRejection::Conflict(info));
    assert_eq!(open_upload(&header, Some(&state)), refused);
}

#[test]
fn a_package_of_the_wrong_size_or_out_of_turn_is_refused() {
    let log = Log::of(20);
    let state = MirrorState {
        pending: vec![log.tree.signed(20, &log.signer)],
        mirrored: None,
        next_entry: 5,
    };
    let (header, packages) = log.upload(5, 20, 1).into_parts();
    let UploadDecision::Open(mut upload) = open_upload(&header, Some(&state)) else {
        panic!("open")
    };
    let held = (0..5).map(|index| leaf_hash(&entry(index))).collect::<Vec<_>>();
    let package = packages[0].clone();
    let short =
        EntryPackage::new(package.entries()[1..].to_vec(), package.proof().to_vec()).unwrap();
    assert_eq!(upload.authenticate(short, &held), Err(PackageError::WrongCount));
    assert_eq!(upload.authenticate(package.clone(), &held[1..]), Err(PackageError::WrongCount));
    assert_eq!(upload.authenticate(package.clone(), &[]), Err(PackageError::WrongCount));
    let wrong_held = [Hash::from_bytes([0; 32])]
        .into_iter()
        .chain(held[1..].iter().copied())
        .collect::<Vec<_>>();
    assert!(matches!(
        upload.authenticate(package.clone(), &wrong_held),
        Err(PackageError::NotInLog(_))
    ));
    assert_eq!(upload.next_range().unwrap().start, 5, "nothing refused moves the upload on");
    let stored = upload.authenticate(package.clone(), &held).unwrap();
    assert_eq!(
        (
            stored.start(),
            stored.lacking(0).count(),
            stored.lacking(15).count(),
            stored.lacking(20).count()
        ),
        (5, 15, 5, 0)
    );
    assert_eq!(upload.authenticate(package, &held), Err(PackageError::NotExpected));
}

#[test]
fn what_does_not_fit_a_request_cannot_be_put_in_one() {
    let origin = || Origin::new("log.example/test").unwrap();
    assert_eq!(AddEntriesHeader::new(origin(), 2, 1, vec![]), Err(AddEntriesError::StartBeyondEnd));
    assert_eq!(
        AddEntriesHeader::new(origin(), 0, 1, vec![0; 65536]),
        Err(AddEntriesError::TicketTooLong)
    );
    assert_eq!(EntryPackage::new(vec![vec![0; 65536]], vec![]), Err(AddEntriesError::EntryTooLong));
    assert_eq!(
        EntryPackage::new(vec![], vec![leaf_hash(b""); 64]),
        Err(AddEntriesError::TooManyHashes)
    );
    let header = AddEntriesHeader::new(origin(), 0, 2, vec![]).unwrap();
    let package = |count: usize| EntryPackage::new(vec![vec![]; count], vec![]).unwrap();
    assert!(AddEntries::new(header.clone(), vec![package(2)]).is_ok());
    for packages in [vec![package(1)], vec![package(3)], vec![package(2), package(0)]] {
        assert_eq!(AddEntries::new(header.clone(), packages), Err(AddEntriesError::NotCanonical));
    }
}

#[test]
fn the_largest_entry_ticket_and_origin_survive_the_wire() {
    let header =
        AddEntriesHeader::new(Origin::new("o".repeat(255)).unwrap(), 3, 4, vec![9; 65535]).unwrap();
    let package = EntryPackage::new(vec![vec![8; 65535]], vec![leaf_hash(b""); 63]).unwrap();
    let request = AddEntries::new(header, vec![package.clone()]).unwrap();
    let read = AddEntries::parse(&request.to_bytes()).unwrap();
    assert_eq!(read, request);
    assert_eq!((read.header().start(), read.header().end()), (3, 4));
    assert_eq!(read.header().ticket(), vec![9; 65535]);
    assert_eq!(read.packages(), [package]);
}

#[test]
fn an_upload_of_absurd_bounds_costs_nothing() {
    let header =
        AddEntriesHeader::new(Origin::new("log.example/test").unwrap(), 0, u64::MAX, vec![])
            .unwrap();
    let request = AddEntries::new(header, vec![]).unwrap();
    assert_eq!(AddEntries::parse(&request.to_bytes()).unwrap().packages(), []);
    let mut empty_entries = request.to_bytes();
    empty_entries.resize(empty_entries.len() + 2 * 256 * 40, 0);
    assert!(AddEntries::parse(&empty_entries).unwrap().packages().len() <= MAX_PACKAGES);
}

proptest! {
    #[test]
    fn no_body_panics(noise in prop::collection::vec(any::<u8>(), 0..200), at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let _judged = AddEntries::parse(&noise);
        let whole = Log::of(30).upload(3, 30, 1).to_bytes();
        let cut = cut.index(whole.len());
        if let Ok(request) = AddEntries::parse(&whole[..cut]) {
            prop_assert_eq!(request.packages(), []);
        }
        let mut damaged = whole.clone();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        if let Ok(request) = AddEntries::parse(&damaged) && !request.packages().is_empty() {
            prop_assert_eq!(request.to_bytes(), damaged);
        }
    }

    #[test]
    fn any_window_of_any_log_is_authenticated_and_no_damaged_one(size in 1..700u64, from: prop::sample::Index, bit in 0..8u8, at: prop::sample::Index) {
        let log = Log::of(size);
        let start = from.index(usize::try_from(size).unwrap()) as u64;
        let state = MirrorState { pending: vec![log.tree.signed(size, &log.signer)], mirrored: None, next_entry: start };
        let mut mirror = Mirror { state: Some(state.clone()), entries: (0..start).map(entry).collect() };
        let body = log.upload(start, size, MAX_PACKAGES).to_bytes();
        prop_assert_eq!(mirror.add_entries(&body).0, 200);
        prop_assert_eq!(&mirror.entries, &(0..size).map(entry).collect::<Vec<_>>());

        let mut damaged = body.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        let mut mirror = Mirror { state: Some(state), entries: (0..start).map(entry).collect() };
        prop_assert_ne!(mirror.add_entries(&damaged).0, 200);
        prop_assert!(mirror.entries.iter().zip(0..).all(|(stored, index)| *stored == entry(index)), "what is stored is what the log has");
    }
}
