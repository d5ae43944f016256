mod edges;

use heqi_vocabulary::Digest;

use super::*;
use crate::authority::{TestSealAuthority, TestTimeAuthority};
use crate::certificate::{ChainError, TrustedRoot};
use crate::testing::{Seeded, instant, openssl, temporary_file};
use crate::timestamp::{
    Accuracy, HashAlgorithm, Nonce, TimeRoot, TimeStampRequest, TimestampFault, TimestampToken,
    TokenIssuer,
};

const NOW: &str = "2026-11-28T08:00:00.000Z";

struct Office {
    seal: TestSealAuthority,
    root: TrustedRoot,
    issuer: TokenIssuer,
    time_root: TimeRoot,
}

impl Office {
    fn new(seed: u64) -> Self {
        let entropy = Seeded::new(seed);
        let seal = TestSealAuthority::generate("示例公证处", instant(NOW), &entropy).unwrap();
        let time = TestTimeAuthority::generate("T", instant(NOW), &entropy).unwrap();
        Self {
            root: TrustedRoot::new(seal.root().clone(), true).unwrap(),
            time_root: TimeRoot::from_der(time.root().der(), true).unwrap(),
            issuer: time
                .into_issuer("1.2.3.4".parse().unwrap(), Accuracy::from_millis(1000))
                .unwrap(),
            seal,
        }
    }

    fn token(&self, stamped: &[u8], at: &str) -> TimestampToken {
        let request = TimeStampRequest::over(stamped, None, Nonce::random(&Seeded::new(3)));
        let der = self.issuer.token(&request, 1, instant(at)).unwrap();
        TimestampToken::from_der(&der).unwrap()
    }

    fn sealed(&self, content: &[u8], at: &str) -> Vec<u8> {
        let draft = SealDraft::over(&Digest::of(content), self.seal.chain().unwrap()).unwrap();
        let signature = self.seal.sign(draft.to_sign());
        let signed = draft.signed(&signature).unwrap();
        signed.stamped(&self.token(signed.to_stamp(), at)).unwrap()
    }

    fn verify(&self, der: &[u8], content: &[u8]) -> Result<VerifiedSeal, SealFault> {
        let seal = SealSignature::from_der(der).unwrap();
        seal.verify(
            &Digest::of(content),
            std::slice::from_ref(&self.root),
            std::slice::from_ref(&self.time_root),
        )
    }
}

#[test]
fn what_a_seal_takes_is_known_before_it_is_signed_and_hardly_more() {
    let office = Office::new(1);
    let draft = SealDraft::over(&Digest::of(b"file"), office.seal.chain().unwrap()).unwrap();
    let measure = draft.clone();
    let signed = draft.signed(&office.seal.sign(measure.to_sign())).unwrap();
    let token = office.token(signed.to_stamp(), NOW);
    let (took, most) =
        (signed.stamped(&token).unwrap().len(), measure.most_bytes(token.der().len()));
    assert!(took <= most && most - took < 128, "{took} of {most}");
    assert_eq!(measure.most_bytes(usize::MAX), usize::MAX);
}

#[test]
fn a_seal_is_believed_over_its_bytes_and_at_its_time_stamp_only() {
    let office = Office::new(1);
    let der = office.sealed(b"file", NOW);
    let verified = office.verify(&der, b"file").unwrap();
    assert_eq!(verified.time().at(), instant(NOW));
    assert!(verified.is_test_only());
    assert_eq!(office.verify(&der, b"tile").unwrap_err(), SealFault::OtherBytes);
    let stranger = Office::new(2);
    let untrusted = SealFault::Chain(ChainError::Untrusted);
    assert_eq!(stranger.verify(&der, b"file").unwrap_err(), untrusted);
    let half = Office { root: office.root.clone(), ..Office::new(3) };
    let untrusted = SealFault::Token(TimestampFault::Untrusted);
    assert_eq!(half.verify(&der, b"file").unwrap_err(), untrusted);
}

#[test]
fn a_seal_made_when_its_certificate_had_ended_is_not_believed() {
    let office = Office::new(1);
    let der = office.sealed(b"file", "2032-11-28T08:00:00.000Z");
    let fault = office.verify(&der, b"file").unwrap_err();
    assert!(matches!(fault, SealFault::Chain(ChainError::Validity(_))), "{fault}");
}

#[test]
fn another_key_and_a_token_for_something_else_are_not_written() {
    let office = Office::new(1);
    let draft = SealDraft::over(&Digest::of(b"file"), office.seal.chain().unwrap()).unwrap();
    let other = Office::new(2).seal.sign(draft.to_sign());
    assert_eq!(draft.clone().signed(&other).unwrap_err(), SealError::Signature);
    let signed = draft.clone().signed(&office.seal.sign(draft.to_sign())).unwrap();
    let token = office.token(b"something else", NOW);
    assert_eq!(signed.stamped(&token).unwrap_err(), SealError::Token);
}

#[test]
fn the_seals_file_is_read_again_and_only_such_a_file() {
    let office = Office::new(1);
    let pem = office.seal.to_pem().unwrap();
    let again = TestSealAuthority::from_pem(&pem).unwrap();
    assert_eq!(again.certificate(), office.seal.certificate());
    let other = Office::new(2).seal.to_pem().unwrap();
    let mixed = format!(
        "{}{}",
        &pem[..pem.find("-----END").unwrap()],
        &other[other.find("-----END").unwrap()..]
    );
    assert!(TestSealAuthority::from_pem(&mixed).is_err());
}

#[test]
fn every_changed_byte_is_noticed() {
    let office = Office::new(1);
    let der = office.sealed(b"file", NOW);
    for place in 0..der.len() {
        let mut changed = der.clone();
        changed[place] ^= 1;
        let Ok(seal) = SealSignature::from_der(&changed) else { continue };
        let roots = std::slice::from_ref(&office.root);
        let times = std::slice::from_ref(&office.time_root);
        let believed = seal.verify(&Digest::of(b"file"), roots, times);
        // The list of digest algorithms of the token is a hint that nobody signs (RFC 5652 section 5.1);
        // nothing rests on it.
        if let Ok(believed) = believed {
            assert_eq!(believed.time().at(), instant(NOW), "byte {place}");
        }
    }
}

#[test]
fn the_list_of_digests_that_nobody_signs_names_the_one_that_is_used() {
    let der = Office::new(1).sealed(b"file", NOW);
    let list = [&[0x31, 13], HashAlgorithm::Sha256.write().as_slice()].concat();
    let place = der.windows(list.len()).position(|window| window == list).unwrap();
    for (byte, bit) in
        (place..place + list.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit)))
    {
        let mut changed = der.clone();
        changed[byte] ^= 1 << bit;
        assert!(SealSignature::from_der(&changed).is_err(), "bit {bit} of byte {byte}");
    }
}

#[test]
fn openssl_believes_the_seal_too() {
    if !openssl::is_installed() {
        return;
    }
    let office = Office::new(1);
    let der = temporary_file(&office.sealed(b"file", NOW));
    let content = temporary_file(b"file");
    let root = temporary_file(pem(office.root.certificate().der()).as_bytes());
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
    let (content, root) = (path(&content), path(&root));
    let arguments = [
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-binary",
        "-cades",
        "-purpose",
        "any",
        "-attime",
        "1795852800",
        "-content",
        &content,
        "-CAfile",
        &root,
        "-in",
    ];
    let output = openssl::output(&arguments, &[&der]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn pem(der: &[u8]) -> String {
    crate::certificate::write_certificate(der).unwrap()
}
