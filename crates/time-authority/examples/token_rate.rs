//! How many tokens one thread makes in a second, as the service makes them: request read,
//! number taken from the durable counter, token signed.
//!
//! `cargo run --release -p heqi-time-authority --example token_rate`
#![expect(clippy::print_stdout, reason = "a measurement for the terminal")]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use heqi_evidence_store::durable_file::Disk;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::timestamp::{Accuracy, Nonce, TimeRoot, TimeStampRequest, TimeStampResponse};
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_time_authority::{Responder, Serials};
use heqi_vocabulary::Clock as _;

const TOKENS: u32 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let (clock, entropy) = (Arc::new(SystemClock), SystemEntropy);
    let folder = std::env::temp_dir().join(format!("heqi-token-rate-{}", std::process::id()));
    let disk = Disk::default();
    disk.create_directory(&folder)?;
    let serials = Serials::open(&folder.join("serials"), disk.clone())?;
    let made = TestTimeAuthority::generate("Rate", clock.now(), &entropy)?;
    let roots = vec![TimeRoot::from_der(made.root().der(), true)?];
    let policy = "1.3.6.1.4.1.32473.1.3161".parse()?;
    let issuer = made.into_issuer(policy, Accuracy::from_millis(1_000))?;
    let responder = Responder::new(issuer, roots.clone(), serials, clock, &entropy)?;

    let stamped = b"a note";
    let request = TimeStampRequest::over(stamped, Some(policy), Nonce::random(&entropy));
    let asked = request.to_der();
    let began = Instant::now();
    for _ in 0..TOKENS {
        let answer = TimeStampResponse::from_der(&responder.answer(&asked))?;
        if !matches!(answer, TimeStampResponse::Granted(_)) {
            return Err("a request was refused".into());
        }
    }
    let made_s = began.elapsed().as_secs_f64();

    let token = request.accept(&responder.answer(&asked))?;
    let began = Instant::now();
    for _ in 0..TOKENS / 10 {
        token.verify(stamped, &roots)?;
    }
    let verified_s = began.elapsed().as_secs_f64();
    println!("{:.0} tokens made per second", f64::from(TOKENS) / made_s);
    println!("{:.0} tokens verified per second", f64::from(TOKENS / 10) / verified_s);
    println!(
        "{{\"bench\":\"time_stamps\",\"rate_per_s\":{:.0},\"verified_per_s\":{:.0}}}",
        f64::from(TOKENS) / made_s,
        f64::from(TOKENS / 10) / verified_s
    );
    disk.remove_directory(&folder)?;
    Ok(())
}
