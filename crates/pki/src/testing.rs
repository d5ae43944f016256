//! What the unit tests of this crate share.

pub(crate) mod certificates;

use std::io::Write as _;
use std::sync::Mutex;

use heqi_vocabulary::{Digest, Entropy, UtcMillis};
use tempfile::NamedTempFile;

/// Repeatable bytes: SHA-256 of a seed and a counter.
pub(crate) struct Seeded(Mutex<(u64, u64)>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for chunk in buffer.chunks_mut(32) {
            let block = Digest::of(&[state.0.to_be_bytes(), state.1.to_be_bytes()].concat());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
            state.1 += 1;
        }
    }
}

/// The same byte for ever.
pub(crate) struct Constant(pub(crate) u8);

impl Entropy for Constant {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0);
    }
}

pub(crate) fn instant(text: &str) -> UtcMillis {
    text.parse().unwrap()
}

pub(crate) fn temporary_file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    file
}

/// Bytes written as hexadecimal in a vector file.
pub(crate) mod hex_bytes {
    use serde::{Deserialize, Deserializer, de::Error};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The `openssl` program as an independent opinion, where it is installed.
pub(crate) mod openssl {
    use std::process::{Command, Output};

    use tempfile::NamedTempFile;

    use super::temporary_file;
    use crate::keys::Algorithm;

    pub(crate) fn is_installed() -> bool {
        Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success())
    }

    /// Runs `openssl arguments files…`.
    pub(crate) fn output(arguments: &[&str], files: &[&NamedTempFile]) -> Output {
        Command::new("openssl")
            .args(arguments)
            .args(files.iter().map(|file| file.path()))
            .output()
            .unwrap()
    }

    /// What it printed; it must succeed.
    pub(crate) fn run(arguments: &[&str], files: &[&NamedTempFile]) -> Vec<u8> {
        let output = output(arguments, files);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A signature in our encoding, made by the program.
    pub(crate) fn sign(
        algorithm: Algorithm,
        secret: &NamedTempFile,
        text: &NamedTempFile,
    ) -> Vec<u8> {
        let key = secret.path().to_str().unwrap();
        match algorithm {
            Algorithm::Ed25519 => {
                run(&["pkeyutl", "-sign", "-rawin", "-inkey", key, "-in"], &[text])
            }
            Algorithm::P256 => {
                let der = run(&["dgst", "-sha256", "-sign", key], &[text]);
                p256::ecdsa::Signature::from_der(&der).unwrap().to_bytes().to_vec()
            }
        }
    }

    /// Whether the program accepts a signature in our encoding.
    pub(crate) fn verifies(
        algorithm: Algorithm,
        spki: &NamedTempFile,
        text: &NamedTempFile,
        signature: &[u8],
    ) -> bool {
        let key = spki.path().to_str().unwrap();
        match algorithm {
            Algorithm::Ed25519 => {
                let signature = temporary_file(signature);
                let signature = signature.path().to_str().unwrap();
                let arguments = [
                    "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", key,
                    "-sigfile", signature, "-in",
                ];
                output(&arguments, &[text]).status.success()
            }
            Algorithm::P256 => {
                let der = p256::ecdsa::Signature::from_slice(signature).unwrap().to_der();
                let signature = temporary_file(der.as_bytes());
                let signature = signature.path().to_str().unwrap();
                let arguments =
                    ["dgst", "-sha256", "-keyform", "DER", "-verify", key, "-signature", signature];
                output(&arguments, &[text]).status.success()
            }
        }
    }
}
