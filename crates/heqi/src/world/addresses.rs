//! Where everything listens.

use heqi_service_kit::listener::{ListenError, Listener};

use super::WorldError;
use super::lan::Lan;

/// Where everything listens.
#[derive(Clone)]
pub(crate) struct Addresses {
    /// With which certificate on all interfaces; without one, plain HTTP as written.
    pub(crate) lan: Option<Lan>,
    pub(crate) guide: String,
    pub(crate) platform: String,
    pub(crate) notary: String,
    pub(crate) preservation: String,
    pub(crate) time_authority: String,
    pub(crate) providers: String,
    pub(crate) inbox: String,
    pub(crate) smtp: String,
}

impl Addresses {
    /// The guide's address and the ports after it; port 0 makes all of them any free port.
    pub(crate) fn after(guide: &str) -> Result<Self, WorldError> {
        let wrong = || WorldError::Address(guide.to_owned());
        let (host, port) = guide.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let at = |offset: u16| -> Result<String, WorldError> {
            let port = if port == 0 { 0 } else { port.checked_add(offset).ok_or_else(wrong)? };
            Ok(format!("{host}:{port}"))
        };
        Ok(Self {
            lan: None,
            guide: at(0)?,
            platform: at(1)?,
            notary: at(2)?,
            preservation: at(3)?,
            time_authority: at(4)?,
            providers: at(5)?,
            inbox: at(9)?,
            smtp: at(10)?,
        })
    }

    /// Any free ports on loopback.
    pub(crate) fn any() -> Self {
        let any = || "127.0.0.1:0".to_owned();
        Self {
            lan: None,
            guide: any(),
            platform: any(),
            notary: any(),
            preservation: any(),
            time_authority: any(),
            providers: any(),
            inbox: any(),
            smtp: any(),
        }
    }

    /// The same, served to the network.
    pub(crate) fn served_to(self, lan: Lan) -> Self {
        Self { lan: Some(lan), ..self }
    }

    /// Listens where people come.
    pub(crate) fn listen(&self, address: &str) -> Result<Listener, ListenError> {
        match &self.lan {
            Some(lan) => lan.listen(address),
            None => Listener::bind(address),
        }
    }

    /// How people reach such a listener.
    pub(crate) fn url(&self, listener: &Listener) -> String {
        self.lan.as_ref().map_or_else(|| listener.url(), |lan| lan.url(listener))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_ports_follow_the_guide_and_zero_means_any() {
        let addresses = Addresses::after("127.0.0.1:8800").unwrap();
        assert_eq!(addresses.platform, "127.0.0.1:8801");
        assert_eq!(addresses.inbox, "127.0.0.1:8809");
        assert_eq!(Addresses::after("127.0.0.1:0").unwrap().notary, "127.0.0.1:0");
        assert!(Addresses::after("127.0.0.1:65535").is_err());
        assert!(Addresses::after("8800").is_err());
    }
}
