//! The vectors of chain fork proofs, made from a seed: `tests/vectors/chain-fork/README.md`.

use std::collections::BTreeMap;

use heqi_evidence::anchors::{Anchors, LogAnchor, Vkey};
use heqi_evidence::chain_fork::{ChainForkProof, LoggedFrame};
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence::record::{ChainPlace, EvidenceRecord};
use heqi_evidence::schema::RecordKind;
use heqi_testkit::{Cast, MemoryLog, NOTARY, PLATFORM, SeededEntropy, Story, Twists};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof_file::ProofFile;
use heqi_verify::{ChainForkExamination, ChainForkFinding};
use heqi_vocabulary::{ChainId, Digest, Explain as _};
use serde_json::{Value, json};

/// One file with the verdict it must get.
struct Case {
    name: &'static str,
    about: &'static str,
    anchors: Option<&'static str>,
    file: Vec<u8>,
    /// The code of the finding or of the error.
    code: &'static str,
}

const ANCHORS: &str = "anchors.json";
const DISTRUSTED: &str = "anchors-log-distrusted.json";
const DISTRUSTED_LATER: &str = "anchors-log-distrusted-later.json";
const OTHERS: &str = "anchors-of-others.json";

/// All files by name, in memory.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let told = Told::new();
    let mut files = told.anchors();
    let mut listed = Vec::new();
    for case in told.cases() {
        listed.push(entry(&case, &files));
        files.insert(format!("{}.chain-fork-proof", case.name), case.file);
    }
    files.insert("cases.json".into(), super::pretty(&json!(listed)));
    files
}

/// One line of `cases.json`: what the case says by hand, and that our verifier says the same.
fn entry(case: &Case, files: &BTreeMap<String, Vec<u8>>) -> Value {
    let anchors = case.anchors.and_then(|name| files.get(name)).map(Vec::as_slice);
    let expect = match ChainForkExamination::of(&case.file, anchors) {
        Err(failure) => {
            assert_eq!(failure.code(), case.code, "{}", case.name);
            json!({ "error": case.code, "exit": 2, "verdict": "unreadable" })
        }
        Ok(examination) => {
            let finding = examination.finding();
            assert_eq!(finding.code(), case.code, "{}", case.name);
            let vouched_by: Vec<&str> = match finding {
                ChainForkFinding::Forked { organisation } => vec![organisation],
                _ => Vec::new(),
            };
            let status = finding.status().as_str();
            let chain = json!({ "code": case.code, "status": status, "vouched_by": vouched_by });
            json!({ "claims": { "chain": chain }, "exit": finding.exit_code(), "verdict": status })
        }
    };
    json!({
        "about": case.about,
        "anchors": case.anchors,
        "expect": expect,
        "file": format!("{}.chain-fork-proof", case.name),
        "name": case.name,
    })
}

/// A story in which the platform logged more than stands in the chain.
struct Told {
    story: Story,
    successor: MemoryLog,
    /// The signing as it stands.
    kept: (EvidenceRecord, u64),
    /// Another record at its place.
    other: (EvidenceRecord, u64),
    /// A record behind the signing that names another predecessor.
    unlinked: (EvidenceRecord, u64),
    /// The record behind the signing as it stands.
    next: (EvidenceRecord, u64),
    /// The same as `other`, in another chain.
    elsewhere: (EvidenceRecord, u64),
}

impl Told {
    fn new() -> Self {
        let mut story = Story::tell(1, &Twists::default());
        let signing = story.signing();
        let (kept, place) = ((signing.record.clone(), signing.index), signing.record.frame().place);
        let draft = story.first(RecordKind::ConsentGiven).draft.clone();
        let behind = story.records.iter().find(|one| one.record.frame().place.seq == place.seq + 1);
        let next = behind.map(|one| (one.record.clone(), one.index));
        let next = next.unwrap_or_else(|| unreachable!("a confirmation follows the signing"));
        let mut log = |place: ChainPlace| {
            let record = draft.at(place);
            let index = story.log.append(record.leaf());
            (record, index)
        };
        let other = log(place);
        let far = ChainPlace { prev: Digest::of(b"elsewhere"), ..next.0.frame().place };
        let unlinked = log(far);
        let chain = ChainId::random(&SeededEntropy::labelled(1, "another chain"));
        let elsewhere = log(ChainPlace { chain, ..place });
        let mut successor =
            MemoryLog::new("platform.example/log-2", &SeededEntropy::labelled(7, "successor"));
        successor.append(LogLeaf::Statement(Digest::of(b"the statement of succession")));
        successor.append(other.0.leaf());
        Self { story, successor, kept, other, unlinked, next, elsewhere }
    }

