//! The words everyone in Heqi shares.
//!
//! What this is: identifiers, digests, instants, places, provenance and the two
//! ports every deterministic function needs, [`Clock`] and [`Entropy`]. Each type
//! is parsed once at the door and trusted inside.
//!
//! What this is not: rules of registration, notarization or evidence. Nothing here
//! does I/O, reads a clock or draws randomness by itself.
//!
//! - [`digest`]: SHA-256 and SM3 digests in lower-case hexadecimal
//! - [`time`]: instants in UTC milliseconds (RFC 3339) and the [`Clock`] port
//! - [`entropy`]: the [`Entropy`] port
//! - [`identifier`]: typed, time-ordered identifiers of machines
//! - [`number`]: numbers shown to people, with check digits
//! - [`provenance`]: how a datum was obtained
//! - [`place`]: a point on the map as a device reported it
//! - [`language`]: Chinese and English, and sentences in both
//! - [`message`]: by what a message reaches a person

pub mod digest;
pub mod entropy;
pub mod identifier;
pub mod language;
pub mod message;
pub mod number;
pub mod place;
pub mod provenance;
pub mod time;

pub use digest::{Digest, Sm3Digest};
pub use entropy::Entropy;
pub use identifier::{
    BundleId, CaseId, CeremonyId, ChainId, DocumentId, FilingId, MessageId, ObjectId, PartyId,
    RecordId, SigningId, StaffId,
};
pub use language::{Explain, Explanation, Language};
pub use message::MessageChannel;
pub use number::{DepositNo, FilingNo, VoucherNo};
pub use place::{Datum, GeoPoint};
pub use provenance::Provenance;
pub use time::{Clock, UtcMillis};
