use std::collections::BTreeMap;

use heqi_evidence::leaf::RecordRoot;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::{MemoryLog, SeededEntropy, time};

use super::*;
use crate::file::Subject;
use crate::tree::TokenTree;

const DAY_MS: i64 = 24 * 3_600_000;
const STEP: &str = "application/vnd.heqi.matter-step.v1+json";

fn start() -> UtcMillis {
    "2026-11-24T08:00:00.000Z".parse().unwrap()
}

/// From the beginning on, without end.
fn always() -> Validity {
    Validity { distrust_after: None, valid_from: start(), valid_until: None }
}

/// Whoever runs a log and renews what is stamped over it: by the first authority, then by the second, which
/// began before the certificate of the first ended.
struct Keeper {
    log: MemoryLog,
    key: SigningKey,
    authorities: [TestTimeAuthority; 2],
}

impl Keeper {
    fn new() -> Self {
        let entropy = |of: &str| SeededEntropy::labelled(1, of);
        let authority = |name: &str, days: i64| {
            let since = start().plus_millis(days * DAY_MS);
            TestTimeAuthority::generate(name, since, &entropy(name)).unwrap()
        };
        Self {
            log: MemoryLog::new("log.example/first", &entropy("log")),
            key: SigningKey::generate(Algorithm::Ed25519, &entropy("key")),
            authorities: [authority("First", -30), authority("Second", 1_000)],
        }
    }

    fn trust(&self) -> Trust {
        let [first, second] = &self.authorities;
        let root = |of: &TestTimeAuthority| TimeRoot::from_der(of.root().der(), true).unwrap();
        Trust {
            logs: vec![(self.log.key().clone(), always())],
            custodians: vec![self.key.public_key()],
            time_roots: vec![(root(first), None), (root(second), None)],
        }
    }

    /// The newest head, stamped.
    fn stamped(&self, by: &TestTimeAuthority, at: UtcMillis) -> Link {
        let note = self.log.head_at(self.log.size()).to_bytes();
        let token = time::token(&time::token_issuer(by), &note, at);
        Link { note, tokens: BTreeMap::from([("test".to_owned(), token)]), next: None }
    }

    /// The way of a new record to a head that is stamped once.
    fn once(&mut self) -> RenewalFile {
        let root = RecordRoot::new(Digest::of(b"a record"));
        let index = self.log.append(LogLeaf::Record(root));
        let path = self.log.inclusion(index, self.log.size());
        let subject = Subject { leaf: SubjectLeaf::Record(root), index, path };
        RenewalFile { subject, links: vec![self.stamped(&self.authorities[0], start())] }
    }

    /// The way with a renewal that says what it does after `change`, stamped at `at`.
    fn renewed(
        &mut self,
        once: &RenewalFile,
        at: UtcMillis,
        change: impl FnOnce(&mut Renewal),
    ) -> RenewalFile {
        let mut way = once.clone();
        let link = way.links.last_mut().unwrap();
        let size = SignedCheckpoint::parse(&link.note).unwrap().checkpoint().size();
        let mut tree = TokenTree::default();
        tree.add(&format!("{size:020}.test"), Digest::of(&link.tokens["test"]));
        tree.add(&format!("{:020}.test", size + 1), Digest::of(b"the token over a later head"));
        let mut renewal = Renewal {
            anchors_sha256: Digest::of(b"the anchors"),
            at,
            count: tree.count(),
            custodian: "platform".to_owned(),
            ends: ends(link),
            first: format!("{size:020}.test"),
            last: format!("{:020}.test", size + 1),
            previous: Digest::of(b""),
            root: tree.root().to_base64(),
            seq: 1,
        };
        change(&mut renewal);
        let envelope = renewal.sign(&self.key).unwrap().as_bytes().to_vec();
        let index = self.log.append(LogLeaf::Statement(Digest::of(&envelope)));
        link.next = Some(Next {
            envelope,
            anchors: b"the anchors".to_vec(),
            label: "test".to_owned(),
            token: tree.place(0).unwrap(),
            index,
            path: self.log.inclusion(index, self.log.size()),
        });
        way.links.push(self.stamped(&self.authorities[1], at));
        way
    }
}

