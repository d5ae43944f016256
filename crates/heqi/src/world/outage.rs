//! Custodians, stopped and started again while everything else goes on: the service ends, its store
//! is closed, its port is free, and then the ordinary start takes it up.

use std::sync::Arc;
use std::time::Duration;

use heqi_service_kit::listener::Listener;
use heqi_vocabulary::{Clock, Entropy};
use serde_json::{Value, json};

use super::lan::Lan;
use super::{Running, World, WorldError};
use crate::service::notary::{self, RunningNotary};
use crate::service::tls::NotaryTls;
use crate::settings::NotarySettings;

/// What is needed to start one of them again.
pub(super) struct Again {
    pub(super) settings: NotarySettings,
    pub(super) address: String,
    pub(super) lan: Option<Lan>,
}

impl Again {
    async fn start(
        &self,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<RunningNotary, WorldError> {
        let listener = match &self.lan {
            Some(lan) => lan.listen(&self.address)?,
            None => Listener::bind(&self.address)?,
        };
        let tls = NotaryTls::load(&self.settings)?;
        let started = notary::start(&self.settings, &tls, listener, clock, entropy);
        Ok(Box::pin(started).await?)
    }
}

/// Where one of them stands while it runs.
type Place = fn(&mut Running) -> &mut Option<RunningNotary>;

const DATA_CENTRE: Place = |running| &mut running.notary;
const PRESERVATION: Place = |running| &mut running.preservation;

impl World {
    /// Stops the notary's data centre for so long. `false`: it is stopped already.
    pub(crate) async fn notary_outage(&self, pause: Duration) -> Result<bool, WorldError> {
        if !self.away(DATA_CENTRE).await {
            return Ok(false);
        }
        tracing::warn!("the demo has stopped the notary's data centre");
        self.goes_on(pause).await;
        self.back(&self.again.data_centre, DATA_CENTRE).await?;
        tracing::info!("the notary's data centre is back");
        Ok(true)
    }

    /// Stops both custodians: signing goes on, deposits wait.
    pub(crate) async fn custodians_away(&self) {
        self.away(DATA_CENTRE).await;
        self.away(PRESERVATION).await;
    }

    /// Starts both custodians again.
    ///
    /// # Errors
    /// One of them does not start.
    pub(crate) async fn custodians_back(&self) -> Result<(), WorldError> {
        self.back(&self.again.data_centre, DATA_CENTRE).await?;
        self.back(&self.again.preservation, PRESERVATION).await
    }

    /// `false`: it is stopped already.
    async fn away(&self, place: Place) -> bool {
        let taken = self.running.lock().as_mut().and_then(|running| place(running).take());
        let Some(stopping) = taken else { return false };
        stopping.stop().await;
        true
    }

    async fn back(&self, again: &Again, place: Place) -> Result<(), WorldError> {
        let started = again.start(&self.clock, &self.entropy).await?;
        let left = match self.running.lock().as_mut() {
            Some(running) => place(running).replace(started),
            // Everything has ended meanwhile.
            None => Some(started),
        };
        if let Some(left) = left {
            left.stop().await;
        }
        Ok(())
    }

    /// Signing does not wait for the notary: filings are opened meanwhile, and what they leave
    /// waits to be deposited.
    async fn goes_on(&self, pause: Duration) {
        const FILINGS: u32 = 5;
        let opening = json!({
            "matter": "establishment",
            "company_name": "杭州示例不停茶业有限公司",
            "handler_name": "何静",
        });
        let step = pause / (FILINGS + 1);
        for _ in 0..FILINGS {
            tokio::time::sleep(step).await;
            let opened =
                self.integrator.post::<_, Value>("/api/v1/filings", &opening, &*self.entropy);
            if let Err(error) = opened.await {
                tracing::warn!(%error, "no filing was opened while the notary was away");
            }
        }
        tokio::time::sleep(step).await;
    }
}
