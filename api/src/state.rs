//! What every handler shares.

use std::sync::Arc;

use heqi_evidence_store::monitoring::samples::Sampler;
use heqi_evidence_store::witness::Witness;
use heqi_notify::Templates;
use heqi_notify::signature::Secret;
use heqi_registration::Platform;
use heqi_registration::monitoring::Sample;
use heqi_service_kit::{Admission, Alarms, Downloads, Limiter, Metrics, Shutdown};
use heqi_vocabulary::{Entropy, MessageChannel};
use tokio::sync::Notify;

use crate::figures::Figures;
use crate::pages::docs::RenderedDocs;
use crate::recent::Recent;
use crate::server::{DiskBytes, PeerAnswering};
use crate::settings::ApiSettings;

/// One per service, shared by its workers.
pub(crate) struct State {
    /// The use cases.
    pub(crate) platform: Arc<Platform>,
    /// What the operator decided.
    pub(crate) settings: ApiSettings,
    /// Cosigns the other organisation's log.
    pub(crate) witness: Option<Arc<Witness>>,
    /// Answers custodians that ask what is held of them.
    pub(crate) peer: Option<PeerAnswering>,
    /// What those who report of messages sign with, each of its own way.
    pub(crate) report_secrets: Vec<(MessageChannel, Secret)>,
    /// The words of messages, as a handler sees them before they are sent; none where nothing is sent.
    pub(crate) templates: Option<Templates>,
    /// Draws names of acts for forms.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// What operators look at.
    pub(crate) metrics: Arc<Metrics>,
    /// The figures of this platform among them.
    pub(crate) figures: Figures,
    /// What somebody is told of.
    pub(crate) alarms: Arc<Alarms>,
    /// By which channels.
    pub(crate) alarm_channels: Vec<String>,
    /// The figures over time.
    pub(crate) sampler: Sampler<Sample>,
    /// How many bytes the platform's folder takes, if anybody can tell.
    pub(crate) disk_bytes: Option<DiskBytes>,
    /// How often each caller has asked.
    pub(crate) limiter: Limiter,
    /// How much is under way.
    pub(crate) admission: Arc<Admission>,
    /// How much memory large answers take until they are read.
    pub(crate) downloads: Arc<Downloads>,
    /// The newest signings.
    pub(crate) recent: Recent,
    /// The description of the interface, ready to be sent.
    pub(crate) docs: RenderedDocs,
    /// Asks for a time stamp at once; without one nobody stamps.
    pub(crate) stamp_demand: Option<Arc<Notify>>,
    /// Tells long waits to end.
    pub(crate) shutdown: Shutdown,
}