/// When the first certificate in the token ends.
fn ends(link: &Link) -> UtcMillis {
    ends_of(&TimestampToken::from_der(&link.tokens["test"]).unwrap()).unwrap()
}

#[test]
fn a_way_holds_to_the_last_millisecond_of_its_last_certificate() {
    let mut keeper = Keeper::new();
    let once = keeper.once();
    let counts_until = ends(&once.links[0]);
    let walked = Walked {
        // The clock of the authority is exact to a second.
        not_after: start().plus_millis(1_000),
        renewals: 0,
        counts_until,
        is_test_only: true,
    };
    let trust = keeper.trust();
    assert_eq!(once.walk(&trust, None), Ok(walked.clone()));
    assert_eq!(once.walk(&trust, Some(counts_until)), Ok(walked));
    let later = Some(counts_until.plus_millis(1));
    assert_eq!(once.walk(&trust, later), Err(WalkError::Ended));
}

#[test]
fn a_renewal_is_stamped_no_later_than_the_certificate_before_it_ends() {
    let mut keeper = Keeper::new();
    let (once, trust) = (keeper.once(), keeper.trust());
    let end = ends(&once.links[0]);
    // What is stamped a second before the end was there no later than at the end.
    for at in [end.plus_millis(-30 * DAY_MS), end.plus_millis(-1_000)] {
        let renewed = keeper.renewed(&once, at, |_| ());
        let walked = Walked {
            not_after: start().plus_millis(1_000),
            renewals: 1,
            counts_until: ends(&renewed.links[1]),
            is_test_only: true,
        };
        assert!(walked.counts_until > end);
        assert_eq!(renewed.walk(&trust, Some(end.plus_millis(DAY_MS))), Ok(walked), "{at}");
    }
    for at in [end, end.plus_millis(DAY_MS)] {
        let late = keeper.renewed(&once, at, |_| ());
        assert_eq!(late.walk(&trust, None), Err(WalkError::TooLate(1)), "{at}");
    }
}

#[test]
fn a_renewal_names_the_token_the_number_of_tokens_and_the_anchors() {
    let mut keeper = Keeper::new();
    let (once, trust) = (keeper.once(), keeper.trust());
    let at = ends(&once.links[0]).plus_millis(-DAY_MS);
    let other_root = |renewal: &mut Renewal| renewal.root = TokenTree::default().root().to_base64();
    let other_count = |renewal: &mut Renewal| renewal.count += 1;
    let other_anchors = |renewal: &mut Renewal| renewal.anchors_sha256 = Digest::of(b"others");
    let others: [&dyn Fn(&mut Renewal); 5] = [
        &other_root,
        &other_count,
        &other_anchors,
        &|renewal: &mut Renewal| {
            other_root(renewal);
            other_count(renewal);
        },
        &|renewal: &mut Renewal| {
            other_count(renewal);
            other_anchors(renewal);
        },
    ];
    for (place, change) in others.into_iter().enumerate() {
        let renewed = keeper.renewed(&once, at, change);
        assert_eq!(renewed.walk(&trust, None), Err(WalkError::Renewal(0)), "{place}");
    }
    let renewed = keeper.renewed(&once, at, |_| ());
    assert!(renewed.walk(&trust, None).is_ok());
}

#[test]
fn a_renewal_stands_behind_each_head_but_the_last() {
    let mut keeper = Keeper::new();
    let (once, trust) = (keeper.once(), keeper.trust());
    let at = ends(&once.links[0]).plus_millis(-DAY_MS);
    let mut renewed = keeper.renewed(&once, at, |_| ());
    renewed.links[1].next = renewed.links[0].next.clone();
    assert_eq!(renewed.walk(&trust, None), Err(WalkError::Renewal(1)));
    renewed.links[1].next = None;
    renewed.links[0].next = None;
    assert_eq!(renewed.walk(&trust, None), Err(WalkError::Renewal(0)));
}

