//! The ways: a record in the platform's log, a step in the office's, and what was stamped since.

use std::collections::BTreeMap;

use heqi_evidence::anchors::{Anchors, Base64, TimeRootAnchor};
use heqi_evidence::canonical;
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_evidence::statement::Statement as _;
use heqi_notarization::matter::ApplicationNo;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::dsse::{Envelope, PayloadType};
use heqi_pki::keys::{Algorithm, PublicKey, SigningKey};
use heqi_pki::timestamp::TimestampToken;
use heqi_renewal::{Link, Next, Renewal, RenewalFile, Subject, SubjectLeaf, TokenTree, ends_of};
use heqi_testkit::{Custodian, MemoryLog, SeededEntropy, Story, Twists, time};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::json;

pub(super) const DAY_MS: i64 = 24 * 3_600_000;
const SEED: u64 = 1;
const STEP: &str = "application/vnd.heqi.matter-step.v1+json";
const SALT: [u8; 16] = [0x5a; 16];

/// Everything the cases are made of.
pub(super) struct Made {
    pub(super) anchors: Vec<u8>,
    pub(super) bundle: Vec<u8>,
    /// The key of the platform's renewals.
    pub(super) key: PublicKey,
    /// When the first certificate ends, and the one after it.
    pub(super) ends: [UtcMillis; 2],
    /// Of the record: stamped once, renewed once, renewed twice.
    pub(super) record: [RenewalFile; 3],
    /// Of another record, renewed once.
    pub(super) other_record: RenewalFile,
    /// Renewed with a key that nobody gives.
    pub(super) by_a_stranger: RenewalFile,
    /// Renewed a day after the certificate had ended.
    pub(super) late: RenewalFile,
    /// The renewal is stamped by an authority that nobody anchored.
    pub(super) stamped_by_a_stranger: RenewalFile,
    /// Of the document: stamped once, renewed once.
    pub(super) document: [RenewalFile; 2],
    /// Of another document.
    pub(super) other_document: RenewalFile,
    /// Of the document, renewed with a key that is none of the office's.
    pub(super) document_by_a_stranger: RenewalFile,
}

/// Whoever runs a log and renews what is stamped over it.
struct Keeper<'a> {
    custodian: &'static str,
    list: &'a [u8],
    log: MemoryLog,
    signer: &'a SigningKey,
}

impl Keeper<'_> {
    /// The newest head, stamped.
    fn stamp(&self, by: &TestTimeAuthority, at: UtcMillis) -> Link {
        let note = self.log.head_at(self.log.size()).to_bytes();
        let token = time::token(&time::token_issuer(by), &note, at);
        Link { note, tokens: BTreeMap::from([("test".to_owned(), token)]), next: None }
    }

    /// The way of a record to the newest head.
    fn of_record(&self, (record, index): (RecordRoot, u64), link: &Link) -> RenewalFile {
        let subject = Subject {
            leaf: SubjectLeaf::Record(record),
            index,
            path: self.log.inclusion(index, self.log.size()),
        };
        RenewalFile { subject, links: vec![link.clone()] }
    }

    /// The way of a step that says `said`, a new leaf, to a head stamped then.
    fn of_step(
        &mut self,
        (said, key): (String, &SigningKey),
        by: &TestTimeAuthority,
        at: UtcMillis,
    ) -> RenewalFile {
        let envelope = step(&said, key, at);
        let index = self.log.append(LogLeaf::Statement(Digest::of(&envelope)));
        let subject = Subject {
            leaf: SubjectLeaf::Statement { envelope, detail: Some((hex::encode(SALT), said)) },
            index,
            path: self.log.inclusion(index, self.log.size()),
        };
        RenewalFile { subject, links: vec![self.stamp(by, at)] }
    }

    /// The way with one renewal more, stamped a minute later.
    fn renewed(&mut self, way: &RenewalFile, by: &TestTimeAuthority, at: UtcMillis) -> RenewalFile {
        let mut way = way.clone();
        let mut envelopes = way.links.iter().filter_map(|link| link.next.as_ref());
        let previous = envelopes
            .next_back()
            .map_or_else(|| Digest::of(b""), |next| Digest::of(&next.envelope));
        let seq = u64::try_from(way.links.len()).unwrap();
        let last = way.links.last_mut().unwrap();
        let size = SignedCheckpoint::parse(&last.note).unwrap().checkpoint().size();
        let (label, der) = last.tokens.first_key_value().unwrap();
        let label = label.clone();
        let name = |size: u64| format!("{size:020}.{label}");
        let mut tree = TokenTree::default();
        tree.add(&name(size), Digest::of(der));
        // Others came since: the path in their tree is not empty.
        tree.add(&name(size + 1), Digest::of(b"the token over a later head"));
        tree.add(&name(size + 2), Digest::of(b"the token over one later still"));
        let renewal = Renewal {
            anchors_sha256: Digest::of(self.list),
            at,
            count: tree.count(),
            custodian: self.custodian.to_owned(),
            ends: end(der),
            first: name(size),
            last: name(size + 2),
            previous,
            root: tree.root().to_base64(),
            seq,
        };
        let envelope = renewal.sign(self.signer).unwrap().as_bytes().to_vec();
        let index = self.log.append(LogLeaf::Statement(Digest::of(&envelope)));
        self.log.append(LogLeaf::Statement(Digest::of(self.list)));
        last.next = Some(Next {
            envelope,
            anchors: self.list.to_vec(),
            label,
            token: tree.place(0).unwrap(),
            index,
            path: self.log.inclusion(index, self.log.size()),
        });
        way.links.push(self.stamp(by, at.plus_millis(60_000)));
        way
    }
}

