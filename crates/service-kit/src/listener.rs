//! An address to listen on.
//!
//! Heqi speaks plain HTTP between processes of one machine only. An address that others can
//! reach needs TLS; without it, it is refused.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::tls::config::ServerTls;

/// Connections that may wait to be accepted. The standard library's 128 is less than a
/// thousand clients that arrive at once.
const BACKLOG: i32 = 2048;

/// Why there is nothing to listen on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Not `host:port`, or no such host.
    #[error("{listen} is not an address to listen on; write host:port, for example 127.0.0.1:8800")]
    Unresolved {
        /// What was asked for.
        listen: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Others could reach it, and would read everything.
    #[error(
        "{listen} can be reached from other machines, and plain HTTP would show everything to \
         the network between; give the service a certificate in [tls], or listen on 127.0.0.1 \
         or [::1] and put a TLS proxy in front"
    )]
    NotLoopback {
        /// What was asked for.
        listen: String,
    },
    /// Somebody else listens there, or we may not.
    #[error("cannot listen on {address}")]
    Refused {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Sockets that accept connections. Bind all of a program's listeners first: with port 0
/// the address is known only then, and others may need to be told it.
#[derive(Debug)]
pub struct Listener {
    first: Bound,
    more: Vec<Bound>,
}

/// One socket.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) socket: TcpListener,
    address: SocketAddr,
    pub(crate) tls: Option<ServerTls>,
}

impl Listener {
    /// Listens with plain HTTP on `listen`, written `host:port`. Port 0 takes a free one. A
    /// host with several addresses is tried in order, IPv4 first.
    ///
    /// # Errors
    /// No such host, an address that other machines can reach, or one that is taken.
    pub fn bind(listen: &str) -> Result<Self, ListenError> {
        Self::bind_with(listen, None)
    }

    /// The same with TLS, if there is any, and then on any address.
    ///
    /// # Errors
    /// As [`Listener::bind`].
    pub fn bind_with(listen: &str, tls: Option<ServerTls>) -> Result<Self, ListenError> {
        let resolved = listen.to_socket_addrs().and_then(|found| {
            let mut found: Vec<SocketAddr> = found.collect();
            found.sort_by_key(SocketAddr::is_ipv6);
            if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
        });
        let addresses = resolved
            .map_err(|source| ListenError::Unresolved { listen: listen.to_owned(), source })?;
        let is_local = addresses.iter().all(|address| address.ip().to_canonical().is_loopback());
        if tls.is_none() && !is_local {
            return Err(ListenError::NotLoopback { listen: listen.to_owned() });
        }
        let mut refusal = ListenError::NotLoopback { listen: listen.to_owned() };
        for address in addresses {
            match open(address) {
                Ok((socket, address)) => {
                    return Ok(Self { first: Bound { socket, address, tls }, more: Vec::new() });
                }
                Err(source) => refusal = ListenError::Refused { address, source },
            }
        }
        Err(refusal)
    }

    /// Both together: one service on several addresses, of which the first names it.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.more.push(other.first);
        self.more.extend(other.more);
        self
    }

    /// The first address that was bound, with the real port.
    pub const fn address(&self) -> SocketAddr {
        self.first.address
    }

    /// The first address as the beginning of a URL, without a slash at its end.
    pub fn url(&self) -> String {
        let scheme = if self.first.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.first.address)
    }

    /// The first socket, for an `HttpServer::listen` of one's own. [`crate::serve::server`]
    /// takes all of them, with their TLS.
    pub fn into_std(self) -> TcpListener {
        self.first.socket
    }

    pub(crate) fn into_bound(self) -> Vec<Bound> {
        let mut all = vec![self.first];
        all.extend(self.more);
        all
    }
}

fn open(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a restart bind while old connections linger; on Windows it would
    // let two processes share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    let socket = TcpListener::from(socket);
    let address = socket.local_addr()?;
    Ok((socket, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_zero_takes_a_free_port_and_says_which() {
        let first = Listener::bind("127.0.0.1:0").unwrap();
        let second = Listener::bind("localhost:0").unwrap();
        assert_ne!(first.address().port(), 0);
        assert_ne!(first.address().port(), second.address().port());
        assert_eq!(first.url(), format!("http://127.0.0.1:{}", first.address().port()));
    }

    #[test]
    fn an_address_that_other_machines_reach_is_refused_and_the_message_says_what_to_do() {
        for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
            let refusal = Listener::bind(listen).unwrap_err();
            assert!(matches!(refusal, ListenError::NotLoopback { .. }), "{listen}: {refusal}");
            assert!(refusal.to_string().contains("127.0.0.1"));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for listen in ["", "8800", "127.0.0.1", "127.0.0.1:65536"] {
            let refusal = Listener::bind(listen).unwrap_err();
            assert!(matches!(refusal, ListenError::Unresolved { .. }), "{listen}: {refusal}");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = Listener::bind("127.0.0.1:0").unwrap();
        let refusal = Listener::bind(&taken.address().to_string()).unwrap_err();
        assert!(refusal.to_string().contains(&taken.address().to_string()));
    }
}