#[test]
fn a_token_counts_while_the_root_it_is_under_does_and_not_while_another_does() {
    let mut keeper = Keeper::new();
    let (once, trust) = (keeper.once(), keeper.trust());
    let until = |end: UtcMillis| Some(Validity { valid_until: Some(end), ..always() });
    let before = until(start().plus_millis(-1));
    for (validities, is_believed) in [
        ([None, None], true),
        ([Some(always()), before], true),
        ([until(start()), before], true),
        ([before, None], false),
        ([before, Some(always())], false),
    ] {
        let mut trust = trust.clone();
        for ((_, validity), other) in trust.time_roots.iter_mut().zip(validities) {
            *validity = other;
        }
        let walked = once.walk(&trust, None).map(|_| ());
        let wanted = if is_believed { Ok(()) } else { Err(WalkError::Token(0)) };
        assert_eq!(walked, wanted, "{validities:?}");
    }
}

/// A file whose leaf is a step that says `said`, which is shown with `shown`.
fn step(said: &str, shown: Option<(&str, &str)>, key: &SigningKey) -> RenewalFile {
    let digest = Digest::of(&[&[0x5a; 4][..], said.as_bytes()].concat());
    let payload = format!(r#"{{"detail_sha256":"{digest}"}}"#);
    let kind = PayloadType::parse(STEP).unwrap();
    let envelope = Envelope::sign(&kind, payload.as_bytes(), &[key]).unwrap();
    let detail = shown.map(|(salt, text)| (salt.to_owned(), text.to_owned()));
    let leaf = SubjectLeaf::Statement { envelope: envelope.as_bytes().to_vec(), detail };
    RenewalFile { subject: Subject { leaf, index: 0, path: Vec::new() }, links: Vec::new() }
}

#[test]
fn what_a_step_says_is_opened_by_its_salt_and_its_text() {
    let mut keeper = Keeper::new();
    let trust = keeper.trust();
    let said = |shown| step("the certificate", shown, &keeper.key).said(&trust, STEP);
    let good = ("5a5a5a5a", "the certificate");
    assert_eq!(said(Some(good)).as_deref(), Some("the certificate"));
    for (salt, text) in [
        ("5a5a5a5a", "another"),
        ("5a5a5a5b", "the certificate"),
        ("5a5a5a5", "the certificate"),
        ("", "the certificate"),
    ] {
        assert_eq!(said(Some((salt, text))), None, "{salt} {text}");
    }
    assert_eq!(said(None), None);
    let step = step("the certificate", Some(good), &keeper.key);
    assert_eq!(step.said(&Trust::default(), STEP), None);
    assert_eq!(step.said(&trust, Renewal::PAYLOAD_TYPE), None);
    assert_eq!(keeper.once().said(&trust, STEP), None);
}

#[test]
fn a_step_is_said_by_a_stranger_where_no_custodian_signed_it() {
    let mut keeper = Keeper::new();
    let trust = keeper.trust();
    let mut file = step("the certificate", None, &keeper.key);
    assert!(!file.is_said_by_a_stranger(&trust, STEP));
    assert!(file.is_said_by_a_stranger(&Trust::default(), STEP));
    // What is no such step is said by nobody.
    assert!(!file.is_said_by_a_stranger(&Trust::default(), Renewal::PAYLOAD_TYPE));
    assert!(!keeper.once().is_said_by_a_stranger(&Trust::default(), STEP));
    file.subject.leaf = SubjectLeaf::Statement { envelope: b"{}".to_vec(), detail: None };
    assert!(!file.is_said_by_a_stranger(&Trust::default(), STEP));
}

#[test]
fn a_salt_is_written_in_hexadecimal_digits_and_nothing_else() {
    assert_eq!(bytes_of("0aF0"), Some(vec![0x0a, 0xf0]));
    for other in ["0", "+a", "0a+f", "-1", " a", "0x", "零零"] {
        assert_eq!(bytes_of(other), None, "{other:?}");
    }
}
