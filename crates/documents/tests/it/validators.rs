//! Four programs that are not ours read the sealed documents: poppler's `pdfsig`, `qpdf`,
//! pyHanko, and Apache PDFBox preflight, which knows PDF/A-1b and so gets the twin.
//!
//! `cargo xtask test` installs them. Where one is missing its test says that it was skipped; on a build
//! server (`CI=true`) it fails, so that nobody takes silence for a valid document.
//! Their words, whole, are in docs/interop/validators.md.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use heqi_documents::certificate::{Reads, SigningAnnex};
use heqi_documents::{Fonts, Profile, UnsignedPdf, certificate, samples};
use heqi_testkit::{SealingOffice, Story, Twists};
use heqi_vocabulary::UtcMillis;
use tempfile::TempDir;

static FONTS: Fonts = Fonts::new();

/// A folder with the sealed certificate, its twin, both unsealed, a spoiled one, and the roots.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        // The programs ask whether certificates are valid today.
        let today = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let today = UtcMillis::from_unix_seconds(today.as_secs()).unwrap();
        let office = SealingOffice::new(1, today.plus_millis(-60_000), today);
        let desk = Self(TempDir::new().unwrap());
        // With the print of a photo: other programs see that page, too.
        let story = Story::tell(1, &Twists::default());
        let bundle = story.bundle_with_chain(story.signing()).write().unwrap();
        let unsealed = |profile| {
            let mut input = samples::certificate(vec![b'z'; 200_000]);
            input.signing = SigningAnnex::of_bundle(&bundle, Reads::Own).unwrap();
            certificate::render_as(&input, profile, &FONTS).unwrap()
        };
        let seal = |pdf: &UnsignedPdf| office.seal(pdf).unwrap().into_bytes();
        let (whole, twin) = (unsealed(Profile::A3b), unsealed(Profile::A1b));
        desk.write("unsealed.pdf", whole.bytes());
        desk.write("twin-unsealed.pdf", twin.bytes());
        let sealed = seal(&whole);
        desk.write("certificate.pdf", &sealed);
        desk.write("twin.pdf", &seal(&twin));
        let mut spoiled = sealed;
        let middle = spoiled.len() / 2;
        *spoiled.get_mut(middle).unwrap() ^= 1;
        desk.write("spoiled.pdf", &spoiled);
        let root = office.roots.first().unwrap().certificate().der();
        desk.write("seal-root.pem", pem(root).as_bytes());
        desk.write("time-root.pem", pem(office.time_roots.first().unwrap().der()).as_bytes());
        desk
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What a program says, in the folder; both streams, and whether it was content.
    fn ask(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(program).args(arguments).current_dir(self.0.path()).output();
        let output = output.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

fn pem(der: &[u8]) -> String {
    heqi_pki::certificate::CertificateChain::from_ders([der]).unwrap().to_pem()
}

/// Whether a program is there; says so when it is not.
fn is_there(program: &str) -> bool {
    let found =
        Command::new(program).arg("--version").output().is_ok() || Path::new(program).exists();
    let on_build_server = std::env::var("CI").is_ok_and(|value| value == "true");
    if let Some(told) = missing(program, found, on_build_server) {
        eprintln!("{told}");
    }
    found
}

/// What is said of a program that is not there, for people at a desk.
///
/// # Panics
/// On a build server.
fn missing(program: &str, found: bool, on_build_server: bool) -> Option<String> {
    let told = format!("{program}: SKIPPED, not installed: cargo xtask test installs it");
    assert!(found || !on_build_server, "CI=true, and {told}");
    (!found).then_some(told)
}

#[test]
fn a_missing_program_is_skipped_at_a_desk_and_fails_on_a_build_server() {
    assert!(missing("qpdf", true, true).is_none() && missing("qpdf", true, false).is_none());
    assert!(missing("qpdf", false, false).unwrap().contains("SKIPPED"));
    let on_build_server = std::panic::catch_unwind(|| missing("qpdf", false, true));
    assert!(on_build_server.is_err(), "silence would pass for a valid document");
}

#[test]
fn qpdf_finds_no_fault_in_any_document() {
    if !is_there("qpdf") {
        return;
    }
    let desk = Desk::new();
    for name in ["unsealed.pdf", "certificate.pdf", "twin-unsealed.pdf", "twin.pdf"] {
        let (content, said) = desk.ask("qpdf", &["--check", name]);
        assert!(content, "{name}: {said}");
        let wanted = "No syntax or stream encoding errors found";
        assert!(said.contains(wanted), "{name}: {said}");
    }
}

#[test]
fn pdfsig_finds_the_signature_valid_and_total_and_a_flipped_byte() {
    if !is_there("pdfsig") || !is_there("certutil") {
        return;
    }
    let desk = Desk::new();
    std::fs::create_dir(desk.path("nss")).unwrap();
    let store = "sql:nss";
    let (made, said) = desk.ask("certutil", &["-N", "--empty-password", "-d", store]);
    assert!(made, "{said}");
    let add = ["-A", "-n", "root", "-t", "CT,C,C", "-i", "seal-root.pem", "-d", store];
    let (added, said) = desk.ask("certutil", &add);
    assert!(added, "{said}");
    for name in ["certificate.pdf", "twin.pdf"] {
        let (_, said) = desk.ask("pdfsig", &["-nssdir", store, name]);
        for wanted in [
            "Signature is Valid.",
            "Certificate is Trusted.",
            "Total document signed",
            "ETSI.CAdES.detached",
        ] {
            assert!(said.contains(wanted), "{wanted} in {said}");
        }
    }
    let (_, said) = desk.ask("pdfsig", &["-nssdir", store, "spoiled.pdf"]);
    assert!(said.contains("Digest Mismatch."), "{said}");
}

#[test]
fn pyhanko_judges_the_signature_valid_and_stamped_and_a_flipped_byte_not() {
    // An environment of its own, made by `cargo xtask test`.
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/validators/bin/pyhanko");
    if !is_there(program) {
        return;
    }
    let desk = Desk::new();
    let validate = |name: &str| {
        let options = ["sign", "validate", "--pretty-print", "--trust-replace"];
        let roots = ["--trust", "seal-root.pem", "--trust", "time-root.pem"];
        desk.ask(program, &[&options[..], &roots, &[name]].concat())
    };
    for name in ["certificate.pdf", "twin.pdf"] {
        let (content, said) = validate(name);
        assert!(content, "{said}");
        for wanted in [
            "The signature is judged VALID.",
            "The signature covers the entire file.",
            "The timestamp token is cryptographically sound.",
            "The TSA certificate is trusted.",
        ] {
            assert!(said.contains(wanted), "{wanted} in {said}");
        }
    }
    let (_, said) = validate("spoiled.pdf");
    assert!(said.contains("INVALID"), "{said}");
}

#[test]
fn pdfbox_preflight_calls_the_twin_a_valid_pdf_a() {
    let jars = [
        "preflight",
        "pdfbox2",
        "xmpbox",
        "fontbox2",
        "commons-logging",
        "jaxb-api",
        "javax.activation",
    ];
    let jars = jars.map(|name| format!("/usr/share/java/{name}.jar"));
    if !is_there("java") || !jars.iter().all(|jar| is_there(jar)) {
        return;
    }
    let desk = Desk::new();
    let class_path = jars.join(":");
    for name in ["twin-unsealed.pdf", "twin.pdf"] {
        let main = "org.apache.pdfbox.preflight.Validator_A1b";
        let (_, said) = desk.ask("java", &["-cp", &class_path, main, name]);
        assert!(said.contains("is a valid PDF/A-1b file"), "{name}: {said}");
    }
}
