//! The real program, started as a process: what it prints, what it leaves on disk, how it
//! ends.
//!
//! - [`program`]: starting it, waiting for what it writes, ending it
//! - [`once`]: `demo --once`, `demo tamper`, the bundle
//! - [`older`]: the older filing, as whoever comes new to the demo finds it
//! - [`handler`]: what the handler's card of the guide leads to
//! - [`running`]: a demo that goes on: logs, pages, coverage, one process per folder
//! - [`killed`]: what a power cut leaves
//! - [`never_logged`]: planted personal data stands in no line, no answer to others, no file
//! - [`doctor`]: `doctor --config`
//! - [`erased`]: a restored backup forgets again; holds at a custodian
//! - [`rotated`]: every key is changed; the drill for a key in other hands
//! - [`stores`]: `store fsck`, `store rebuild`, a backup under a key service
//! - [`successor`]: `recover successor`, `keys accept`
//! - [`production`], [`agents`]: two organisations over mutual TLS, and what production refuses
//! - [`hostile`], [`limits`], [`platform`]: raw bytes, rates and queues at a platform by itself
//! - [`core_dumps`]: memory with keys in it is not written to a disk
//! - [`lan`]: `demo --lan`; [`marked_once`]: what its time stamps are called
//! - [`commands`]: `keys`, `platform`, `notary`, `load`
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up fails, and damages files as it likes"
)]

mod agents;
mod alarms;
mod commands;
mod core_dumps;
#[path = "../../../../tests/all/acceptance/device.rs"]
mod device;
mod doctor;
mod erased;
mod handler;
mod hostile;
mod killed;
mod lan;
mod limits;
mod marked_once;
mod never_logged;
mod notary_successor;
mod older;
mod once;
mod platform;
mod production;
mod program;
mod rotated;
mod running;
mod stores;
mod successor;
mod tls_ports;
