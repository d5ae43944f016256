//! The keys by which this platform examines evidence for regulators: those that its settings name,
//! with the ones they were rotated to, and what its operator distrusts. Whoever takes a bundle away
//! examines it by the list that the notary publishes, and by nothing of ours.

use std::path::Path;

use heqi_evidence::anchors::{
    Anchors, Base64, CertificateRoot, CosignerAnchor, CosignerRole, CustodianAnchor, LogAnchor,
    ProviderAnchor, Publisher, Spki, Validity, Vkey,
};
use heqi_pki::certificate::CertificateChain;
use heqi_pki::keys::PublicKey;
use heqi_registration::{Custodian, Settings};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::{Clock, Entropy, UtcMillis};

use super::ServiceError;
use crate::keys;
use crate::keys::succession::Succession;
use crate::settings::{PlatformSettings, Profile};

/// The list, made from what was decided.
pub(super) fn of(
    settings: &PlatformSettings,
    decided: &Settings,
    publisher: PublicKey,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Result<Anchors, ServiceError> {
    let folder = settings.data_dir.join("keys");
    let valid_from = UtcMillis::from_millis(0).unwrap_or_else(|_| clock.now());
    let validity = Validity { valid_from, valid_until: None, distrust_after: None };
    let operator = settings.names.operator.clone();
    let notary = settings.names.notary_office.clone();
    let cosigner = |role, key: &VerifierKey| CosignerAnchor {
        organisation: notary.clone(),
        role,
        validity,
        vkey: Vkey(key.clone()),
    };
    let witnesses = decided.witness_keys.iter().map(|key| cosigner(CosignerRole::Witness, key));
    let mirrors = decided.mirror_keys.iter().map(|key| cosigner(CosignerRole::Mirror, key));
    let receipts = |custodian: Custodian| {
        let others = decided.other_receipt_keys.get(&custodian).into_iter().flatten();
        decided.custodians.get(&custodian).into_iter().chain(others)
    };
    let mut custodians: Vec<CustodianAnchor> = Vec::new();
    for custodian in Custodian::ALL {
        for key in receipts(custodian) {
            if custodians.iter().all(|known| known.key.0 != *key) {
                custodians.push(CustodianAnchor {
                    custodian: custodian.as_str().to_owned(),
                    key: Spki(key.clone()),
                    organisation: notary.clone(),
                    validity,
                });
            }
        }
    }
    let log = |organisation: &str, key: &VerifierKey| LogAnchor {
        organisation: organisation.to_owned(),
        validity,
        vkey: Vkey(key.clone()),
    };
    let own = std::iter::once(&decided.log_key).chain(&decided.other_log_keys);
    let others = settings.witnessed_logs.iter().map(|key| &key.0);
    let logs = own.map(|key| log(&operator, key)).chain(others.map(|key| log(&notary, key)));
    let mut anchors = Anchors {
        certificate_roots: roots(settings, &folder, validity, (clock, entropy))?,
        cosigners: witnesses.chain(mirrors).collect(),
        custodians,
        identity_providers: providers(settings, validity),
        logs: logs.collect(),
        published_at: clock.now(),
        publisher: Publisher { key: Spki(publisher), organisation: operator.clone() },
        // Sealed documents are the notary's, and are checked by its list.
        seal_roots: Vec::new(),
        time_roots: settings
            .time_authorities
            .iter()
            .flat_map(|authority| authority.roots.clone())
            .collect(),
    };
    Succession::load(&folder)?.distrust(&mut anchors);
    Ok(anchors)
}

/// Who answers who people are, each key once.
fn providers(settings: &PlatformSettings, validity: Validity) -> Vec<ProviderAnchor> {
    let asked = &settings.identity;
    let peers = [&asked.real_name, &asked.portrait, &asked.registry];
    let mut anchors: Vec<ProviderAnchor> = Vec::new();
    for peer in peers.into_iter().flatten() {
        for key in &peer.keys {
            if anchors.iter().all(|known| known.key != *key) {
                anchors.push(ProviderAnchor {
                    key: key.clone(),
                    organisation: peer.provider.clone(),
                    provider: peer.provider.clone(),
                    test_only: settings.profile == Profile::Demo,
                    validity,
                });
            }
        }
    }
    anchors
}

/// Where signers' certificates end.
fn roots(
    settings: &PlatformSettings,
    folder: &Path,
    validity: Validity,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Result<Vec<CertificateRoot>, ServiceError> {
    let root = |der: Vec<u8>, test_only| CertificateRoot {
        certificate: Base64(der),
        organisation: settings.names.operator.clone(),
        test_only,
        validity,
    };
    let Some(wanted) = &settings.certificate_authority else {
        let built_in = keys::test_authority(&folder.join("test-authority.pem"), clock, entropy)?;
        return Ok(vec![root(built_in.root().certificate().der().to_vec(), true)]);
    };
    let pem = keys::read_secret(&wanted.roots_file)?;
    let chain = CertificateChain::from_pem(&pem)
        .map_err(|error| ServiceError::Authority(error.to_string()))?;
    Ok(chain.certificates().map(|one| root(one.der().to_vec(), false)).collect())
}
