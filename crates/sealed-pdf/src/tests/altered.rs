//! Ten ways of altering a sealed file, each refused with its reason.

use heqi_pki::seal::SealFault;
use heqi_pki::{certificate::ChainError, timestamp::TimestampFault};
use heqi_testkit::altered_pdf::{
    allowing_changes, appended, find, no_beginning, no_end, other_page, range, replaced, stripped,
    wider_hole, with_range, with_seal,
};
use heqi_vocabulary::{Explain as _, Language};

use super::*;

fn sealed() -> Vec<u8> {
    Office::new(1).seal(&document(Profile::A3b)).unwrap().into_bytes()
}

fn fault(bytes: Vec<u8>) -> VerifyFault {
    let fault = Office::new(1).verify(bytes).unwrap_err();
    both_languages(&fault.explain(Language::Zh), &fault.explain(Language::En));
    fault
}

fn form(bytes: Vec<u8>) -> FormFault {
    let fault = SignedPdf::parse(bytes).unwrap_err();
    both_languages(&fault.explain(Language::Zh), &fault.explain(Language::En));
    fault
}

fn both_languages(zh: &heqi_vocabulary::Explanation, en: &heqi_vocabulary::Explanation) {
    assert!(zh.what.ends_with('。') && en.what.ends_with('.'), "{zh:?} {en:?}");
}

#[test]
fn altered_1_a_flipped_byte() {
    let mut bytes = sealed();
    let place = find(&bytes, b"PK not really");
    bytes[place + 4] ^= 1;
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::OtherBytes));
}

#[test]
fn altered_2_an_appended_revision() {
    assert_eq!(form(appended(&sealed())), FormFault::LaterRevision);
    // Bytes after the end, without a revision.
    let mut comment = sealed();
    comment.extend_from_slice(b"% nothing\n%%EOF\n");
    assert!(SignedPdf::parse(comment).is_err());
    // An older revision alone is a file without a seal.
    let unsealed = document(Profile::A3b).bytes().to_vec();
    let ended =
        if unsealed.ends_with(b"\n") { unsealed } else { [unsealed, b"\n".to_vec()].concat() };
    assert_eq!(form(ended), FormFault::NotSealed);
}

#[test]
fn altered_3_a_swapped_attachment() {
    let mut bytes = sealed();
    let place = find(&bytes, b"PK not really");
    bytes[place..place + 13].copy_from_slice(b"PK other file");
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::OtherBytes));
}

#[test]
fn altered_4_another_page() {
    assert_eq!(fault(other_page(&sealed())), VerifyFault::Seal(SealFault::OtherBytes));
}

#[test]
fn altered_5_a_stripped_time_stamp() {
    // The unsigned attributes end the signer's part; without them everything around gets shorter.
    let bytes = with_seal(&sealed(), stripped);
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::NoToken));
}

#[test]
fn altered_6_a_replaced_seal_certificate() {
    let (ours, theirs) = (Office::new(1), Office::new(2));
    let (own, other) = (ours.seal.certificate().der(), theirs.seal.certificate().der());
    let bytes = with_seal(&sealed(), |der| replaced(der, own, other));
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::NoCertificate));
}

#[test]
fn altered_7_signed_again_by_a_stranger() {
    let bytes = Office::new(2).seal(&document(Profile::A3b)).unwrap().into_bytes();
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::Chain(ChainError::Untrusted)));
    // By the office's own seal, with a stranger's time.
    let half = Office { clock: Office::new(2).clock, ..Office::new(1) };
    let half = Office { time_roots: Office::new(2).time_roots, ..half };
    let bytes = half.seal(&document(Profile::A3b)).unwrap().into_bytes();
    assert_eq!(fault(bytes), VerifyFault::Seal(SealFault::Token(TimestampFault::Untrusted)));
}

#[test]
fn altered_8_truncated() {
    let bytes = sealed();
    for left in [bytes.len() - 1, bytes.len() - 7, bytes.len() / 2, 9] {
        let cut = bytes[..left].to_vec();
        assert_eq!(form(cut), FormFault::Truncated, "{left}");
    }
    assert_eq!(form(Vec::new()), FormFault::NotPdf);
}

#[test]
fn altered_9_a_byte_range_whose_hole_is_wider_than_the_seal() {
    // What stands in the wider hole could be changed at will.
    let bytes = sealed();
    let (before, behind) = range(&bytes);
    assert_eq!(form(wider_hole(&bytes)), FormFault::Coverage);
    let earlier = with_range(&bytes, [0, before - 200, behind, bytes.len() - behind]);
    assert_eq!(form(earlier), FormFault::Coverage);
}

#[test]
fn altered_10_a_byte_range_that_leaves_out_the_beginning_or_the_end() {
    let bytes = sealed();
    let (before, behind) = range(&bytes);
    assert_eq!(form(no_beginning(&bytes)), FormFault::Coverage);
    assert_eq!(form(no_end(&bytes)), FormFault::LaterRevision);
    let beyond = with_range(&bytes, [0, before, behind, bytes.len()]);
    assert_eq!(form(beyond), FormFault::Coverage);
    // And the mark that no change is allowed, turned into one that allows some.
    assert_eq!(form(allowing_changes(&bytes)), FormFault::Certification);
}
