//! Sealed documents: whatever the bytes are, they are refused or read, and no bytes but those
//! that were sealed are believed.

use std::sync::LazyLock;

use heqi_pki::seal::SealSignature;
use heqi_sealed_pdf::{SignedPdf, UnsignedPdf};
use heqi_testkit::SealingOffice;
use heqi_vocabulary::{Digest, UtcMillis};

use super::paper::with_cross_references;

/// A file of a stranger.
pub(super) fn pdf(input: &[u8]) {
    let Ok(pdf) = SignedPdf::parse(input.to_vec()) else { return };
    assert_eq!(pdf.bytes(), input, "every byte is kept");
    let _ = pdf.unverified_files();
    let (roots, times) = (&OFFICE.roots, &OFFICE.time_roots);
    match pdf.clone().verify(roots, times) {
        // Inside the seal, its digits are written small or large, and a list in the token is a hint that nobody
        // signs; everything else is one way.
        Ok(_) => assert!(SEALED.iter().any(|one| outside(one) == outside(input)), "a forgery"),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
    assert!(pdf.verify(&[], times).is_err(), "no root, no trust");
}

/// The seal alone, without the file.
pub(super) fn seal(input: &[u8]) {
    let Ok(seal) = SealSignature::from_der(input) else { return };
    let (roots, times) = (&OFFICE.roots, &OFFICE.time_roots);
    for content in [Digest::of(b""), Digest::of(input)] {
        assert!(seal.verify(&content, roots, times).is_err(), "nobody sealed this");
    }
}

pub(super) fn pdf_seeds() -> Vec<Vec<u8>> {
    let mut seeds = SEALED.clone();
    seeds.extend(documents().iter().map(|document| document.bytes().to_vec()));
    seeds
}

pub(super) fn seal_seeds() -> Vec<Vec<u8>> {
    SEALED.iter().filter_map(|bytes| seal_of(bytes)).collect()
}

/// What a seal covers: everything before its digits and behind them.
fn outside(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let key = b"/Contents<";
    let from = bytes.windows(key.len()).rposition(|window| window == key)? + key.len();
    let (before, rest) = bytes.split_at_checked(from)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    Some((before, rest.get(digits..)?))
}

/// The DER in the hole of a sealed file.
fn seal_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let key = b"/Contents<";
    let from = bytes.windows(key.len()).rposition(|window| window == key)? + key.len();
    let digits: Vec<u8> =
        bytes.get(from..)?.iter().copied().take_while(u8::is_ascii_hexdigit).collect();
    let mut der = hex::decode(digits).ok()?;
    let length = usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?]));
    der.truncate(4 + length);
    Some(der)
}

/// One document without anything inside, one with a file.
fn documents() -> Vec<UnsignedPdf> {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 120]>>".to_owned();
    let pages = "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned();
    let plain = ["<</Type/Catalog/Pages 2 0 R>>".to_owned(), pages.clone(), page.clone()].to_vec();
    let names = "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.txt) 4 0 R]>>>>>>";
    let holding = vec![
        names.to_owned(),
        pages,
        page,
        "<</Type/Filespec/F(a.txt)/UF(a.txt)/Desc(a)/EF<</F 5 0 R>>>>".to_owned(),
        "<</Type/EmbeddedFile/Subtype/text#2Fplain/Length 5>>stream\nhello\nendstream".to_owned(),
    ];
    [plain, holding].iter().map(|of| UnsignedPdf::new(with_cross_references(of), true)).collect()
}

static OFFICE: LazyLock<SealingOffice> = LazyLock::new(|| {
    let at: UtcMillis = "2026-11-28T08:00:00.000Z".parse().unwrap();
    SealingOffice::new(7, at, at)
});
static SEALED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    documents().iter().map(|one| OFFICE.seal(one).unwrap().into_bytes()).collect()
});
