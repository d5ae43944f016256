//! Writes every made-up document into a folder, plain and sealed, with the roots of the seal
//! and of its time authority: for whoever wants to look at the pages, or to show them to other
//! programs (docs/interop/validators.md).
//!
//! `cargo run -p heqi-documents --example samples -- FOLDER`
#![expect(clippy::disallowed_methods, reason = "a tool for people at a desk, not a service")]

use std::error::Error;
use std::path::PathBuf;
use std::time::SystemTime;

use heqi_documents::{
    Fonts, Profile, acceptance, certificate, correction, reexamination, refusal, report,
    revocation, samples, supplement, termination, withdrawal,
};
use heqi_pki::certificate::CertificateChain;
use heqi_testkit::SealingOffice;
use heqi_vocabulary::UtcMillis;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let today = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let today = UtcMillis::from_unix_seconds(today.as_secs())?;
    let office = SealingOffice::new(1, today.plus_millis(-60_000), today);
    let fonts = Fonts::new();
    let input = samples::certificate(vec![b'z'; 200_000]);
    let documents = [
        ("certificate", certificate::render(&input, &fonts)?),
        ("twin", certificate::render_as(&input, Profile::A1b, &fonts)?),
        ("report", report::render(&samples::report(vec![b'z'; 200_000]), &fonts)?),
        ("acceptance", acceptance::render(&samples::acceptance(), &fonts)?),
        ("supplement", supplement::render(&samples::supplement(), &fonts)?),
        ("refusal", refusal::render(&samples::refusal(), &fonts)?),
        ("termination", termination::render(&samples::termination(), &fonts)?),
        ("withdrawal", withdrawal::render(&samples::withdrawal(), &fonts)?),
        ("correction", correction::render(&samples::correction(), &fonts)?),
        ("revocation", revocation::render(&samples::revocation(), &fonts)?),
        ("reexamination", reexamination::render(&samples::reexamination(), &fonts)?),
    ];
    for (name, pdf) in documents {
        std::fs::write(folder.join(format!("{name}-unsealed.pdf")), pdf.bytes())?;
        std::fs::write(folder.join(format!("{name}.pdf")), office.seal(&pdf)?.bytes())?;
    }
    let roots = office.roots.iter().map(|root| root.certificate().der());
    let time_roots = office.time_roots.iter().map(heqi_pki::TimeRoot::der);
    for (name, der) in ["seal-root.pem", "time-root.pem"].iter().zip(roots.chain(time_roots)) {
        std::fs::write(folder.join(name), CertificateChain::from_ders([der])?.to_pem())?;
    }
    Ok(())
}
