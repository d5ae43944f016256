//! What `profile = "production"` refuses: whatever is for made-up people only.
//!
//! All reasons are told at once, in both languages, before any key is read or made.

mod words;

use std::fmt;
use std::path::{Path, PathBuf};

use heqi_evidence::anchors::{TimeRootAnchor, Vkey};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::timestamp::TimeRoot;
use heqi_registration::platform::Names;
use heqi_service_kit::tls::{PeerTlsSettings, TlsSettings};
use heqi_vocabulary::{Explain, Language};

use crate::keys::key_service::KeyService;
use crate::settings::{NotarySettings, PlatformSettings, Profile, TimeAuthorityPeer};

/// The demo leaves this file beside the keys it makes.
pub(crate) const DEMO_MARK: &str = "demo.json";
/// Names that nobody can own (RFC 2606, RFC 6761).
const RESERVED_TOPS: [&str; 4] = ["example", "invalid", "localhost", "test"];
const RESERVED_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
/// What every made-up organisation is called.
const MADE_UP: &str = "示例";

/// One thing that production does not take.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", self.code())]
pub(crate) enum Unfit {
    /// The demo made the keys in this folder.
    DemoKeys(PathBuf),
    /// A log or key under a name that nobody can own.
    DemoName(String),
    /// Consents or receipts would name made-up organisations.
    MadeUpNames(&'static str),
    /// Signers' certificates would come from the built-in authority.
    TestAuthority,
    /// Signers' certificates of a test authority would be believed.
    TestRoot(String),
    /// Time stamps of a test authority would be believed.
    TestTime(String),
    /// Answers of a demonstration about who people are would be believed.
    TestProvider(String),
    /// Nobody would decide where no authority says who signed.
    NobodyReviews,
    /// A party without a contact would come in by the link alone.
    CodesOptional,
    /// The service would be a time authority for tests.
    TimeAuthority,
    /// Our listener has no certificate.
    PlainListener,
    /// Somebody would be called without pinned roots.
    PlainPeer(String),
    /// The key-encryption key lies in a file beside what it protects.
    KeyFile(PathBuf),
}

/// Everything that production does not take.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Vec<Unfit>);

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("profile = \"production\" is refused 正式环境（production）未能启动：")?;
        for unfit in &self.0 {
            for language in [Language::Zh, Language::En] {
                let said = unfit.explain(language);
                write!(f, "\n  [{}] {} {}", unfit.code(), said.what, said.next)?;
            }
        }
        Ok(())
    }
}

/// Whether a platform may run with these settings.
pub(crate) fn check_platform(settings: &PlatformSettings) -> Result<(), Refused> {
    if settings.profile == Profile::Demo {
        return Ok(());
    }
    let mut found = Vec::new();
    let keys = settings.data_dir.join("keys");
    own(&keys, &settings.log_origin, settings.tls.as_ref(), &mut found);
    if settings.names == Names::default() || is_made_up(&settings.names) {
        found.push(Unfit::MadeUpNames("names"));
    }
    match &settings.identity.review {
        None => found.push(Unfit::NobodyReviews),
        Some(review) if review.name.as_str().contains(MADE_UP) => {
            found.push(Unfit::MadeUpNames("identity.review"));
        }
        Some(_) => {}
    }
    if !settings.notify.as_ref().is_some_and(|notify| notify.code_required) {
        found.push(Unfit::CodesOptional);
    }
    match &settings.certificate_authority {
        None => found.push(Unfit::TestAuthority),
        Some(authority) => {
            agent("certificate_authority", &authority.url, authority.tls.as_ref(), &mut found);
        }
    }
    for (name, peer) in
        [("data_centre", &settings.data_centre), ("preservation", &settings.preservation)]
    {
        organisation(name, peer.tls.as_ref(), &mut found);
        for key in [&peer.witness_vkey, &peer.mirror_vkey].into_iter().flatten() {
            known_key(key, &mut found);
        }
    }
    settings.witnessed_logs.iter().for_each(|key| known_key(key, &mut found));
    time_authorities(&settings.time_authorities, &mut found);
    conclude(found)
}

/// Whether a notary's service may run with these settings.
pub(crate) fn check_notary(settings: &NotarySettings) -> Result<(), Refused> {
    if settings.profile == Profile::Demo {
        return Ok(());
    }
    let mut found = Vec::new();
    let keys = settings.data_dir.join("keys");
    own(&keys, &settings.log_origin, settings.tls.as_ref(), &mut found);
    let platform = &settings.platform;
    if settings.organisation.contains(MADE_UP) {
        found.push(Unfit::MadeUpNames("organisation"));
    }
    organisation("platform", platform.tls.as_ref(), &mut found);
    if let Some(peer) = &settings.data_centre {
        organisation("data_centre", peer.tls.as_ref(), &mut found);
        let cosigners = peer.witness_vkey.iter().chain(&peer.mirror_vkey);
        cosigners.for_each(|key| known_key(key, &mut found));
    }
    known_key(&platform.log.vkey, &mut found);
    known_key(&platform.witness_vkey, &mut found);
    for root in &platform.certificate_roots {
        let marked = TrustedRoot::from_der(&root.certificate.0, root.test_only);
        if root.test_only || marked.is_ok_and(|root| root.is_test_only()) {
            found.push(Unfit::TestRoot(root.organisation.clone()));
        }
    }
    for provider in &settings.identity_providers {
        if provider.test_only {
            found.push(Unfit::TestProvider(provider.organisation.clone()));
        }
    }
    time_authorities(&settings.time_authorities, &mut found);
    conclude(found)
}

