//! Frames and heads of the chain.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::verdict::ClaimName::Complete;
use heqi_evidence::verdict::Status::{Contradicted, NotProved};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::Digest;

use super::{Case, case, story};
use crate::vectors::spoil;

pub(super) fn in_the_chain(plain: &Story) -> Vec<Case> {
    let objected = story(&Twists { objection: true, ..Twists::default() });
    let [notary, _] = &plain.cast.custodians;
    let whole = plain.bundle_with_chain(plain.signing());
    let headed = |story: &Story, seq: usize, root: Option<RecordRoot>| {
        let mut head = story.records.get(seq - 1).map(|record| story.chain_head(record));
        if let (Some(head), Some(root)) = (head.as_mut(), root) {
            head.root = root;
        }
        head.map(|head| notary.sign(&head))
    };
    let hidden = BundleParts { chain_head: headed(&objected, 11, None), ..whole.clone() };
    let forked = BundleParts {
        chain_head: headed(&objected, 11, Some(RecordRoot::new(Digest::of(b"another record")))),
        ..objected.bundle_with_chain(objected.signing())
    };
    let mut dropped = whole.clone();
    dropped.chain.remove(4);
    let mut cut = whole.clone();
    cut.chain.pop();
    let beyond = BundleParts { chain_head: headed(plain, 4, None), ..whole.clone() };
    let foreign = BundleParts { chain: Story::tell(4, &Twists::default()).frames(), ..whole };
    vec![
        case(
            "forked-chain-without-the-objection",
            "The platform shows the chain without the objection the notary admitted.",
            spoil::zip(&hidden),
            1,
            &[(Complete, Contradicted, "chain_head_differs")],
        ),
        case(
            "forked-chain-with-an-objection",
            "The platform shows an objection where the notary holds another record.",
            spoil::zip(&forked),
            1,
            &[(Complete, Contradicted, "chain_head_differs")],
        ),
        case(
            "dropped-event",
            "One record in the middle of the chain is left out.",
            spoil::zip(&dropped),
            1,
            &[(Complete, Contradicted, "chain_broken")],
        ),
        case(
            "dropped-last-event",
            "The last record the notary admitted is left out.",
            spoil::zip(&cut),
            1,
            &[(Complete, Contradicted, "chain_head_differs")],
        ),
        case(
            "record-beyond-the-head",
            "The notary's head is older than this record.",
            spoil::zip(&beyond),
            0,
            &[(Complete, NotProved, "no_chain_head")],
        ),
        case(
            "chain-of-another-filing",
            "The frames of another filing's chain.",
            spoil::zip(&foreign),
            1,
            &[(Complete, Contradicted, "chain_broken")],
        ),
    ]
}