/// When the first certificate in a token ends.
fn end(der: &[u8]) -> UtcMillis {
    ends_of(&TimestampToken::from_der(der).unwrap()).unwrap()
}

/// The step of a certificate's issue, which holds what was said as a salted digest.
fn step(said: &str, key: &SigningKey, at: UtcMillis) -> Vec<u8> {
    let payload = json!({
        "application": ApplicationNo::new(at, 7).unwrap().to_string(),
        "at": at,
        "by": { "who": "office" },
        "custodian": "notary-data-centre",
        "detail_sha256": Digest::of(&[SALT.as_slice(), said.as_bytes()].concat()),
        "previous": Digest::of(b""),
        "seq": 1,
        "step": "issued",
    });
    let payload = canonical::to_bytes(&payload).unwrap();
    let envelope = Envelope::sign(&PayloadType::parse(STEP).unwrap(), &payload, &[key]).unwrap();
    envelope.as_bytes().to_vec()
}

/// What the text of the step says: the number, then the digest of the file.
fn said_of(document: &[u8]) -> String {
    format!("（2026）杭示证经字第000001号 {}", Digest::of(document))
}

/// Makes all ways; `anchors` are those of the sealed document.
pub(super) fn make(mut anchors: Anchors, document: &[u8]) -> Made {
    let story = Story::tell(SEED, &Twists::default());
    let bundle = story.bundle_with_chain(story.signing()).write().unwrap();
    let (signing, first) = (story.signing(), story.records.first().unwrap());
    let signing = (signing.record.root(), signing.index);
    let other = (first.record.root(), first.index);
    let stamped_at = story.seen_at().plus_millis(2_000);
    let Story { cast, log, notary_log, .. } = story;
    let key = |label: &str| {
        SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(SEED, label))
    };
    let (orders, stranger) = (key("the platform's orders"), key("nobody's key"));
    let [authority, _] = &cast.time_authorities;
    let [Custodian { key: receipts, .. }, _] = &cast.custodians;
    let list = canonical::to_bytes(&anchors).unwrap();
    let mut platform = Keeper { custodian: "platform", list: &list, log, signer: &orders };
    let once = platform.stamp(authority, stamped_at);
    let once = [signing, other].map(|record| platform.of_record(record, &once));
    // Sixty days before each end another authority begins, thirty before it what was stamped is renewed.
    let ends = end(&once[0].links[0].tokens["test"]);
    let begun = |name: &str, before: UtcMillis| {
        let entropy = SeededEntropy::labelled(SEED, name);
        TestTimeAuthority::generate(name, before.plus_millis(-60 * DAY_MS), &entropy).unwrap()
    };
    let second = begun("Third", ends);
    let unknown = begun("Nobody", ends);
    let in_time = ends.plus_millis(-30 * DAY_MS);
    let twelve = platform.renewed(&once[0], &second, in_time);
    let other_record = platform.renewed(&once[1], &second, in_time);
    let ends_again = end(&twelve.links[1].tokens["test"]);
    let third = begun("Fourth", ends_again);
    let twenty_two = platform.renewed(&twelve, &third, ends_again.plus_millis(-30 * DAY_MS));
    let late = platform.renewed(&once[0], &second, ends.plus_millis(DAY_MS));
    let stamped_by_a_stranger = platform.renewed(&once[0], &unknown, in_time);
    platform.signer = &stranger;
    let by_a_stranger = platform.renewed(&once[0], &second, in_time);

    let mut office =
        Keeper { custodian: "notary-data-centre", list: &list, log: notary_log, signer: receipts };
    let issued = office.of_step((said_of(document), receipts), authority, stamped_at);
    let elsewhere = office.of_step((said_of(b"another"), receipts), authority, stamped_at);
    let document_renewed = office.renewed(&issued, &second, in_time);
    let other_document = office.renewed(&elsewhere, &second, in_time);
    office.signer = &stranger;
    let document_by_a_stranger = office.renewed(&issued, &second, in_time);

    let validity = cast.validity();
    anchors.time_roots.extend([authority_root(&second), authority_root(&third)].map(|der| {
        TimeRootAnchor {
            certificate: Base64(der),
            organisation: "示例时间戳".to_owned(),
            policy: None,
            test_only: true,
            validity,
        }
    }));
    let [of_signing, _] = once;
    Made {
        anchors: cast.publish(&anchors),
        bundle,
        key: orders.public_key(),
        ends: [ends, ends_again],
        record: [of_signing, twelve, twenty_two],
        other_record,
        by_a_stranger,
        late,
        stamped_by_a_stranger,
        document: [issued, document_renewed],
        other_document,
        document_by_a_stranger,
    }
}

fn authority_root(authority: &TestTimeAuthority) -> Vec<u8> {
    authority.root().der().to_vec()
}
