//! What the parts of one operation allow on this machine, measured right before the run:
//! decoding, hashing, sealing and verifying on all processors, HTTP requests answered
//! with nothing to do, and bytes the disk takes durably.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_vocabulary::{Digest, Entropy};

use crate::cli::Scenario;

const EACH: Duration = Duration::from_millis(400);
const DISK: Duration = Duration::from_millis(1500);
/// One durable group: what the store writes before it syncs.
const GROUP_BYTES: usize = 4 << 20;

/// Seconds one core needs for each part, and what disk and HTTP sustain.
pub(super) struct Parts {
    decode_s: f64,
    hash_s: f64,
    seal_s: f64,
    verify_s: f64,
    disk_bytes_per_s: f64,
    requests_per_s: f64,
    cores: f64,
    photo_bytes: f64,
}

impl Parts {
    pub(super) fn measure(
        photo: &[u8],
        folder: &Path,
        requests_per_s: f64,
        entropy: &dyn Entropy,
    ) -> std::io::Result<Self> {
        let key = SigningKey::generate(Algorithm::Ed25519, entropy);
        let message = [7u8; 2048];
        let signature = key.sign(&message);
        let public = key.public_key();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            decode_s: seconds_each(|| image::load_from_memory(photo).is_ok()),
            hash_s: seconds_each(|| Digest::of(photo) != Digest::of(b"")),
            seal_s: seal_seconds(photo, entropy),
            verify_s: seconds_each(|| public.verify(&message, signature.as_bytes()).is_ok()),
            disk_bytes_per_s: disk(folder)?,
            requests_per_s,
            cores: as_f64(cores),
            photo_bytes: as_f64(photo.len()),
        })
    }

    /// Operations per second when processors, HTTP and disk each do only what one
    /// operation cannot do without.
    pub(super) fn limit_per_s(&self, scenario: Scenario) -> f64 {
        let photo = self.decode_s + self.hash_s + self.seal_s;
        let (cpu_s, requests, bytes) = match scenario {
            Scenario::Ceremony | Scenario::Deposit => {
                (photo + self.verify_s, 3.0, self.photo_bytes + 4096.0)
            }
            Scenario::Capture => (photo, 1.0, self.photo_bytes),
            Scenario::Complete => (self.verify_s, 1.0, 4096.0),
        };
        let processors = cpu_s / self.cores + requests / self.requests_per_s;
        let disk = bytes / self.disk_bytes_per_s;
        1.0 / processors.max(disk)
    }
}

fn seal_seconds(photo: &[u8], entropy: &dyn Entropy) -> f64 {
    use aes_gcm::aead::{Aead as _, KeyInit as _};
    let cipher = aes_gcm::Aes256Gcm::new(&entropy.bytes::<32>().into());
    let nonce = entropy.bytes::<12>().into();
    seconds_each(|| cipher.encrypt(&nonce, photo).is_ok())
}

fn seconds_each(mut part: impl FnMut() -> bool) -> f64 {
    let start = Instant::now();
    let mut times = 0u32;
    while start.elapsed() < EACH {
        if !std::hint::black_box(part()) {
            return f64::INFINITY;
        }
        times += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(times.max(1))
}

fn disk(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("limit.tmp");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let group = vec![0x5a_u8; GROUP_BYTES];
    let start = Instant::now();
    let mut bytes = 0usize;
    while start.elapsed() < DISK {
        file.write_all(&group)?;
        file.sync_data()?;
        bytes += group.len();
    }
    let rate = as_f64(bytes) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn as_f64(count: usize) -> f64 {
    count as f64
}