    fn anchors(&self) -> BTreeMap<String, Vec<u8>> {
        let mut plain = self.story.anchors();
        let validity = self.story.cast.validity();
        let vkey = Vkey(self.successor.key().clone());
        plain.logs.push(LogAnchor { organisation: PLATFORM.into(), validity, vkey });
        // Nothing here is signed by a person.
        plain.certificate_roots.clear();
        plain.time_roots.clear();
        let seen = self.story.seen_at();
        let distrusted = |ms| {
            let mut anchors = plain.clone();
            for log in &mut anchors.logs {
                log.validity.distrust_after = Some(seen.plus_millis(ms));
            }
            anchors
        };
        let mut others = plain.clone();
        others.logs.retain(|log| log.organisation == NOTARY);
        let publish = |anchors: &Anchors| self.story.cast.publish(anchors);
        BTreeMap::from([
            (ANCHORS.to_owned(), publish(&plain)),
            (DISTRUSTED.to_owned(), publish(&distrusted(-3_600_000))),
            (DISTRUSTED_LATER.to_owned(), publish(&distrusted(60_000))),
            (OTHERS.to_owned(), publish(&others)),
        ])
    }

    /// The newest head of the platform's log, with the lines of witness and mirror.
    fn cosigned(&self) -> SignedCheckpoint {
        self.story.cosigned_head(self.story.log.size(), self.story.seen_at())
    }

    fn logged(&self, (record, index): &(EvidenceRecord, u64)) -> LoggedFrame {
        let head = self.story.log.head_at(self.story.log.size());
        frame_of(record, self.story.log.proof(*index, &head))
    }

