//! The key-encryption key at a key service (a KMS, or an HSM behind one), over HTTP.
//!
//! The vault's epoch keys go there to be wrapped and unwrapped; the key itself never comes
//! here. Two calls, `POST {url}/wrap` with `{"context","key","plaintext"}` and
//! `POST {url}/unwrap` with `{"context","key","wrapped"}`, bytes in base64, answered by
//! `{"wrapped"}` and `{"plaintext"}`; the context is authenticated. A bearer token stands in
//! a file of its own. HTTPS, or plain HTTP on loopback to a local agent.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence_store::vault::{KeyEncryptionKey, WrapError};
use heqi_notary_protocol::http::Bearer;
use heqi_service_kit::outgoing::{AddressError, Trust};
use heqi_service_kit::tls::{Peer, PeerTlsSettings, TlsFileError};
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// Names the key in use.
pub(crate) const FILE: &str = "key-service.json";
/// Names the key that is to take the place of the one in use, wherever that is.
pub(crate) const NEXT_FILE: &str = "key-service.next.json";
const FINGERPRINT: &str = "heqi.key-service/v1\n";
/// The longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 16 << 10;
const DEADLINE: Duration = Duration::from_secs(5);
/// Calls that wait for the thread: the vault makes one at a time.
const WAITING: usize = 4;

/// `keys/key-service.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Where the service answers, without a slash at the end.
    url: String,
    /// How the service calls the key.
    key: String,
    /// File with the bearer token, readable by its owner alone.
    token_file: PathBuf,
    /// By what its certificates are believed; `roots_file` as the other paths here.
    #[serde(default)]
    tls: Option<PeerTlsSettings>,
}

/// Why the key service is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyServiceError {
    /// The settings or the token cannot be read.
    #[error("the key service: {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The settings have another form.
    #[error("the key service: {FILE} has url, key, token_file and, for https, tls")]
    Form,
    /// The address.
    #[error("the key service: {0}")]
    Address(#[from] AddressError),
    /// The roots it is believed by.
    #[error("the key service: {0}")]
    Roots(#[from] TlsFileError),
    /// The client cannot be made.
    #[error("the key service: {0}")]
    Client(String),
}

/// A key-encryption key that is held elsewhere.
pub(crate) struct KeyService {
    key: String,
    fingerprint: Digest,
    calls: SyncSender<Call>,
}

struct Call {
    path: &'static str,
    body: Zeroizing<Vec<u8>>,
    answer: SyncSender<Result<Zeroizing<Vec<u8>>, String>>,
}

#[derive(Serialize)]
struct Asked<'a> {
    context: String,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrapped: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    plaintext: Option<String>,
    #[serde(default)]
    wrapped: Option<String>,
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.plaintext.zeroize();
    }
}

impl KeyService {
    /// The key service of this organisation, if `keys/key-service.json` names one.
    pub(crate) fn configured(keys: &Path) -> Result<Option<Self>, KeyServiceError> {
        Self::read(keys, FILE)
    }

    /// The one that is to be used from now on, while the key is being moved there.
    pub(crate) fn next(keys: &Path) -> Result<Option<Self>, KeyServiceError> {
        Self::read(keys, NEXT_FILE)
    }

