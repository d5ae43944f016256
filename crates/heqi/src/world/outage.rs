//! The notary's data centre, stopped and started again while everything else goes on: its service
//! ends, its store is closed, its port is free, and then the ordinary start takes it up.

use std::time::Duration;

use heqi_service_kit::listener::Listener;
use serde_json::{Value, json};

use super::lan::Lan;
use super::{World, WorldError};
use crate::service::notary;
use crate::service::tls::NotaryTls;
use crate::settings::NotarySettings;

/// What is needed to start it again.
pub(super) struct Again {
    pub(super) settings: NotarySettings,
    pub(super) address: String,
    pub(super) lan: Option<Lan>,
}

impl World {
    /// Stops the notary's data centre for so long. `false`: it is stopped already.
    pub(crate) async fn notary_outage(&self, pause: Duration) -> Result<bool, WorldError> {
        let taken = self.running.lock().as_mut().and_then(|running| running.notary.take());
        let Some(stopping) = taken else { return Ok(false) };
        tracing::warn!("the demo stops the notary's data centre");
        stopping.stop().await;
        self.goes_on(pause).await;
        let listener = match &self.again.lan {
            Some(lan) => lan.listen(&self.again.address)?,
            None => Listener::bind(&self.again.address)?,
        };
        let tls = NotaryTls::load(&self.again.settings)?;
        let given = (&self.clock, &self.entropy);
        let settings = &self.again.settings;
        let started = notary::start(settings, &tls, listener, given.0, given.1);
        let started = Box::pin(started).await?;
        tracing::info!("the notary's data centre is back");
        let left = match self.running.lock().as_mut() {
            Some(running) => running.notary.replace(started),
            // The demo has ended meanwhile.
            None => Some(started),
        };
        if let Some(left) = left {
            left.stop().await;
        }
        Ok(true)
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
