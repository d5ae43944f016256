//! What each file is, what was done to it, and the verdict it must get.

use std::collections::BTreeMap;

use heqi_evidence::anchors::{Anchors, LogAnchor, Vkey};
use heqi_testkit::{NOTARY, PLATFORM};
use heqi_tlog::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use heqi_tlog::note::{Note, NoteSigner};
use heqi_tlog::tree::{Hash, empty_root, leaf_hash};

use super::branches::{
    NOTARY_ORIGIN, PLATFORM_ORIGIN, cast, cosigned, file, hashes, head, honest, liar, log, start,
};
use super::{Case, Expected};

const ANCHORS: &str = "anchors.json";
const TWO_KEYS: &str = "anchors-two-keys.json";
const DISTRUSTED: &str = "anchors-log-distrusted.json";
const OTHERS: &str = "anchors-of-others.json";
const MINUTE_MS: i64 = 60_000;

/// The anchors files. The same people in all of them.
pub(super) fn anchors() -> BTreeMap<String, Vec<u8>> {
    let cast = cast();
    let notary_log = log(NOTARY_ORIGIN, 0, 0, 0);
    let mut plain = cast.anchors([honest(0).key(), notary_log.key()]);
    // Nothing here is signed by a person.
    plain.certificate_roots.clear();
    let mut two_keys = plain.clone();
    let second = log(PLATFORM_ORIGIN, 1, 0, 0).key().clone();
    let validity = cast.validity();
    two_keys.logs.push(LogAnchor { organisation: PLATFORM.into(), validity, vkey: Vkey(second) });
    let mut distrusted = plain.clone();
    for log in &mut distrusted.logs {
        log.validity.distrust_after = Some(start());
    }
    let mut others = plain.clone();
    others.logs.retain(|log| log.organisation == NOTARY);
    let publish = |anchors: &Anchors| cast.publish(anchors);
    BTreeMap::from([
        (ANCHORS.to_owned(), publish(&plain)),
        (TWO_KEYS.to_owned(), publish(&two_keys)),
        (DISTRUSTED.to_owned(), publish(&distrusted)),
        (OTHERS.to_owned(), publish(&others)),
    ])
}

/// All cases.
pub(super) fn all() -> Vec<Case> {
    let mut cases = forked();
    cases.extend(not_shown());
    cases.extend(not_signed());
    cases.extend(by_the_anchors());
    cases.extend(unreadable());
    cases
}

fn case(name: &'static str, about: &'static str, file: Vec<u8>, expected: Expected) -> Case {
    Case { name, about, anchors: Some(ANCHORS), file, expected }
}

fn growth(later: &heqi_testkit::MemoryLog, earlier: &SignedCheckpoint) -> Vec<u8> {
    let hashes = hashes(later, earlier.checkpoint().size());
    file("growth", &hashes, &[earlier, &head(later)])
}

fn two_roots() -> Vec<u8> {
    file("roots", &[], &[&head(&honest(5)), &head(&liar(5, 2))])
}