/// A time authority of ours is for tests and never for production.
pub(crate) fn check_time_authority(profile: Profile) -> Result<(), Refused> {
    match profile {
        Profile::Demo => Ok(()),
        Profile::Production => Err(Refused(vec![Unfit::TimeAuthority])),
    }
}

fn conclude(mut found: Vec<Unfit>) -> Result<(), Refused> {
    found.dedup();
    if found.is_empty() { Ok(()) } else { Err(Refused(found)) }
}

/// What concerns ourselves, whoever we are.
fn own(keys: &Path, origin: &str, tls: Option<&TlsSettings>, found: &mut Vec<Unfit>) {
    if keys.join(DEMO_MARK).exists() {
        found.push(Unfit::DemoKeys(keys.to_owned()));
    }
    if is_reserved(origin) {
        found.push(Unfit::DemoName(origin.to_owned()));
    }
    if tls.is_none() {
        found.push(Unfit::PlainListener);
    }
    if !KeyService::is_configured(keys) {
        found.push(Unfit::KeyFile(keys.join("key-encryption.key")));
    }
}

/// Another organisation is called over mutual TLS, on whatever machine it runs.
fn organisation(name: &str, tls: Option<&PeerTlsSettings>, found: &mut Vec<Unfit>) {
    if tls.is_none() {
        found.push(Unfit::PlainPeer(name.to_owned()));
    }
}

/// An agent of our own may run on this machine and be called without TLS; that the address
/// is one of this machine is checked where it is called.
fn agent(name: &str, url: &str, tls: Option<&PeerTlsSettings>, found: &mut Vec<Unfit>) {
    if tls.is_none() && heqi_service_kit::Trust::Nobody.admits(url).is_err() {
        found.push(Unfit::PlainPeer(name.to_owned()));
    }
}

fn known_key(key: &Vkey, found: &mut Vec<Unfit>) {
    let name = key.0.name().as_str();
    if is_reserved(name) {
        found.push(Unfit::DemoName(name.to_owned()));
    }
}

fn time_authorities(all: &[TimeAuthorityPeer], found: &mut Vec<Unfit>) {
    for peer in all {
        let is_test = |anchor: &TimeRootAnchor| {
            let root = TimeRoot::from_der(&anchor.certificate.0, anchor.test_only);
            anchor.test_only || root.is_ok_and(|root| root.is_test_only())
        };
        if peer.roots.iter().any(is_test) {
            found.push(Unfit::TestTime(peer.label.clone()));
        }
        organisation(&format!("time_authorities.{}", peer.label), peer.tls.as_ref(), found);
    }
}

/// Whether the name begins with a host that nobody can own.
fn is_reserved(name: &str) -> bool {
    let host = name.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_end_matches('.');
    let top = host.rsplit('.').next().unwrap_or_default();
    RESERVED_TOPS.contains(&top)
        || RESERVED_DOMAINS.iter().any(|domain| {
            host == *domain || host.strip_suffix(domain).is_some_and(|left| left.ends_with('.'))
        })
}

fn is_made_up(names: &Names) -> bool {
    [&names.notary_office, &names.operator, &names.verifier]
        .into_iter()
        .any(|name| name.contains(MADE_UP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_can_own_are_told_from_others() {
        for name in [
            "platform.heqi.example/demo",
            "log.example",
            "LOG.TEST/2026",
            "localhost:8801",
            "a.example.com/x",
            "example.org",
            "x.invalid.",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in
            ["log.notary.gov.cn/2026", "example.cn", "notexample.com", "test.hz.cn", "a.internal"]
        {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn every_reason_is_two_sentences_in_both_languages() {
        let name = || "x".to_owned();
        let all = [
            Unfit::DemoKeys(PathBuf::from("keys")),
            Unfit::DemoName(name()),
            Unfit::MadeUpNames("names"),
            Unfit::TestAuthority,
            Unfit::TestRoot(name()),
            Unfit::TestTime(name()),
            Unfit::TestProvider(name()),
            Unfit::NobodyReviews,
            Unfit::CodesOptional,
            Unfit::TimeAuthority,
            Unfit::PlainListener,
            Unfit::PlainPeer(name()),
            Unfit::KeyFile(PathBuf::from("kek")),
        ];
        let mut codes: Vec<&str> = all.iter().map(Explain::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all.len());
        for unfit in all {
            for (language, stop) in [(Language::Zh, '。'), (Language::En, '.')] {
                let said = unfit.explain(language);
                assert!(said.what.ends_with(stop) && said.next.ends_with(stop), "{unfit:?}");
            }
        }
    }
}
