//! TLS of one service, from its settings: who it is, whom it calls, and who may call it as
//! an organisation.

use std::sync::Arc;

use heqi_notary_protocol::http::{Deadlines, HttpPool};
use heqi_service_kit::listener::{ListenError, Listener};
use heqi_service_kit::outgoing::{AddressError, Trust};
use heqi_service_kit::tls::config::ServerTls;
use heqi_service_kit::tls::{
    Identity, Peer, PeerTlsSettings, Peers, TlsFileError, TlsSettings, Watched,
};
use heqi_service_kit::{Metrics, TaskGroup};

use super::{ServiceError, production};
use crate::settings::{AlarmDeliverySettings, NotarySettings, PlatformSettings, TimeAuthorityPeer};

/// Why a service has no TLS as its settings want it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A file.
    #[error(transparent)]
    File(#[from] TlsFileError),
    /// An address that cannot be called like this.
    #[error("{what}: {source}")]
    Address {
        /// Whose address.
        what: String,
        /// Why not.
        source: AddressError,
    },
}

/// What one service has.
#[derive(Debug, Default)]
pub(crate) struct ServiceTls {
    identity: Option<Arc<Identity>>,
    /// Everybody whose roots are read again.
    known: Vec<Arc<Peer>>,
    /// Those of them that call us.
    callers: Vec<Arc<Peer>>,
}

impl ServiceTls {
    fn load(own: Option<&TlsSettings>) -> Result<Self, TlsError> {
        let identity = own.map(Identity::load).transpose()?.map(Arc::new);
        Ok(Self { identity, ..Self::default() })
    }

    /// Another organisation, which calls us as we call it.
    fn organisation(
        &mut self,
        what: &str,
        url: &str,
        tls: Option<&PeerTlsSettings>,
    ) -> Result<HttpPool, ServiceError> {
        let trust = self.called(what, url, tls, self.identity.clone())?;
        if let Trust::Peer { peer, .. } = &trust {
            self.callers.push(peer.clone());
        }
        Ok(HttpPool::trusting(&trust, Deadlines::default())?)
    }

    /// Time authorities, which call nobody.
    fn time_authorities(&mut self, all: &[TimeAuthorityPeer]) -> Result<Vec<Trust>, TlsError> {
        all.iter()
            .map(|peer| {
                let what = format!("time authority {}", peer.label);
                self.called(&what, &peer.url, peer.tls.as_ref(), None)
            })
            .collect()
    }

    /// The program that is told of alarms, where there is one.
    fn alarm_webhook(&mut self, delivery: &AlarmDeliverySettings) -> Result<Trust, TlsError> {
        match &delivery.webhook {
            Some(hook) => self.called("alarm_delivery.webhook", &hook.url, hook.tls.as_ref(), None),
            None => Ok(Trust::Nobody),
        }
    }

    /// Whom we believe at this address.
    pub(super) fn called(
        &mut self,
        what: &str,
        url: &str,
        tls: Option<&PeerTlsSettings>,
        identity: Option<Arc<Identity>>,
    ) -> Result<Trust, TlsError> {
        let trust = match tls {
            None => Trust::Nobody,
            Some(tls) => {
                let peer = Arc::new(Peer::load(tls)?);
                self.known.push(peer.clone());
                Trust::Peer { peer, identity }
            }
        };
        let what = || what.to_owned();
        trust.admits(url).map_err(|source| TlsError::Address { what: what(), source })?;
        Ok(trust)
    }

    /// Who we are.
    pub(super) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.clone()
    }

    /// Whether routes between organisations ask for a certificate.
    pub(crate) fn asks_organisations(&self) -> bool {
        self.identity.is_some() && !self.callers.is_empty()
    }

    /// Listens with our certificate, if we have one.
    pub(crate) fn listen(&self, address: &str) -> Result<Listener, ListenError> {
        let server = self.identity.clone().map(|identity| ServerTls {
            identity,
            peers: Arc::new(Peers::new(self.callers.clone())),
        });
        Listener::bind_with(address, server)
    }

    /// Reads the files again while the group runs.
    pub(crate) fn watch(&self, group: &mut TaskGroup, metrics: &Metrics) {
        if self.identity.is_none() && self.known.is_empty() {
            return;
        }
        let watched = Watched::new(self.identity.clone(), self.known.clone(), metrics);
        group.spawn("tls", watched.run(group.shutdown()));
    }
}

/// What a platform has.
#[derive(Debug)]
pub(crate) struct PlatformTls {
    pub(crate) service: ServiceTls,
    pub(crate) data_centre: HttpPool,
    pub(crate) preservation: HttpPool,
    pub(crate) time_authorities: Vec<Trust>,
    /// The gateway for text messages.
    pub(crate) sms_gateway: Trust,
    /// Who is told of alarms.
    pub(crate) alarm_webhook: Trust,
}

impl PlatformTls {
    /// The first thing a platform does with its settings: they fit their profile, and every
    /// file is there.
    pub(crate) fn load(settings: &PlatformSettings) -> Result<Self, ServiceError> {
        production::check_platform(settings)?;
        let mut service = ServiceTls::load(settings.tls.as_ref())?;
        let (first, second) = (&settings.data_centre, &settings.preservation);
        let sms = settings.notify.as_ref().and_then(|notify| notify.sms.as_ref());
        let sms_gateway = match sms {
            Some(sms) => service.called("notify.sms", &sms.url, sms.tls.as_ref(), None)?,
            None => Trust::Nobody,
        };
        let alarm_webhook = service.alarm_webhook(&settings.alarm_delivery)?;
        Ok(Self {
            alarm_webhook,
            sms_gateway,
            data_centre: service.organisation("data_centre", &first.url, first.tls.as_ref())?,
            preservation: service.organisation("preservation", &second.url, second.tls.as_ref())?,
            time_authorities: service.time_authorities(&settings.time_authorities)?,
            service,
        })
    }
}

/// What a notary's service has.
#[derive(Debug)]
pub(crate) struct NotaryTls {
    pub(crate) service: ServiceTls,
    pub(crate) platform: HttpPool,
    /// The data centre, of the second custodian.
    pub(crate) data_centre: Option<HttpPool>,
    pub(crate) time_authorities: Vec<Trust>,
    /// The gateway for text messages.
    pub(crate) sms_gateway: Trust,
    /// Who is told of alarms.
    pub(crate) alarm_webhook: Trust,
}

impl NotaryTls {
    /// As [`PlatformTls::load`].
    pub(crate) fn load(settings: &NotarySettings) -> Result<Self, ServiceError> {
        production::check_notary(settings)?;
        let mut service = ServiceTls::load(settings.tls.as_ref())?;
        let platform = &settings.platform;
        let sms = settings.people.as_ref().and_then(|people| people.sms.as_ref());
        let sms_gateway = match sms {
            Some(sms) => service.called("people.sms", &sms.url, sms.tls.as_ref(), None)?,
            None => Trust::Nobody,
        };
        let alarm_webhook = service.alarm_webhook(&settings.alarm_delivery)?;
        let data_centre = match &settings.data_centre {
            Some(peer) => {
                Some(service.organisation("data_centre", &peer.url, peer.tls.as_ref())?)
            }
            None => None,
        };
        Ok(Self {
            alarm_webhook,
            sms_gateway,
            data_centre,
            platform: service.organisation("platform", &platform.url, platform.tls.as_ref())?,
            time_authorities: service.time_authorities(&settings.time_authorities)?,
            service,
        })
    }
}