fn forked() -> Vec<Case> {
    const BY_LOG: Expected = Expected::Forked(&[PLATFORM]);
    const BY_BOTH: Expected = Expected::Forked(&[PLATFORM, NOTARY]);
    let cast = cast();
    let (minute, early) = (start().plus_millis(MINUTE_MS), cast.since.plus_millis(-MINUTE_MS));
    let witnessed =
        |log: &heqi_testkit::MemoryLog, at| cosigned(&head(log), log.key(), &cast.witness, at);
    let (five, nine) = (honest(5), liar(9, 2));
    let notary = |from| log(NOTARY_ORIGIN, 0, 5, from);
    let both =
        file("growth", &hashes(&nine, 5), &[&witnessed(&five, start()), &witnessed(&nine, minute)]);
    let one = file("growth", &hashes(&nine, 5), &[&witnessed(&five, start()), &head(&nine)]);
    let lapsed =
        file("growth", &hashes(&nine, 5), &[&witnessed(&five, early), &witnessed(&nine, minute)]);
    let (witness, mirror) =
        (witnessed(&five, start()), cosigned(&head(&nine), nine.key(), &cast.mirror, minute));
    let different = file("growth", &hashes(&nine, 5), &[&witness, &mirror]);
    vec![
        case("roots", "Two heads of one size with two roots.", two_roots(), BY_LOG),
        case(
            "growth",
            "Entry 2 was rewritten between the heads of sizes 5 and 9.",
            growth(&nine, &head(&five)),
            BY_LOG,
        ),
        case(
            "growth-last-entry",
            "The last entry under the first head was replaced.",
            growth(&liar(9, 4), &head(&five)),
            BY_LOG,
        ),
        case(
            "growth-power-of-two",
            "The first size is a power of two: its root stands first.",
            growth(&liar(11, 0), &head(&honest(4))),
            BY_LOG,
        ),
        case(
            "growth-one-to-two",
            "The smallest: sizes 1 and 2.",
            growth(&liar(2, 0), &head(&honest(1))),
            BY_LOG,
        ),
        case(
            "growth-two-tiles",
            "Across two tiles: sizes 300 and 513.",
            growth(&liar(513, 299), &head(&honest(300))),
            BY_LOG,
        ),
        case(
            "growth-on-the-right-edge",
            "Sizes 6 and 7, where levels have no sibling.",
            growth(&liar(7, 5), &head(&honest(6))),
            BY_LOG,
        ),
        case(
            "empty",
            "A head of size 0 whose root is that of an entry.",
            file("empty", &[], &[&empty(leaf_hash(b"an entry"))]),
            BY_LOG,
        ),
        case(
            "notary-log",
            "The notary's log has two roots for one size.",
            file("roots", &[], &[&head(&notary(u64::MAX)), &head(&notary(1))]),
            Expected::Forked(&[NOTARY]),
        ),
        case(
            "witness-on-both",
            "The notary's witness cosigned both heads: it is convicted too.",
            both,
            BY_BOTH,
        ),
        case("witness-on-one", "The notary's witness cosigned the first head only.", one, BY_LOG),
        case(
            "witness-and-mirror",
            "The witness cosigned one head, the mirror the other: neither both.",
            different,
            BY_LOG,
        ),
        case(
            "witness-before-its-time",
            "One cosignature is from before the witness's key was valid.",
            lapsed,
            BY_LOG,
        ),
    ]
}

fn empty(root: Hash) -> SignedCheckpoint {
    let log = honest(0);
    let signer: &NoteSigner = log.signer();
    let head = Checkpoint::new(Origin::from(log.key().name().clone()), 0, root);
    let head = head.and_then(|head| SignedCheckpoint::sign(head, signer));
    head.unwrap_or_else(|error| unreachable!("{error}"))
}

fn not_shown() -> Vec<Case> {
    const NOTHING: Expected = Expected::NotProved("fork_not_shown");
    let (five, nine) = (honest(5), liar(9, 2));
    let (first, second) = (head(&five), head(&nine));
    let right = hashes(&nine, 5);
    let all_but_last = right.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default();
    let one_more = [right.clone(), vec![empty_root()]].concat();
    let mut false_hash = right.clone();
    if let Some(hash) = false_hash.get_mut(1) {
        *hash = leaf_hash(b"something else");
    }
    let without_seed = hashes(&liar(11, 0), 4).into_iter().skip(1).collect::<Vec<_>>();
    let whole = honest(9);
    let other = log(NOTARY_ORIGIN, 0, 5, 2);
    let growth_of = |hashes: &[Hash]| file("growth", hashes, &[&first, &second]);
    vec![
        case("same-head-twice", "One head, twice.", file("roots", &[], &[&first, &first]), NOTHING),
        case(
            "roots-of-two-sizes",
            "Two sizes have two roots in every log.",
            file("roots", &[], &[&first, &second]),
            NOTHING,
        ),
        case(
            "honest-growth",
            "A valid consistency proof of an honest log.",
            growth(&whole, &first),
            NOTHING,
        ),
        case(
            "honest-growth-power-of-two",
            "The same from a power of two.",
            growth(&whole, &head(&honest(8))),
            NOTHING,
        ),
        case("growth-hash-missing", "The last hash is missing.", growth_of(&all_but_last), NOTHING),
        case(
            "growth-hash-too-many",
            "A hash more than the tree has levels.",
            growth_of(&one_more),
            NOTHING,
        ),
        case(
            "growth-false-hash",
            "A hash that is not of the second tree.",
            growth_of(&false_hash),
            NOTHING,
        ),
        case(
            "growth-hashes-of-the-first-tree",
            "The hashes of the honest tree, whose root is not that of the second head.",
            growth_of(&hashes(&whole, 5)),
            NOTHING,
        ),
        case(
            "growth-without-first-hash",
            "Size 4 with the proof of RFC 6962, which leaves the first hash out.",
            file("growth", &without_seed, &[&head(&honest(4)), &head(&liar(11, 0))]),
            NOTHING,
        ),
        case(
            "growth-heads-swapped",
            "The larger head first.",
            file("growth", &right, &[&second, &first]),
            NOTHING,
        ),
        case(
            "growth-equal-sizes",
            "Two roots of one size, said to be growth.",
            file("growth", &right, &[&first, &head(&liar(5, 2))]),
            NOTHING,
        ),
        case(
            "growth-from-nothing",
            "The first size is 0.",
            file("growth", &right, &[&empty(empty_root()), &second]),
            NOTHING,
        ),
        case(
            "empty-tree",
            "An honest head of size 0.",
            file("empty", &[], &[&empty(empty_root())]),
            NOTHING,
        ),
        case(
            "empty-with-entries",
            "A head of size 5 said to be empty.",
            file("empty", &[], &[&first]),
            NOTHING,
        ),
        case(
            "two-logs",
            "Heads of two logs.",
            file("roots", &[], &[&first, &head(&other)]),
            NOTHING,
        ),
    ]
}

