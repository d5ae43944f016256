//! Who is calling: the address the connection shows, unless a proxy we trust stands there
//! and says who called it.
//!
//! `X-Forwarded-For` is a list to which every proxy appends whom it saw. Only what trusted
//! proxies appended can be believed, so the list is read from its right end: trusted hops
//! are stepped over, and the first that is not trusted is the client. Whatever stands to
//! the left of it, the client may have written itself.

use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::problem::{Problem, RequestProblem};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// More than any honest chain of proxies writes; beyond it the header is not read.
const HEADER_MAX_BYTES: usize = 2048;

/// The networks whose `X-Forwarded-For` is believed. Empty by default: no proxy is.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a text is not a network.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("entry {place} is not a network such as 10.0.0.0/8 or an address")]
pub struct TrustedProxiesError {
    /// Place in the list, from 1.
    pub place: usize,
}

impl TrustedProxies {
    /// Reads networks (`10.0.0.0/8`) and single addresses (`::1`).
    ///
    /// # Errors
    /// The first text that is neither.
    pub fn parse<T: AsRef<str>>(
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, TrustedProxiesError> {
        let networks = texts.into_iter().enumerate().map(|(index, text)| {
            let text = text.as_ref().trim();
            let network = text.parse::<IpNet>().ok();
            let network = network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            network.ok_or(TrustedProxiesError { place: index + 1 })
        });
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// Whether the proxy at `address` is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request that came from `peer` with these headers.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        let reported = reported(headers);
        let address = match &reported {
            Some(header) if self.trusts(peer) => self.last_untrusted(header).unwrap_or(peer),
            _ => peer,
        };
        ClientAddress { address, peer, reported }
    }

    /// The right-most hop that is not trusted; the left-most one if all are. None if
    /// anything that had to be read is not an address.
    fn last_untrusted(&self, header: &str) -> Option<IpAddr> {
        if header.len() >= HEADER_MAX_BYTES {
            return None;
        }
        let mut last = None;
        for hop in header.rsplit(',') {
            let hop = address_of(hop.trim())?;
            last = Some(hop);
            if !self.trusts(hop) {
                break;
            }
        }
        last
    }
}

impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Vec::<String>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Who is calling. Evidence keeps [`ClientAddress::address`] as observed and
/// [`ClientAddress::reported`] as reported.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientAddress {
    /// The client, as far as the server and the proxies it trusts saw it.
    pub address: IpAddr,
    /// The other end of the connection: the client, or the nearest proxy.
    pub peer: IpAddr,
    /// `X-Forwarded-For` as it came, several lines joined with `, `, bytes that are not
    /// printable ASCII escaped, cut at 2,048 bytes. Anybody can write anything into it.
    pub reported: Option<String>,
}

impl FromRequest for ClientAddress {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let address = request.extensions().get::<Self>().cloned();
        ready(address.ok_or_else(|| RequestProblem::Internal.into()))
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

fn reported(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<String> = headers
        .get_all(X_FORWARDED_FOR)
        .map(|line| line.as_bytes().escape_ascii().to_string())
        .collect();
    if lines.is_empty() {
        return None;
    }
    let mut header = lines.join(", ");
    // Escaped text is ASCII, so every place is a boundary.
    header.truncate(HEADER_MAX_BYTES);
    Some(header)
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    bare.or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.2";

    fn client(peer: &str, lines: &[&[u8]]) -> ClientAddress {
        let trusted = TrustedProxies::parse(["10.0.0.0/8", "2001:db8::1"]).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        trusted.client(peer.parse().unwrap(), &headers)
    }

    fn address(peer: &str, line: &str) -> String {
        client(peer, &[line.as_bytes()]).to_string()
    }

    #[test]
    fn a_stranger_who_claims_to_be_forwarded_is_still_the_stranger() {
        let seen = client("198.51.100.7", &[b"203.0.113.1"]);
        assert_eq!(seen.to_string(), "198.51.100.7");
        assert_eq!(seen.reported.as_deref(), Some("203.0.113.1"));
    }

    #[test]
    fn what_the_client_wrote_to_the_left_is_not_believed() {
        assert_eq!(address(PROXY, "203.0.113.1, 198.51.100.7"), "198.51.100.7");
        assert_eq!(address(PROXY, "127.0.0.1, 198.51.100.7, 10.9.9.9"), "198.51.100.7");
        assert_eq!(address(PROXY, "garbage, 198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn several_lines_are_one_list() {
        let seen = client(PROXY, &[b"203.0.113.1", b"198.51.100.7, 10.1.1.1"]);
        assert_eq!(seen.to_string(), "198.51.100.7");
        assert_eq!(seen.reported.as_deref(), Some("203.0.113.1, 198.51.100.7, 10.1.1.1"));
    }

    #[test]
    fn a_list_of_trusted_hops_only_begins_with_the_client() {
        assert_eq!(address(PROXY, "10.1.1.1, 10.2.2.2"), "10.1.1.1");
    }

    #[test]
    fn both_families_are_read_in_every_form_proxies_write() {
        assert_eq!(address(PROXY, "198.51.100.7:4711"), "198.51.100.7");
        assert_eq!(address(PROXY, "[2001:db8::9]:4711"), "2001:db8::9");
        assert_eq!(address(PROXY, "[2001:db8::9]"), "2001:db8::9");
        assert_eq!(address("2001:db8::1", "2001:db8::9"), "2001:db8::9");
        assert_eq!(address("::ffff:10.0.0.2", "::ffff:198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn a_malformed_header_falls_back_to_the_peer_and_is_kept_as_it_came() {
        for line in ["", "unknown", "198.51.100.7,", "198.51.100.7, _hidden", "1.2.3.4.5"] {
            let seen = client(PROXY, &[line.as_bytes()]);
            assert_eq!(seen.to_string(), PROXY, "{line}");
            assert_eq!(seen.reported.as_deref(), Some(line));
        }
        let seen = client(PROXY, &[b"198.51.100.7\xff"]);
        assert_eq!(seen.to_string(), PROXY);
        assert_eq!(seen.reported.as_deref(), Some("198.51.100.7\\xff"));
    }

    #[test]
    fn an_endless_header_is_cut_and_not_read() {
        let endless = "198.51.100.7, ".repeat(10_000);
        let seen = client(PROXY, &[endless.as_bytes()]);
        assert_eq!(seen.to_string(), PROXY);
        assert_eq!(seen.reported.unwrap().len(), HEADER_MAX_BYTES);
    }

    #[test]
    fn without_a_header_the_peer_is_the_client() {
        assert_eq!(
            client(PROXY, &[]),
            ClientAddress {
                address: PROXY.parse().unwrap(),
                peer: PROXY.parse().unwrap(),
                reported: None,
            }
        );
    }

    #[test]
    fn what_is_not_a_network_is_refused_by_its_place() {
        let refusal = TrustedProxies::parse(["10.0.0.0/8", "10.0.0.0/33"]).unwrap_err();
        assert_eq!(refusal, TrustedProxiesError { place: 2 });
        assert!(!TrustedProxies::default().trusts("127.0.0.1".parse().unwrap()));
    }
}
