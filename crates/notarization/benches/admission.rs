//! What the office's processor does to admit one bundle with a photo of 100 KB: read the container, examine every
//! claim by its anchors, both digests of every part and of the manifest. One JSON object per line.
//!
//! `cargo bench -p heqi-notarization --bench admission`
#![expect(clippy::print_stdout, reason = "a measurement for the terminal")]

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, Instant};

use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::deposit::DualDigest;
use heqi_evidence::examine::{Question, Received, examine};
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_testkit::{Story, Twists};

const PHOTO_BYTES: usize = 100_000;
const ADMISSIONS: u32 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let twists = Twists { photo_padding_bytes: PHOTO_BYTES, ..Twists::default() };
    let story = Story::tell(1, &twists);
    let file = story.bundle(story.signing()).write()?;
    let anchors = AnchorsFile::parse(&story.anchors_file())?;
    let received = Received { at: story.seen_at(), by: "notary.example".into() };

    let admit = || -> Result<(), Box<dyn Error>> {
        let mut bundle = EvidenceBundle::read(&file)?;
        bundle.parts.deposits.clear();
        let question = Question {
            anchors: Some(&anchors.anchors),
            at: None,
            received: Some(received.clone()),
        };
        let verdict = examine(&bundle, &question);
        let logged = verdict.claim(ClaimName::Logged);
        if logged.is_none_or(|claim| claim.status != Status::Proved) {
            return Err("the bundle of the bench is not proved to be logged".into());
        }
        let digests: BTreeSet<_> = bundle.parts.immutable_parts().map(DualDigest::of).collect();
        let manifest = bundle.parts.deposit_manifest().digest()?;
        std::hint::black_box((digests, manifest));
        Ok(())
    };
    let mut latencies = Vec::new();
    for round in 0..2 {
        latencies.clear();
        for _ in 0..ADMISSIONS {
            let began = Instant::now();
            admit()?;
            latencies.push(began.elapsed());
        }
        std::hint::black_box(round);
    }
    latencies.sort_unstable();
    // One thread that waits for nothing: its time is the processor's, but for what others took of it. The least is
    // what nobody disturbed.
    let ms = |at: usize| latencies.get(at).map_or(0.0, Duration::as_secs_f64) * 1e3;
    println!(
        "{}",
        serde_json::json!({
            "bench": "admission", "bundle_bytes": file.len(), "admissions": ADMISSIONS,
            "least_ms": (ms(0) * 1e3).round() / 1e3, "p50_ms": (ms(latencies.len() / 2) * 1e3).round() / 1e3,
        })
    );
    Ok(())
}
