//! `openssl ts` as an independent authority and an independent verifier.
#![expect(clippy::disallowed_methods, reason = "files of a test need no durability")]

use std::path::Path;
use std::process::Command;

use super::*;
use crate::testing::openssl::is_installed;

fn openssl(folder: &Path, arguments: &str) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn done(folder: &Path, arguments: &str) {
    let (ok, said) = openssl(folder, arguments);
    assert!(ok, "openssl {arguments}: {said}");
}

#[test]
fn openssl_verifies_our_answers_and_refuses_tampered_ones() {
    if !is_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let made =
        TestTimeAuthority::generate("Test", instant("2026-11-23T12:00:00.000Z"), &Seeded::new(1));
    let made = made.unwrap();
    let root = crate::certificate::write_certificate(made.root().der()).unwrap();
    std::fs::write(here.join("root.pem"), root).unwrap();
    std::fs::write(here.join("note"), b"note").unwrap();
    let issuer = made.into_issuer(policy(), Accuracy::from_millis(1500)).unwrap();
    let attime = instant(NOW).unix_seconds();

    for hash in ["sha256", "sha384", "sha512"] {
        done(here, &format!("ts -query -data note -{hash} -cert -tspolicy {POLICY} -out q.tsq"));
        let query = std::fs::read(here.join("q.tsq")).unwrap();
        let asked = TimeStampRequest::from_der(&query).unwrap();
        assert!(asked.wants_certificates() && asked.nonce().is_some());
        let token = issuer.token(&asked, 1, instant(NOW)).unwrap();
        let answer = TimeStampResponse::granted(&token);
        std::fs::write(here.join("r.tsr"), &answer).unwrap();
        std::fs::write(here.join("t.tst"), &token).unwrap();
        let verify = format!("-CAfile root.pem -attime {attime}");
        done(here, &format!("ts -verify -queryfile q.tsq -in r.tsr {verify}"));
        done(here, &format!("ts -verify -data note -token_in -in t.tst {verify}"));

        let mut tampered = answer.clone();
        let last = tampered.len() - 1;
        tampered[last] ^= 1;
        std::fs::write(here.join("r.tsr"), &tampered).unwrap();
        assert!(!openssl(here, &format!("ts -verify -queryfile q.tsq -in r.tsr {verify}")).0);
    }

    let refusal = TimeStampResponse::refused(FailInfo::UnacceptedPolicy, "no such policy");
    std::fs::write(here.join("r.tsr"), refusal).unwrap();
    let (_, said) = openssl(here, "ts -reply -in r.tsr -text");
    assert!(said.contains("unsupported") || said.contains("policy"), "{said}");
    assert!(said.contains("no such policy"), "{said}");
}

#[test]
fn tokens_made_by_openssl_are_believed_and_tampered_ones_are_not() {
    if !is_installed() {
        return;
    }
    for (key, digest, chained) in [
        ("EC -pkeyopt ec_paramgen_curve:P-256", "sha256", false),
        ("RSA -pkeyopt rsa_keygen_bits:2048", "sha256", true),
        ("RSA -pkeyopt rsa_keygen_bits:3072", "sha512", false),
        ("EC -pkeyopt ec_paramgen_curve:P-256", "sha384", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        make_authority(here, key, chained);
        std::fs::write(here.join("note"), b"note").unwrap();
        let asked = request(b"note");
        std::fs::write(here.join("q.tsq"), asked.to_der()).unwrap();
        done(here, &format!("ts -reply -config ts.cnf -queryfile q.tsq -{digest} -out r.tsr"));
        let answer = std::fs::read(here.join("r.tsr")).unwrap();
        let token = asked.accept(&answer).unwrap();
        let root = std::fs::read_to_string(here.join("root.pem")).unwrap();
        let root = TimeRoot::from_pem(&root, false).unwrap();
        let verified = token.verify(b"note", std::slice::from_ref(&root)).unwrap();
        assert!(!verified.is_test_only());
        assert_eq!(verified.not_after().millis_since(verified.at()), 1500);

        let mut tampered = token.der().to_vec();
        let last = tampered.len() - 1;
        tampered[last] ^= 1;
        let tampered = TimestampToken::from_der(&tampered).unwrap();
        assert_eq!(tampered.verify(b"note", &[root]).unwrap_err(), TimestampFault::Signature);
    }
}

/// A root, where asked for an authority between, and a stamping certificate.
fn make_authority(here: &Path, key: &str, chained: bool) {
    let ca = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
    std::fs::write(here.join("ca.ext"), ca).unwrap();
    let tsa = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";
    std::fs::write(here.join("tsa.ext"), tsa).unwrap();
    std::fs::write(here.join("ts.cnf"), CONFIGURATION).unwrap();
    std::fs::write(here.join("serial"), "01").unwrap();
    let new = |name: &str| {
        done(here, &format!("genpkey -algorithm {key} -out {name}.key"));
        done(here, &format!("req -new -key {name}.key -subj /CN={name} -out {name}.csr"));
    };
    let sign = |name: &str, by: &str, extensions: &str| {
        done(
            here,
            &format!(
                "x509 -req -in {name}.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 30 -sha256 -extfile {extensions} -out {name}.pem"
            ),
        );
    };
    new("root");
    done(
        here,
        "x509 -req -in root.csr -signkey root.key -days 30 -sha256 -extfile ca.ext -out root.pem",
    );
    let issuer = if chained { "between" } else { "root" };
    if chained {
        new("between");
        sign("between", "root", "ca.ext");
    }
    new("tsa");
    sign("tsa", issuer, "tsa.ext");
    std::fs::copy(here.join(format!("{issuer}.pem")), here.join("chain.pem")).unwrap();
}

const CONFIGURATION: &str = "[tsa]\ndefault_tsa = own\n[own]\nserial = serial\nsigner_cert = tsa.pem\ncerts = chain.pem\nsigner_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.3.6.1.4.1.32473.1.3161\nother_policies = 1.3.6.1.4.1.32473.1.3161\ndigests = sha256, sha384, sha512\naccuracy = secs:1, millisecs:500\nordering = no\ntsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n";
