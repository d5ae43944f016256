//! Whom a service works with: other organisations, and who stamps its log.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use heqi_evidence::anchors::AnchorsFile;
use heqi_service_kit::Trust;
use heqi_service_kit::tls::{Identity, Peer, PeerTlsSettings, TlsFileError};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::note::SignatureType;
use heqi_vocabulary::Entropy;

use super::super::{Finding, MOST_UNCOSIGNED};
use super::{Other, PATIENCE, Service};
use crate::client::{self, Caller};
use crate::commands::chain_of;
use crate::keys;
use crate::service::time;
use crate::settings::TimeAuthorityPeer;

/// Entries that a running service may have published between two looks.
const MOMENT: u64 = 1_000;

impl Service {
    /// Whether another organisation is reached, how far it has cosigned our log, and what it publishes.
    pub(super) async fn works_with(
        &self,
        other: &Other,
        identity: Option<Arc<Identity>>,
        entropy: &dyn Entropy,
    ) -> Vec<Finding> {
        let Other { zh, en, url, .. } = other;
        let caller = trust(other.tls.as_ref(), identity)
            .map_err(|error| chain_of(&error))
            .and_then(|trust| client::http(&trust).map_err(|error| chain_of(&error)))
            .map(|http| Caller::new(http, url, None));
        let reached = match &caller {
            Ok(caller) => get(caller, "/healthz").await.map(drop),
            Err(why) => Err(why.clone()),
        };
        let why = reached.as_ref().err().map_or_else(String::new, |why| format!(" ({why})"));
        let mut findings = vec![Finding::of(
            reached.is_ok(),
            format!("{zh}在 {url} 应答{why}"),
            format!("{en} answers at {url}{why}"),
            (
                "请检查地址、网络，以及对方的根证书和名称（tls = { roots_file, name }）。",
                "Check its address, the network, and its roots and name (tls = { roots_file, name }).",
            ),
        )];
        if let (Ok(caller), true) = (&caller, reached.is_ok()) {
            if other.is_witness {
                findings.push(self.cosigned(caller, other).await);
            }
            if other.is_publisher {
                findings.push(self.published(caller, entropy).await);
            }
        }
        findings
    }

    /// What the other side's witness saw of our log, beside what our store has published.
    async fn cosigned(&self, caller: &Caller, other: &Other) -> Finding {
        let size = |bytes: &[u8]| {
            SignedCheckpoint::parse(bytes).ok().map(|signed| signed.checkpoint().size())
        };
        let published = fs::read(self.data_dir.join("store/log/checkpoint"));
        let is_empty = published.as_ref().is_err_and(|why| why.kind() == ErrorKind::NotFound);
        let own = published.ok().and_then(|bytes| size(&bytes));
        let path = Origin::new(self.origin.clone()).map(|origin| origin.monitoring_path());
        let seen = match path {
            Ok(path) => get(caller, &format!("/witness/{path}/checkpoint")).await.ok(),
            Err(_) => None,
        };
        let seen = seen.and_then(|bytes| size(&bytes));
        let Other { zh, en, .. } = other;
        // A log without an entry has no head that anybody could cosign.
        if is_empty && seen.is_none() {
            return Finding {
                zh: format!("本地日志尚无条目，{zh}也没有核对过"),
                en: format!("the log has no entry yet, and {en} has cosigned none"),
                mend: None,
                is_hint: false,
            };
        }
        // What is not known is not level. Of a running service the file may be a moment older than what was cosigned.
        let is_level = own.zip(seen).is_some_and(|(own, seen)| {
            seen.saturating_sub(own) <= MOMENT && own.saturating_sub(seen) <= MOST_UNCOSIGNED
        });
        let said = |size: Option<u64>| size.map_or_else(|| "—".to_owned(), |size| size.to_string());
        let (own, seen) = (said(own), said(seen));
        Finding::of(
            is_level,
            format!("{zh}已核对日志 {seen} 条，本地已公布 {own} 条"),
            format!("{en} has cosigned {seen} entries of the log; {own} are published here"),
            (
                "对方落后：查看双方日志。对方更多：本地存储可能被恢复成旧的，先按手册处理，不要强行启动。",
                "Fewer there: look at the logs of both. More there: this store may have been set back, see the manual and force nothing.",
            ),
        )
    }

    /// Whether what the notary publishes names our log with our key.
    async fn published(&self, caller: &Caller, entropy: &dyn Entropy) -> Finding {
        let path = self.keys().join("log.key");
        let key = path.exists().then(|| {
            keys::note_key(&path, "unused", SignatureType::Ed25519, entropy)?.verifier_key()
        });
        let file = get(caller, "/anchors.json").await.ok();
        let file = file.and_then(|bytes| AnchorsFile::parse(&bytes).ok());
        let digest = file.as_ref().map_or_else(|| "—".to_owned(), |file| file.digest.to_string());
        let is_named = file
            .zip(key.and_then(Result::ok))
            .is_some_and(|(file, key)| file.anchors.logs.iter().any(|log| log.vkey.0 == key));
        Finding::of(
            is_named,
            format!("公证处公布的信任锚写有本日志的密钥，SHA-256 {digest}"),
            format!("the anchors that the notary publishes name this log's key, SHA-256 {digest}"),
            (
                "请公证处核对 [platform.log] 的 vkey；更换过密钥的，公证处要先执行 heqi keys accept。",
                "Have the notary check vkey in [platform.log]; after a change of key it has to run heqi keys accept.",
            ),
        )
    }
}

/// Whether a time authority stamps, asked for a number that nothing else is about.
pub(super) async fn stamps(peer: &TimeAuthorityPeer, entropy: &dyn Entropy) -> Finding {
    let answer = match trust(peer.tls.as_ref(), None) {
        Ok(trust) => time::probe(peer, &trust, entropy).await,
        Err(error) => Err(chain_of(&error)),
    };
    let why = answer.as_ref().err().map_or_else(String::new, |why| format!(" ({why})"));
    let label = &peer.label;
    Finding::of(
        answer.is_ok(),
        format!("时间戳机构 {label} 给出了可验证的时间戳{why}"),
        format!("the time authority {label} gives a token that its roots bear{why}"),
        (
            "请检查它的地址、网络、根证书与策略；恢复后会自动补取时间戳。",
            "Check its address, the network, its roots and policy; stamps are taken by themselves afterwards.",
        ),
    )
}

fn trust(
    tls: Option<&PeerTlsSettings>,
    identity: Option<Arc<Identity>>,
) -> Result<Trust, TlsFileError> {
    let Some(tls) = tls else { return Ok(Trust::Nobody) };
    Ok(Trust::Peer { peer: Arc::new(Peer::load(tls)?), identity })
}

async fn get(caller: &Caller, path: &str) -> Result<bytes::Bytes, String> {
    match tokio::time::timeout(PATIENCE, caller.get_bytes(path)).await {
        Ok(answer) => answer.map_err(|error| chain_of(&error)),
        Err(_) => Err("—".to_owned()),
    }
}