fn not_signed() -> Vec<Case> {
    const NOT_SIGNED: Expected = Expected::NotProved("log_signature_invalid");
    let cast = cast();
    let (first, second) = (head(&honest(5)), head(&liar(5, 2)));
    let namesake = head(&log(PLATFORM_ORIGIN, 7, 5, 2));
    let flipped = |head: &SignedCheckpoint, name: &str| {
        let text = super::super::spoil::signature_of(&head.note().to_string(), name);
        SignedCheckpoint::parse(text.as_bytes()).unwrap_or_else(|error| unreachable!("{error}"))
    };
    let witnessed = cosigned(&second, honest(0).key(), &cast.witness, start());
    let name = cast.witness.verifier_key().name();
    let only_witness = witnessed.note().signatures().iter().filter(|line| line.name() == name);
    let note = Note::new(second.note().text().to_owned(), only_witness.cloned().collect());
    let unsigned = note.ok().and_then(|note| SignedCheckpoint::from_note(note).ok());
    let unsigned = unsigned.unwrap_or_else(|| unreachable!("a note with the witness's line"));
    let roots = |second: &SignedCheckpoint| file("roots", &[], &[&first, second]);
    vec![
        case(
            "by-a-namesake",
            "The second head is signed by another key of the same name.",
            roots(&namesake),
            NOT_SIGNED,
        ),
        case(
            "signature-flipped-bit",
            "A bit of the log's signature is flipped.",
            roots(&flipped(&second, PLATFORM_ORIGIN)),
            NOT_SIGNED,
        ),
        case(
            "cosignature-flipped-bit",
            "The log's signatures hold; an anchored witness's does not.",
            roots(&flipped(&witnessed, name.as_str())),
            NOT_SIGNED,
        ),
        case(
            "cosigned-only",
            "The second head has the witness's line and not the log's.",
            roots(&unsigned),
            NOT_SIGNED,
        ),
    ]
}

fn by_the_anchors() -> Vec<Case> {
    const BY_LOG: Expected = Expected::Forked(&[PLATFORM]);
    const DOUBTFUL: Expected = Expected::NotProved("key_not_valid_then");
    let cast = cast();
    let (first, second) = (honest(5), liar(5, 2));
    let seen = |by, minutes: i64| {
        let at = start().plus_millis(minutes * MINUTE_MS);
        let heads = [&first, &second].map(|log| cosigned(&head(log), log.key(), by, at));
        file("roots", &[], &[&heads[0], &heads[1]])
    };
    let other_key = head(&log(PLATFORM_ORIGIN, 1, 5, 2));
    let two_keys = || file("roots", &[], &[&head(&first), &other_key]);
    let with = |anchors, case: Case| Case { anchors, ..case };
    vec![
        with(
            Some(TWO_KEYS),
            case(
                "two-keys",
                "The log changed its key and signed one head with each.",
                two_keys(),
                BY_LOG,
            ),
        ),
        case(
            "two-keys-one-known",
            "The same; the anchors know the first key only.",
            two_keys(),
            Expected::NotProved("log_signature_invalid"),
        ),
        with(
            None,
            case(
                "without-anchors",
                "Two roots of one size, and no anchors.",
                two_roots(),
                Expected::NotProved("no_anchors"),
            ),
        ),
        with(
            Some(OTHERS),
            case(
                "log-unknown",
                "The anchors do not know the log.",
                two_roots(),
                Expected::NotProved("log_unknown"),
            ),
        ),
        with(
            Some(DISTRUSTED),
            case(
                "distrusted",
                "The log's key is distrusted and nobody dated the heads.",
                two_roots(),
                DOUBTFUL,
            ),
        ),
        with(
            Some(DISTRUSTED),
            case(
                "distrusted-seen-before",
                "The notary's witness dated both heads a minute before.",
                seen(&cast.witness, -1),
                Expected::Forked(&[PLATFORM, NOTARY]),
            ),
        ),
        with(
            Some(DISTRUSTED),
            case(
                "distrusted-seen-later",
                "The notary's witness dated both heads a minute after.",
                seen(&cast.witness, 1),
                DOUBTFUL,
            ),
        ),
        with(
            Some(DISTRUSTED),
            case(
                "distrusted-seen-by-itself",
                "A witness of the log's own organisation dated both heads before.",
                seen(&cast.insider, -1),
                DOUBTFUL,
            ),
        ),
    ]
}

