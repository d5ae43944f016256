//! What the parts of one operation allow on this machine, measured right before the run:
//! decoding, hashing, sealing, signing, verifying and attribute trees on all processors, HTTP
//! requests answered with nothing to do, and bytes the disk takes durably.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use heqi_evidence::record::{ChainPlace, ClientAttributes, GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_service_kit::system::SystemClock;
use heqi_vocabulary::{ChainId, Clock as _, Digest, Entropy, Provenance};

use crate::cli::Scenario;

const EACH: Duration = Duration::from_millis(400);
const DISK: Duration = Duration::from_millis(1500);
/// The longest look at what the disk sustains.
const SUSTAINED: Duration = Duration::from_secs(20);
/// One durable group: what the store writes before it syncs.
const GROUP_BYTES: usize = 4 << 20;
/// A long look writes over the same place again and again.
const RING_GROUPS: usize = 128;

/// Seconds one core needs for each part, and what disk and HTTP sustain.
pub(super) struct Parts {
    decode_s: f64,
    hash_s: f64,
    seal_s: f64,
    verify_s: f64,
    /// Leaves and root of one record, its classes sealed.
    record_s: f64,
    /// What the signer's device does for one signing: its own tree, its signature.
    device_s: f64,
    disk_bytes_per_s: f64,
    requests_per_s: f64,
    cores: f64,
    photo_bytes: f64,
    pixel_checks: bool,
}

impl Parts {
    pub(super) fn measure(
        photo: &[u8],
        folder: &Path,
        requests_per_s: f64,
        pixel_checks: bool,
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
            record_s: record_seconds(entropy),
            device_s: seconds_each(|| key.sign(&message) != key.sign(b"")) / 2.0
                + tree_seconds(entropy),
            disk_bytes_per_s: disk(folder, DISK)?,
            requests_per_s,
            cores: as_f64(cores),
            photo_bytes: as_f64(photo.len()),
            pixel_checks,
        })
    }

    /// Operations per second when processors, HTTP and disk each do only what one
    /// operation cannot do without.
    pub(super) fn limit_per_s(&self, scenario: Scenario) -> f64 {
        let decode_s = if self.pixel_checks { self.decode_s } else { 0.0 };
        let photo = decode_s + self.hash_s + self.seal_s;
        let signing = self.verify_s + self.record_s + self.device_s;
        let (cpu_s, requests, bytes) = match scenario {
            Scenario::Ceremony
            | Scenario::CatchUp
            | Scenario::Deposit
            | Scenario::Overload
            | Scenario::Search
            | Scenario::Soak => (photo + signing, 3.0, self.photo_bytes + 4096.0),
            Scenario::Capture => (photo, 1.0, self.photo_bytes),
            Scenario::Complete | Scenario::Single => (signing, 1.0, 4096.0),
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

/// Salts, leaves and root of a signing's record, and its values sealed class by class.
fn record_seconds(entropy: &dyn Entropy) -> f64 {
    let mut draft = RecordDraft::new(RecordKind::Signing, GeneratedBy::Platform, entropy);
    let digest = Digest::of(b"measured").to_string();
    for name in ["filing", "challenge", "envelope_sha256", "photo_sha256", "party_name"] {
        if draft.set(name, digest.as_str(), Provenance::Observed).is_err() {
            return f64::INFINITY;
        }
    }
    let place = ChainPlace {
        chain: ChainId::from_bytes(entropy.bytes()),
        seq: 1,
        prev: Digest::of(b"before"),
        recorded_at: SystemClock.now(),
    };
    let sealed_each = seal_seconds(&[0x5a; 512], entropy);
    seconds_each(|| draft.at(place).root().to_string() != digest)
        + sealed_each * as_f64(draft.contents().len())
}

/// Leaves and root of a device's own attributes.
fn tree_seconds(entropy: &dyn Entropy) -> f64 {
    let values = BTreeMap::from([("device", ("measured".into(), Provenance::Reported))]);
    seconds_each(|| {
        ClientAttributes::make(&values, entropy).is_ok_and(|tree| tree.root() != Digest::of(b""))
    })
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

/// What the disk takes durably in a second when it was written to for so long before: a third of that time is looked at,
/// right afterwards, since a burst is not what a disk sustains.
pub(super) fn sustained(folder: &Path, after: Duration) -> std::io::Result<f64> {
    disk(folder, (after / 3).clamp(DISK, SUSTAINED))
}

/// Bytes that the disk takes durably in a second.
fn disk(folder: &Path, lasts: Duration) -> std::io::Result<f64> {
    let path = folder.join("limit.tmp");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let group = vec![0x5a_u8; GROUP_BYTES];
    let start = Instant::now();
    let mut groups = 0usize;
    while start.elapsed() < lasts {
        if groups.is_multiple_of(RING_GROUPS) {
            file.rewind()?;
        }
        file.write_all(&group)?;
        file.sync_data()?;
        groups += 1;
    }
    let rate = as_f64(groups * GROUP_BYTES) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn as_f64(count: usize) -> f64 {
    count as f64
}
