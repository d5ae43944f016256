//! How long a certificate takes: written with a bundle of 200,000 bytes inside, sealed, stamped,
//! and believed again by the strict reader, on one thread.
//!
//! `cargo run --release -p heqi-documents --example bench -- [CERTIFICATES]`
#![expect(clippy::print_stdout, reason = "a tool for people at a desk, not a service")]

use std::error::Error;
use std::time::{Duration, Instant};

use heqi_documents::{Fonts, certificate, samples};
use heqi_testkit::{SealingOffice, SeededEntropy};
use heqi_vocabulary::Entropy as _;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(200), |word| word.parse())?;
    let at = "2026-11-28T08:00:00.000Z".parse()?;
    let office = SealingOffice::new(1, at, at);
    let fonts = Fonts::new();
    // Like a bundle: what does not get smaller by packing.
    let mut bundle = vec![0; 200_000];
    SeededEntropy::new(3).fill(&mut bundle);

    let begun = Instant::now();
    fonts.warm_up()?;
    println!("fonts unpacked in {:?}", begun.elapsed());
    let (mut written, mut whole, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut before = None;
    for round in 0..=count {
        let mut input = samples::certificate(bundle.clone());
        input.number = format!("（2026）杭示证经字第{round:06}号");
        let begun = Instant::now();
        let pdf = certificate::render(&input, &fonts)?;
        let rendered = begun.elapsed();
        bytes = office.seal(&pdf)?.bytes().len();
        // The first unpacks the font of rare characters and is told apart.
        if round == 0 {
            println!("the first: {:?}", begun.elapsed());
            before = processor();
        } else {
            written.push(rendered);
            whole.push(begun.elapsed());
        }
    }
    told("written", &mut written);
    told("written, sealed, stamped, believed", &mut whole);
    if let (Some(before), Some(after)) = (before, processor()) {
        let rounds = u32::try_from(count.max(1))?;
        println!("processor each: {:?}", after.saturating_sub(before) / rounds);
    }
    println!("{bytes} bytes, {} without the bundle", bytes - bundle.len());
    let ms = |share: usize| {
        whole.get(whole.len() * share / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
    };
    println!(
        "{{\"bench\":\"certificate\",\"p50_ms\":{:.1},\"p95_ms\":{:.1},\"own_bytes\":{}}}",
        ms(50),
        ms(95),
        bytes - bundle.len()
    );
    Ok(())
}

/// What this process was given of processors so far (Linux).
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn told(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!("{what}: p50 {:?}, p95 {:?}, p99 {:?}", at(50), at(95), at(99));
}