    fn read(keys: &Path, file: &str) -> Result<Option<Self>, KeyServiceError> {
        let path = keys.join(file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyServiceError::Unreadable { path, source }),
        };
        let settings: Settings = serde_json::from_str(&text).map_err(|_| KeyServiceError::Form)?;
        let path = keys.join(&settings.token_file);
        let token = fs::read_to_string(&path)
            .map(Zeroizing::new)
            .map_err(|source| KeyServiceError::Unreadable { path, source })?;
        let trust = match settings.tls {
            None => Trust::Nobody,
            Some(mut tls) => {
                tls.roots_file = keys.join(&tls.roots_file);
                Trust::Peer { peer: Arc::new(Peer::load(&tls)?), identity: None }
            }
        };
        let token = Bearer::new(token.trim_end());
        Self::new(&settings.url, settings.key, token, &trust).map(Some)
    }

    /// The key service that `file` describes, if that is what the file is.
    pub(crate) fn described_in(file: &Path) -> Result<Option<Self>, KeyServiceError> {
        if file.file_name().is_none_or(|name| name != FILE) {
            return Ok(None);
        }
        Self::configured(file.parent().unwrap_or_else(|| Path::new(".")))
    }

    /// What names the key: where it is, and how it is called there.
    pub(crate) const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// Whether the organisation has one, whatever it says.
    pub(crate) fn is_configured(keys: &Path) -> bool {
        keys.join(FILE).exists()
    }

    fn new(url: &str, key: String, token: Bearer, trust: &Trust) -> Result<Self, KeyServiceError> {
        let url = url.trim_end_matches('/').to_owned();
        let fingerprint = Digest::labelled(FINGERPRINT, format!("{url}\n{key}").as_bytes());
        trust.admits(&url)?;
        let client = |error: &dyn fmt::Display| KeyServiceError::Client(error.to_string());
        let http = trust
            .client()
            .map_err(|error| client(&error))?
            .timeout(DEADLINE)
            .build()
            .map_err(|error| client(&error))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| client(&error))?;
        let (calls, waiting) = mpsc::sync_channel(WAITING);
        // The vault is asked from threads that may belong to a runtime, where nothing may
        // block on another: this thread has a runtime of its own.
        std::thread::Builder::new()
            .name("key-service".to_owned())
            .spawn(move || serve(&runtime, &http, &url, &token, &waiting))
            .map_err(|error| client(&error))?;
        Ok(Self { key, fingerprint, calls })
    }

    fn call(&self, path: &'static str, asked: &Asked<'_>) -> Result<Answered, WrapError> {
        let failed = |what: &str| WrapError { what: format!("the key service: {what}") };
        let body = serde_json::to_vec(asked).map_err(|_| failed("the call has no JSON form"))?;
        let (answer, answered) = mpsc::sync_channel(1);
        let call = Call { path, body: Zeroizing::new(body), answer };
        self.calls.send(call).map_err(|_| failed("its thread has ended"))?;
        let body = answered.recv().map_err(|_| failed("its thread has ended"))?;
        let body = body.map_err(|what| failed(&what))?;
        serde_json::from_slice(&body).map_err(|_| failed("the answer has another form"))
    }
}

fn serve(
    runtime: &tokio::runtime::Runtime,
    http: &reqwest::Client,
    url: &str,
    token: &Bearer,
    waiting: &Receiver<Call>,
) {
    for call in waiting {
        let answer =
            runtime.block_on(exchange(http, &format!("{url}/{}", call.path), token, &call.body));
        // Whoever asked may be gone.
        let _ = call.answer.send(answer);
    }
}

async fn exchange(
    http: &reqwest::Client,
    url: &str,
    token: &Bearer,
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, String> {
    let mut request = http.post(url).header("content-type", "application/json");
    if let Some(value) = token.header() {
        request = request.header("authorization", value);
    }
    let sent = request.body(body.to_vec()).send().await;
    let mut response = sent.map_err(|error| {
        if error.is_timeout() { "no answer in time".to_owned() } else { "not reached".to_owned() }
    })?;
    if response.status() != 200 {
        return Err(format!("refused with status {}", response.status().as_u16()));
    }
    let mut answer = Zeroizing::new(Vec::new());
    while let Some(part) = response.chunk().await.map_err(|_| "broken off".to_owned())? {
        if answer.len() + part.len() > MAX_ANSWER_BYTES {
            return Err("the answer is too long".to_owned());
        }
        answer.extend_from_slice(&part);
    }
    Ok(answer)
}

impl KeyEncryptionKey for KeyService {
    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, WrapError> {
        let plaintext = Zeroizing::new(STANDARD.encode(key));
        let asked = Asked {
            context: STANDARD.encode(context),
            key: &self.key,
            plaintext: Some(&plaintext),
            wrapped: None,
        };
        let answered = self.call("wrap", &asked)?;
        let wrapped = answered.wrapped.as_deref().and_then(|text| STANDARD.decode(text).ok());
        wrapped.filter(|bytes| !bytes.is_empty()).ok_or_else(malformed)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, WrapError> {
        let wrapped = STANDARD.encode(wrapped);
        let asked = Asked {
            context: STANDARD.encode(context),
            key: &self.key,
            plaintext: None,
            wrapped: Some(&wrapped),
        };
        let answered = self.call("unwrap", &asked)?;
        let bytes = answered.plaintext.as_deref().and_then(|text| STANDARD.decode(text).ok());
        let bytes = Zeroizing::new(bytes.ok_or_else(malformed)?);
        <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| malformed())
    }
}

impl fmt::Debug for KeyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyService")
    }
}

