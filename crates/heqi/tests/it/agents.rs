//! What production asks of others, in a few lines each: a key service, a certificate authority and
//! a gateway for text messages, behind plain HTTP on this machine as agents are.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence_store::durable_file::Disk;
use heqi_evidence_store::vault::{FileKeyEncryptionKey, KeyEncryptionKey as _};
use heqi_notify::signature::Secret;
use heqi_service_kit::{SystemClock, SystemEntropy};
use heqi_vocabulary::{Clock as _, Entropy};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData, SignatureAlgorithm,
    date_time_ymd,
};
use serde_json::{Value, json};

/// The bearer token of both.
pub(crate) const TOKEN: &str = "agents-secret";

/// Serves one JSON route after the other to whoever shows this; gives the address.
fn serve(shown: String, answer: impl Fn(&str, &Value) -> Option<Value> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever closes early gets nothing.
            let _ = answer_one(stream.unwrap(), &shown, &answer);
        }
    });
    url
}

fn answer_one(
    mut stream: TcpStream,
    shown: &str,
    answer: &impl Fn(&str, &Value) -> Option<Value>,
) -> std::io::Result<()> {
    let mut text = Vec::new();
    let (mut end, mut length) = (None, 0);
    let mut part = [0; 4096];
    while end.is_none_or(|end: usize| text.len() < end + length) {
        let read = stream.read(&mut part)?;
        if read == 0 {
            return Ok(());
        }
        text.extend_from_slice(&part[..read]);
        end = text.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4);
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
            let after = head.split("content-length: ").nth(1).unwrap();
            length = after.split("\r\n").next().unwrap().parse().unwrap();
        }
    }
    let head = String::from_utf8_lossy(&text[..end.unwrap()]).into_owned();
    let asked: Value = serde_json::from_slice(&text[end.unwrap()..]).unwrap();
    let path = head.split(' ').nth(1).unwrap();
    let allowed = head.contains(shown);
    let (status, body) = match answer(path, &asked).filter(|_| allowed) {
        Some(body) => ("200 OK", body.to_string()),
        None => ("403 Forbidden", String::new()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes())
}

/// A key service that wraps with one key, kept in this folder.
pub(crate) fn key_service(folder: &Path) -> String {
    let file = folder.join("key-service.key");
    let key = FileKeyEncryptionKey::create(&file, &Disk::default(), Arc::new(SystemEntropy));
    let key = key.unwrap();
    serve(format!("Bearer {TOKEN}"), move |path, asked| {
        let bytes = |name: &str| STANDARD.decode(asked[name].as_str().unwrap()).unwrap();
        if path == "/wrap" {
            let plain = <[u8; 32]>::try_from(bytes("plaintext")).unwrap();
            let wrapped = key.wrap(&plain, &bytes("context")).unwrap();
            Some(json!({ "wrapped": STANDARD.encode(wrapped) }))
        } else {
            let opened = key.unwrap(&bytes("wrapped"), &bytes("context")).ok()?;
            Some(json!({ "plaintext": STANDARD.encode(*opened) }))
        }
    })
}

/// An authority that marks nothing TEST ONLY, as a licensed one would not.
pub(crate) struct Authority {
    pub(crate) url: String,
    /// Its root, PEM.
    pub(crate) root_pem: String,
    /// The same, DER.
    pub(crate) root_der: Vec<u8>,
}

struct DeviceKey([u8; 32]);

impl PublicKeyData for DeviceKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl Authority {
    pub(crate) fn start() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Licensed Root");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = params.self_signed(&key).unwrap();
        let (root_pem, root_der) = (root.pem(), root.der().to_vec());
        let issuer = Issuer::new(params, key);
        let url = serve(format!("Bearer {TOKEN}"), move |_, asked| {
            let spki = STANDARD.decode(asked["public_key"].as_str().unwrap()).unwrap();
            let device = DeviceKey(spki[spki.len() - 32..].try_into().unwrap());
            let mut leaf = CertificateParams::new(Vec::new()).unwrap();
            leaf.distinguished_name.push(DnType::CommonName, asked["party"].as_str().unwrap());
            leaf.key_usages =
                vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
            let document_signing = vec![1, 3, 6, 1, 5, 5, 7, 3, 36];
            leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(document_signing)];
            leaf.use_authority_key_identifier_extension = true;
            let second = |seconds| std::time::Duration::from_secs(seconds);
            let now = SystemClock.now().unix_seconds();
            leaf.not_before = date_time_ymd(1970, 1, 1) + second(now - 60);
            leaf.not_after = date_time_ymd(1970, 1, 1) + second(now + 24 * 3600);
            let leaf = leaf.signed_by(&device, &issuer).unwrap();
            Some(json!({ "certificates": [STANDARD.encode(leaf.der())] }))
        });
        Self { url, root_pem, root_der }
    }
}

/// A gateway that sends nothing: what it took is read here.
pub(crate) struct Gateway {
    pub(crate) url: String,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Gateway {
    /// Writes the secret that the platform signs with.
    pub(crate) fn start(secret: &Path) -> Self {
        let drawn = (&SystemEntropy as &dyn Entropy).bytes();
        std::fs::write(secret, Secret::write(&drawn).as_bytes()).unwrap();
        let taken = Arc::<Mutex<Vec<Value>>>::default();
        let kept = Arc::clone(&taken);
        // Whether the signature holds is a test of `heqi-notify`.
        let url = serve("webhook-signature: v1,".to_owned(), move |_, message| {
            kept.lock().unwrap().push(message.clone());
            Some(json!({ "reference": "gw-1" }))
        });
        Self { url, taken }
    }

    /// The oldest code that was sent to a number, once.
    pub(crate) fn code_to(&self, mobile: &str) -> Option<String> {
        let mut taken = self.taken.lock().unwrap();
        let is_code = |message: &Value| message["purpose"] == "code" && message["to"] == mobile;
        let place = taken.iter().position(is_code)?;
        let message = taken.remove(place);
        let text = message["text"].as_str()?;
        let code = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6)?;
        Some(code.to_owned())
    }
}