    #[expect(clippy::too_many_lines, reason = "one case after the other")]
    fn cases(&self) -> Vec<Case> {
        let [kept, other, unlinked, next, elsewhere] =
            [&self.kept, &self.other, &self.unlinked, &self.next, &self.elsewhere]
                .map(|record| self.logged(record));
        let place = text("place", &kept, &other);
        let said = String::from_utf8_lossy(&place).into_owned();
        let with = |from: &str, to: &str| {
            assert!(said.contains(from), "{from:?}");
            said.replacen(from, to, 1).into_bytes()
        };
        let head = self.cosigned();
        let cosigned = |(record, index): &(EvidenceRecord, u64)| {
            frame_of(record, self.story.log.proof(*index, &head))
        };
        let in_successor = frame_of(
            &self.other.0,
            self.successor.proof(1, &self.successor.head_at(self.successor.size())),
        );
        // The notary's own log, in which the record stands as well.
        let (_, mut notary) = Cast::logs(1);
        let index = notary.append(self.other.0.leaf());
        let in_notary =
            frame_of(&self.other.0, notary.proof(index, &notary.head_at(notary.size())));
        let wrong_index = {
            let proof = &self.story.log.head_at(self.story.log.size());
            frame_of(&self.other.0, self.story.log.proof(self.kept.1, proof))
        };
        let disclosed =
            String::from_utf8_lossy(&self.kept.0.full().unwrap_or_default()).into_owned();
        let frame =
            String::from_utf8_lossy(&self.kept.0.frame_only().unwrap_or_default()).into_owned();
        let line = said.lines().rev().find(|line| line.starts_with('—')).unwrap_or_default();
        let mut flipped = line.to_owned();
        let last = flipped.len() - 8;
        let letter = if flipped.as_bytes().get(last) == Some(&b'A') { "B" } else { "A" };
        flipped.replace_range(last..=last, letter);
        let case =
            |name, about, file, code| Case { name, about, anchors: Some(ANCHORS), file, code };
        let by = |anchors, case| Case { anchors, ..case };
        let malformed = "chain_fork_proof_malformed";
        vec![
            case(
                "place",
                "Two records at one place of a chain, both in the log.",
                place.clone(),
                "chain_forked",
            ),
            case(
                "place-other-order",
                "The same, the other record first: records of one place have no order.",
                text("place", &other, &kept),
                "chain_forked",
            ),
            case(
                "link",
                "A record behind the signing that names another predecessor.",
                text("link", &kept, &unlinked),
                "chain_forked",
            ),
            case(
                "link-to-the-other",
                "The record behind the signing does not follow the other record at the signing's place.",
                text("link", &other, &next),
                "chain_forked",
            ),
            case(
                "two-logs",
                "One record in the platform's log, the other in the log that took its place.",
                text("place", &kept, &in_successor),
                "chain_forked",
            ),
            case(
                "cosigned",
                "Heads with the lines of witness and mirror: they are not convicted, a log may hold any record.",
                text("place", &cosigned(&self.kept), &cosigned(&self.other)),
                "chain_forked",
            ),
            by(
                Some(DISTRUSTED_LATER),
                case(
                    "distrusted-seen-before",
                    "The log's key is distrusted from later on; others had cosigned the heads before.",
                    text("place", &cosigned(&self.kept), &cosigned(&self.other)),
                    "chain_forked",
                ),
            ),
            by(
                Some(DISTRUSTED_LATER),
                case(
                    "distrusted-not-seen",
                    "The same with heads that nobody cosigned.",
                    place.clone(),
                    "key_not_valid_then",
                ),
            ),
            by(
                Some(DISTRUSTED),
                case(
                    "distrusted",
                    "The log's key is distrusted from an hour before.",
                    text("place", &cosigned(&self.kept), &cosigned(&self.other)),
                    "key_not_valid_then",
                ),
            ),
            by(None, case("without-anchors", "No anchors are given.", place.clone(), "no_anchors")),
            by(
                Some(OTHERS),
                case(
                    "log-unknown",
                    "The platform's log is not among the anchors.",
                    place.clone(),
                    "log_unknown",
                ),
            ),
            case(
                "signature-flipped",
                "A signature of the log has a flipped letter.",
                with(line, &flipped),
                "log_signature_invalid",
            ),
            case(
                "same-record-twice",
                "The same record under two proofs.",
                text("place", &kept, &cosigned(&self.kept)),
                "chain_fork_not_shown",
            ),
            case(
                "chain-as-it-is",
                "Two records that follow each other as they must.",
                text("link", &kept, &next),
                "chain_fork_not_shown",
            ),
            case(
                "places-of-two-chains",
                "The same place of two chains.",
                text("place", &kept, &elsewhere),
                "chain_fork_not_shown",
            ),
            case(
                "place-said-of-neighbours",
                "Two places, said to be one.",
                text("place", &kept, &unlinked),
                "chain_fork_not_shown",
            ),
            case(
                "link-backwards",
                "The later record first.",
                text("link", &unlinked, &kept),
                "chain_fork_not_shown",
            ),
            case(
                "link-said-of-one-place",
                "One place, said to be two.",
                text("link", &kept, &other),
                "chain_fork_not_shown",
            ),
            case(
                "not-logged",
                "The proof of the second record leads from another entry.",
                text("place", &kept, &wrong_index),
                "chain_fork_not_shown",
            ),
            case(
                "two-organisations",
                "The second record stands in the log of another organisation.",
                text("place", &kept, &in_notary),
                "chain_fork_not_shown",
            ),
            case(
                "kind-unknown",
                "A kind that does not exist.",
                with("kind place", "kind fork"),
                malformed,
            ),
            case("kind-missing", "No kind.", with("kind place\n", ""), malformed),
            case(
                "one-record",
                "The second record is left out.",
                with(&format!("{frame}\n"), ""),
                malformed,
            ),
            case(
                "three-records",
                "A record more.",
                with(&format!("{frame}\n"), &format!("{frame}\n{frame}\n")),
                malformed,
            ),
            case(
                "more-than-the-frame",
                "A record discloses all it has.",
                with(&frame, &disclosed),
                malformed,
            ),
            case(
                "record-not-canonical",
                "A space in a record.",
                with("{\"attributes\"", "{ \"attributes\""),
                malformed,
            ),
            case(
                "carriage-return",
                "A line ends in CR LF.",
                with("kind place\n", "kind place\r\n"),
                malformed,
            ),
            case(
                "newline-missing",
                "The last newline is missing.",
                said.trim_end().as_bytes().to_vec(),
                malformed,
            ),
            case(
                "newline-too-many",
                "A newline more at the end.",
                format!("{said}\n").into_bytes(),
                malformed,
            ),
            case(
                "proof-missing",
                "The second proof is left out.",
                said.split("\n\n").take(4).collect::<Vec<_>>().join("\n\n").into_bytes(),
                malformed,
            ),
            case(
                "part-too-many",
                "Another head behind the second.",
                format!("{said}\n{}", head.note()).into_bytes(),
                malformed,
            ),
            case(
                "not-utf-8",
                "A byte that is no UTF-8.",
                [place.as_slice(), b"\xff\n"].concat(),
                malformed,
            ),
        ]
    }
}

fn frame_of(record: &EvidenceRecord, proof: ProofFile) -> LoggedFrame {
    let frame = record.frame_only().unwrap_or_default();
    LoggedFrame::new(&frame, proof).unwrap_or_else(|error| panic!("{error}"))
}

/// The text of a proof, whatever it shows.
fn text(kind: &str, one: &LoggedFrame, other: &LoggedFrame) -> Vec<u8> {
    let records = [one, other];
    let [first, second] = records.map(LoggedFrame::disclosed);
    let [proof, other_proof] = records.map(LoggedFrame::proof);
    let text = format!(
        "heqi.chain-fork-proof/v1\nkind {kind}\n{first}\n{second}\n\n{proof}\n{other_proof}"
    );
    if let Ok(made) = ChainForkProof::of(one.clone(), other.clone()) {
        let same = kind
            == if made.kind() == heqi_evidence::chain_fork::ChainForkKind::Place {
                "place"
            } else {
                "link"
            };
        let in_order = made.records()[0].root() == one.root();
        assert!(!same || !in_order || made.to_string() == text, "our writer writes something else");
    }
    text.into_bytes()
}