fn malformed() -> WrapError {
    WrapError { what: "the key service: the answer has another form".to_owned() }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;

    use super::*;
    use heqi_testkit::SeededEntropy;

    /// A key service of twenty lines: it wraps with a key file of its own.
    pub(crate) fn service(token: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let entropy = Arc::new(SeededEntropy::new(9));
        let disk = heqi_evidence_store::durable_file::Disk::default();
        let path = folder.path().join("kek");
        let key = heqi_evidence_store::vault::FileKeyEncryptionKey::create(&path, &disk, entropy)
            .unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut text = Vec::new();
                let (mut end, mut length) = (None, 0);
                let mut part = [0; 4096];
                while end.is_none_or(|end: usize| text.len() < end + length) {
                    let read = stream.read(&mut part).unwrap();
                    text.extend_from_slice(&part[..read]);
                    end = text.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4);
                    if let Some(end) = end {
                        let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
                        let after = head.split("content-length: ").nth(1).unwrap();
                        length = after.split("\r\n").next().unwrap().parse().unwrap();
                    }
                }
                let end = end.unwrap();
                let head = String::from_utf8_lossy(&text[..end]).into_owned();
                let asked: serde_json::Value = serde_json::from_slice(&text[end..]).unwrap();
                let bytes = |name: &str| STANDARD.decode(asked[name].as_str().unwrap()).unwrap();
                let allowed = head.contains(&format!("Bearer {token}"));
                let body = if head.starts_with("POST /wrap ") {
                    let plain = <[u8; 32]>::try_from(bytes("plaintext")).unwrap();
                    let wrapped = key.wrap(&plain, &bytes("context")).unwrap();
                    Some(serde_json::json!({ "wrapped": STANDARD.encode(wrapped) }))
                } else {
                    let opened = key.unwrap(&bytes("wrapped"), &bytes("context"));
                    opened.ok().map(|p| serde_json::json!({ "plaintext": STANDARD.encode(*p) }))
                };
                let (status, body) = match body.filter(|_| allowed) {
                    Some(body) => ("200 OK", body.to_string()),
                    None => ("403 Forbidden", String::new()),
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        url
    }

    fn key_service(url: &str, token: &str) -> KeyService {
        KeyService::new(url, "heqi".into(), Bearer::new(token), &Trust::Nobody).unwrap()
    }

    #[test]
    fn what_the_service_wraps_it_unwraps_in_the_same_context_only() {
        let url = service("secret");
        let key = key_service(&url, "secret");
        let wrapped = key.wrap(&[7; 32], b"segment 1").unwrap();
        assert!(!wrapped.windows(32).any(|window| window == [7; 32]));
        assert_eq!(*key.unwrap(&wrapped, b"segment 1").unwrap(), [7; 32]);
        assert!(key.unwrap(&wrapped, b"segment 2").is_err());
        assert!(key.unwrap(&wrapped[1..], b"segment 1").is_err());
        assert!(key_service(&url, "guessed").wrap(&[7; 32], b"segment 1").is_err());
    }

    #[tokio::test]
    async fn it_answers_where_nothing_may_block_on_a_runtime() {
        let key = key_service(&service("secret"), "secret");
        let wrapped = key.wrap(&[3; 32], b"x").unwrap();
        assert_eq!(*key.unwrap(&wrapped, b"x").unwrap(), [3; 32]);
    }

    #[test]
    fn a_service_that_is_away_is_an_error_and_plain_http_elsewhere_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = key_service(&url, "secret").wrap(&[1; 32], b"x").unwrap_err();
        assert!(error.to_string().contains("not reached"), "{error}");
        let (token, far) = (Bearer::new("t"), "http://kms.example");
        let elsewhere = KeyService::new(far, "k".into(), token, &Trust::Nobody);
        assert!(matches!(elsewhere, Err(KeyServiceError::Address(AddressError::PlainHttp))));
        assert!(!format!("{:?}", key_service(&url, "secret")).contains("secret"));
    }
}