fn unreadable() -> Vec<Case> {
    const MALFORMED: Expected = Expected::Unreadable("fork_proof_malformed");
    let text = String::from_utf8(two_roots()).unwrap_or_default();
    let replaced = |from: &str, to: &str| text.replacen(from, to, 1).into_bytes();
    let first = head(&honest(5));
    let hash = empty_root();
    let hash_text = hash.to_base64();
    let unpadded = hash_text.trim_end_matches('=').to_owned();
    let growth_with = |line: &str| replaced("kind roots\n", &format!("kind growth\n{line}\n"));
    vec![
        case(
            "kind-unknown",
            "A kind that does not exist.",
            replaced("kind roots", "kind tree"),
            MALFORMED,
        ),
        case("kind-missing", "No kind.", replaced("kind roots\n", ""), MALFORMED),
        case(
            "roots-with-hash",
            "Two roots need no hash.",
            replaced("kind roots\n", &format!("kind roots\n{hash_text}\n")),
            MALFORMED,
        ),
        case(
            "growth-without-hashes",
            "Growth without a hash.",
            replaced("kind roots", "kind growth"),
            MALFORMED,
        ),
        case(
            "growth-65-hashes",
            "More hashes than 64.",
            growth_with(&vec![hash_text.clone(); 65].join("\n")),
            MALFORMED,
        ),
        case("hash-unpadded", "A hash without its padding.", growth_with(&unpadded), MALFORMED),
        case("hash-hexadecimal", "A hash in hexadecimal.", growth_with(&hash.to_hex()), MALFORMED),
        case(
            "hash-with-space",
            "A hash with a space behind it.",
            growth_with(&format!("{hash_text} ")),
            MALFORMED,
        ),
        case("one-head", "Two roots with one head.", file("roots", &[], &[&first]), MALFORMED),
        case(
            "two-heads-of-nothing",
            "An empty tree with two heads.",
            replaced("kind roots", "kind empty"),
            MALFORMED,
        ),
        case(
            "three-heads",
            "Three heads.",
            file("roots", &[], &[&first, &first, &first]),
            MALFORMED,
        ),
        case("no-head", "No head.", file("roots", &[], &[]), MALFORMED),
        case(
            "size-with-zero",
            "The size of a head has a leading zero.",
            replaced("\n5\n", "\n05\n"),
            MALFORMED,
        ),
        case(
            "head-without-signature",
            "A head without its signature lines.",
            cut_signatures(&text),
            MALFORMED,
        ),
        case(
            "carriage-returns",
            "Lines end in CR LF after the first.",
            text.replace('\n', "\r\n").replacen("\r\n", "\n", 1).into_bytes(),
            MALFORMED,
        ),
        case(
            "newline-missing",
            "The last newline is missing.",
            text.trim_end().as_bytes().to_vec(),
            MALFORMED,
        ),
        case(
            "newline-too-many",
            "A newline too many at the end.",
            format!("{text}\n").into_bytes(),
            MALFORMED,
        ),
        case(
            "blank-line-before-heads",
            "Two blank lines before the first head.",
            replaced("kind roots\n", "kind roots\n\n"),
            MALFORMED,
        ),
        case(
            "not-utf-8",
            "A byte that is not UTF-8.",
            [two_roots(), vec![0xff]].concat(),
            MALFORMED,
        ),
    ]
}

fn cut_signatures(text: &str) -> Vec<u8> {
    let Some((rest, _)) = text.rsplit_once("\n\n") else { return Vec::new() };
    format!("{rest}\n").into_bytes()
}
