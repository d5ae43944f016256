//! An HTTP server on a listener, with the deadlines and limits every service has, and a
//! service as a running thing.

use std::any::Any;
use std::future::pending;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error, HttpServer};
use socket2::SockRef;
use tokio::task::JoinHandle;

use crate::admission::Load;
use crate::client_address::TrustedProxies;
use crate::connections::Connections;
use crate::lifecycle::{Ended, ShutdownTrigger, TaskGroup};
use crate::listener::Listener;
use crate::tls::Peers;

/// How long an idle connection is kept for the next request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(5);
/// How long sent bytes may wait for the other side to take them.
#[cfg(target_os = "linux")]
const UNREAD_DEADLINE: Duration = Duration::from_mins(1);

/// What differs between services.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Serving {
    /// Threads that answer requests.
    pub workers: usize,
    /// How long a stop waits for requests in flight, in milliseconds.
    pub drain_timeout_ms: u64,
    /// Limits of connections.
    pub load: Load,
    /// Who may have any number of connections.
    pub trusted_proxies: TrustedProxies,
}

/// A server of `factory`'s application on every socket of the listener, not yet running.
///
/// # Errors
/// A socket or its TLS configuration cannot be used.
pub fn server<F, T, B>(factory: F, listener: Listener, serving: &Serving) -> io::Result<Server>
where
    F: Fn() -> App<T> + Send + Clone + 'static,
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    let sockets = listener.into_bound();
    let door = Door {
        connections: Connections::new(
            serving.load.connections_per_address,
            serving.trusted_proxies.clone(),
        ),
        peers: sockets.iter().filter_map(|bound| Some(bound.tls.as_ref()?.peers.clone())).collect(),
    };
    let mut server = HttpServer::new(factory)
        .workers(serving.workers.max(1))
        .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
        .client_request_timeout(Duration::from_millis(serving.load.head_deadline_ms))
        .tls_handshake_timeout(HANDSHAKE_DEADLINE)
        .shutdown_timeout(serving.drain_timeout_ms.div_ceil(1_000))
        .on_connect(move |stream, data| door.enter(stream, data))
        .disable_signals();
    for bound in sockets {
        server = match bound.tls {
            None => server.listen(bound.socket)?,
            Some(tls) => {
                let config = tls.config().map_err(io::Error::other)?;
                server.listen_rustls_0_23(bound.socket, config)?
            }
        };
    }
    Ok(server.run())
}

/// What happens to a connection before its first request.
struct Door {
    connections: Arc<Connections>,
    peers: Vec<Arc<Peers>>,
}

impl Door {
    fn enter(&self, stream: &dyn Any, data: &mut Extensions) {
        if let Some(stream) = stream.downcast_ref::<TlsStream<TcpStream>>() {
            let (tcp, session) = stream.get_ref();
            self.count(tcp, data);
            let chain = session.peer_certificates().unwrap_or_default();
            if let Some(peer) = self.peers.iter().find_map(|peers| peers.identify(chain)) {
                data.insert(peer);
            }
        } else if let Some(tcp) = stream.downcast_ref::<TcpStream>() {
            self.count(tcp, data);
        }
    }

    /// Closes the connection when its address has too many.
    fn count(&self, tcp: &TcpStream, data: &mut Extensions) {
        let socket = SockRef::from(tcp);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(UNREAD_DEADLINE));
        let Ok(peer) = tcp.peer_addr() else { return };
        match self.connections.open(peer.ip()) {
            Some(open) => drop(data.insert(open)),
            None => drop(socket.shutdown(Shutdown::Both)),
        }
    }
}

/// A service that runs by itself, in the present runtime.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    url: String,
    trigger: ShutdownTrigger,
    task: JoinHandle<Ended>,
}

impl Running {
    /// Runs a group whose first listener was at `address`, reached by `url`.
    pub fn run(address: SocketAddr, url: String, group: TaskGroup, drain: Duration) -> Self {
        let trigger = group.trigger();
        let task = tokio::spawn(group.run_until(pending::<()>(), drain + Duration::from_secs(5)));
        Self { address, url, trigger, task }
    }

    /// Where it listens, with the real port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as the beginning of a URL, without a slash at its end.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Takes no new connection, finishes the requests it has, and ends.
    pub async fn stop(self) -> Ended {
        self.trigger.request();
        self.task.await.unwrap_or_default()
    }
}

/// Whether a log's name can stand in an address as it is: lower-case letters, digits, dots
/// and hyphens.
pub fn is_plain_log_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    !name.is_empty() && name.len() <= 64 && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_name_is_one_plain_part_of_an_address() {
        assert!(is_plain_log_name("demo-2026"));
        for name in ["", "a/b", "..", "A", "日志", "a b"] {
            assert!(!is_plain_log_name(name), "{name}");
        }
    }
}
