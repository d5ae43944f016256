//! How many connections one address may have, so that one caller cannot take them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::client_address::TrustedProxies;
use crate::rates::network_of;

/// Counts connections by address. It holds no more entries than there are connections.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Mutex<HashMap<IpAddr, usize>>,
    max: usize,
    trusted: TrustedProxies,
}

impl Connections {
    pub(crate) fn new(max: usize, trusted: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), max, trusted })
    }

    /// Counts one more. `None`: the address has all it may have.
    pub(crate) fn open(self: &Arc<Self>, peer: IpAddr) -> Option<Open> {
        let address = network_of(peer);
        let is_free = self.max == 0 || self.trusted.trusts(peer.to_canonical());
        let mut open = self.open.lock();
        let count = open.entry(address).or_default();
        if !is_free && *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Open { connections: self.clone(), address })
    }
}

/// One connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_a_trusted_proxy_any_number() {
        let trusted = TrustedProxies::parse(["10.0.0.1"]).unwrap();
        let connections = Connections::new(2, trusted);
        let peer: IpAddr = "192.0.2.1".parse().unwrap();
        let first = connections.open(peer).unwrap();
        let _second = connections.open(peer).unwrap();
        assert!(connections.open(peer).is_none());
        assert!(connections.open("192.0.2.2".parse().unwrap()).is_some());
        drop(first);
        assert!(connections.open(peer).is_some());
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let many: Vec<_> = (0..9).map(|_| connections.open(proxy).unwrap()).collect();
        drop(many);
        assert_eq!(connections.open.lock().len(), 1, "closed connections leave no entry");
    }
}
