//! `heqi platform`, `heqi notary`, `heqi sync`: one organisation's service, until a signal
//! asks it to stop; then what is under way ends, and the store is closed.

use std::io::{self, Write as _};
use std::path::Path;

use heqi_notary_sync::gauges::CustodianGauges;
use heqi_notary_sync::{WorkerSettings, drain};
use heqi_registration::deposit_queue;
use heqi_service_kit::lifecycle;
use heqi_service_kit::listener::Listener;
use heqi_service_kit::telemetry;

use crate::service::tls::NotaryTls;
use crate::service::{notary, platform, time};
use crate::settings::{self, NotarySettings, PlatformSettings, TimeAuthoritySettings};
use crate::{JobResult, in_runtime, machine};

pub(crate) fn platform(config: Option<&Path>) -> JobResult {
    let settings: PlatformSettings = settings::load(config)?;
    telemetry::init(&settings.telemetry)?;
    in_runtime(async {
        let (clock, entropy) = machine();
        let open = platform::open(&settings, &clock, &entropy).await?;
        let listener = open.tls.service.listen(&settings.listen)?;
        let url = listener.url();
        open.ask_peers(&settings, &entropy).await?;
        let running = open.start(&settings, listener, &entropy)?;
        writeln!(io::stdout(), "platform ready at {url}")?;
        lifecycle::signal().await?;
        running.stop().await;
        Ok(0)
    })
}

pub(crate) fn notary(config: Option<&Path>) -> JobResult {
    let settings: NotarySettings = settings::load(config)?;
    telemetry::init(&settings.telemetry)?;
    in_runtime(async {
        let (clock, entropy) = machine();
        let tls = NotaryTls::load(&settings)?;
        let listener = tls.service.listen(&settings.listen)?;
        let url = listener.url();
        let running = notary::start(&settings, &tls, listener, &clock, &entropy);
        let running = Box::pin(running).await?;
        writeln!(io::stdout(), "{} ready at {url}", settings.role.custodian())?;
        lifecycle::signal().await?;
        running.stop().await;
        Ok(0)
    })
}

pub(crate) fn time_authority(config: Option<&Path>) -> JobResult {
    let settings: TimeAuthoritySettings = settings::load(config)?;
    telemetry::init(&settings.telemetry)?;
    in_runtime(async {
        let (clock, entropy) = machine();
        let listener = Listener::bind(&settings.listen)?;
        let running = time::start(&settings, listener, &clock, &entropy)?;
        writeln!(io::stdout(), "time authority (TEST ONLY) ready at {}", running.url())?;
        lifecycle::signal().await?;
        running.stop().await;
        Ok(0)
    })
}

/// Deposits what a stopped platform still owes. The store is locked by a running one, and
/// then this says so.
pub(crate) fn sync(config: Option<&Path>) -> JobResult {
    let settings: PlatformSettings = settings::load(config)?;
    telemetry::init(&settings.telemetry)?;
    in_runtime(async {
        let (clock, entropy) = machine();
        let open = platform::open(&settings, &clock, &entropy).await?;
        open.ask_peers(&settings, &entropy).await?;
        if let Some(why) = open.gate.why() {
            return Err(format!("nothing is deposited: {why}").into());
        }
        let mut out = io::stdout();
        let mut left = false;
        for link in platform::links(&settings, &open.tls)? {
            let gauges = CustodianGauges::default();
            let noted = drain(&open.platform, &link, &WorkerSettings::default(), &gauges).await?;
            let outstanding =
                deposit_queue::next_due(&open.platform, link.custodian).await?.is_some();
            left |= outstanding;
            let rest = if outstanding { ", some have to wait: run it again" } else { "" };
            writeln!(out, "{}: {noted} receipts noted{rest}", link.custodian)?;
        }
        open.store.close()?;
        Ok(u8::from(left))
    })
}
