//! A notary service's keys, and whom it trusts.

use std::path::Path;

use heqi_evidence::anchors::{
    Anchors, CosignerAnchor, CosignerRole, CustodianAnchor, LogAnchor, Publisher, Spki, Validity,
    Vkey,
};
use heqi_evidence::key_change::KeyRole;
use heqi_pki::keys::PublicKey;
use heqi_tlog::note::{SignatureType, VerifierKey};
use heqi_vocabulary::{Clock, Entropy};

use crate::keys::succession::Succession;
use crate::keys::{self, KeyError, NoteKey};
use crate::service::ServiceError;
use crate::settings::{NotarySettings, Role};

/// The public keys of a notary service.
pub(crate) struct NotaryKeys {
    pub(crate) log: VerifierKey,
    pub(crate) receipt: PublicKey,
    /// A data centre has one.
    pub(crate) witness: Option<VerifierKey>,
    /// A data centre has one.
    pub(crate) mirror: Option<VerifierKey>,
}

/// Reads or makes the keys and gives their public halves.
pub(crate) fn public_keys(
    data_dir: &Path,
    origin: &str,
    role: Role,
    entropy: &dyn Entropy,
) -> Result<NotaryKeys, ServiceError> {
    let folder = data_dir.join("keys");
    let cosigner = |kind: &str| -> Result<Option<VerifierKey>, KeyError> {
        match role {
            Role::DataCentre => {
                cosigner_key(&folder, origin, kind, entropy)?.verifier_key().map(Some)
            }
            Role::Preservation => Ok(None),
        }
    };
    Ok(NotaryKeys {
        log: log_key(&folder, origin, entropy)?.verifier_key()?,
        receipt: keys::signing_key(&folder.join("receipt.pem"), entropy)?.public_key(),
        witness: cosigner("witness")?,
        mirror: cosigner("mirror")?,
    })
}

pub(super) fn log_key(
    folder: &Path,
    origin: &str,
    entropy: &dyn Entropy,
) -> Result<NoteKey, KeyError> {
    keys::note_key(&folder.join("log.key"), origin, SignatureType::Ed25519, entropy)
}

pub(super) fn cosigner_key(
    folder: &Path,
    origin: &str,
    kind: &str,
    entropy: &dyn Entropy,
) -> Result<NoteKey, KeyError> {
    let name = format!("{origin}/{kind}");
    let file = folder.join(format!("{kind}.key"));
    keys::note_key(&file, &name, SignatureType::CosignatureV1, entropy)
}

/// A custodian as it stands among the anchors.
pub(crate) fn custodian_anchor(
    role: Role,
    organisation: &str,
    receipt: &PublicKey,
    validity: Validity,
) -> CustodianAnchor {
    CustodianAnchor {
        custodian: role.custodian().to_owned(),
        key: Spki(receipt.clone()),
        organisation: organisation.to_owned(),
        validity,
    }
}

/// Whom this office trusts, and what it publishes: the platform's log and authority, its
/// own keys, and the other custodians it was told of.
pub(super) fn anchors(
    settings: &NotarySettings,
    public: &NotaryKeys,
    publisher: PublicKey,
    clock: &dyn Clock,
) -> Anchors {
    let validity = settings.platform.log.validity;
    let organisation = &settings.organisation;
    let mut custodians =
        vec![custodian_anchor(settings.role, organisation, &public.receipt, validity)];
    custodians.extend(settings.other_custodians.iter().cloned());
    Anchors {
        certificate_roots: settings.platform.certificate_roots.clone(),
        cosigners: cosigners(settings, public),
        custodians,
        identity_providers: settings.identity_providers.clone(),
        logs: vec![
            settings.platform.log.clone(),
            LogAnchor {
                organisation: organisation.clone(),
                validity,
                vkey: Vkey(public.log.clone()),
            },
        ],
        published_at: clock.now(),
        publisher: Publisher { key: Spki(publisher), organisation: organisation.clone() },
        seal_roots: Vec::new(),
        time_roots: settings
            .time_authorities
            .iter()
            .flat_map(|authority| authority.roots.clone())
            .collect(),
    }
}

/// Witness and mirror of the platform's log: a data centre's own, and of the second custodian those of the data centre,
/// as far as it was told their keys.
fn cosigners(settings: &NotarySettings, public: &NotaryKeys) -> Vec<CosignerAnchor> {
    let own = (&settings.organisation, public.witness.as_ref(), public.mirror.as_ref());
    let elsewhere = settings.data_centre.as_ref().filter(|_| settings.role == Role::Preservation);
    let (organisation, witness, mirror) = elsewhere.map_or(own, |centre| {
        (
            centre.organisation.as_ref().unwrap_or(&settings.organisation),
            centre.witness_vkey.as_ref().map(|vkey| &vkey.0),
            centre.mirror_vkey.as_ref().map(|vkey| &vkey.0),
        )
    });
    let keys = [(CosignerRole::Witness, witness), (CosignerRole::Mirror, mirror)];
    let anchors = keys.into_iter().filter_map(|(role, key)| {
        Some(CosignerAnchor {
            organisation: organisation.clone(),
            role,
            validity: settings.platform.log.validity,
            vkey: Vkey(key?.clone()),
        })
    });
    anchors.collect()
}

/// Every key with the keys before and after it, each with its time, and what is distrusted.
pub(super) fn with_successors(anchors: Anchors, known: &Succession) -> Anchors {
    let cosigners = anchors.cosigners.iter().flat_map(|cosigner| {
        let role = match cosigner.role {
            CosignerRole::Witness => KeyRole::Witness,
            CosignerRole::Mirror => KeyRole::Mirror,
        };
        let keys = known.note_keys(role, &cosigner.vkey.0, cosigner.validity);
        keys.into_iter().map(|(key, validity)| CosignerAnchor {
            validity,
            vkey: Vkey(key),
            ..cosigner.clone()
        })
    });
    let mut anchors = Anchors {
        cosigners: cosigners.collect(),
        custodians: anchors.custodians.iter().flat_map(|c| known.custodians(c)).collect(),
        logs: anchors.logs.iter().flat_map(|log| known.logs(log)).collect(),
        ..anchors
    };
    known.distrust(&mut anchors);
    anchors
}

#[cfg(test)]
mod tests {
    use heqi_pki::keys::SigningKey;
    use heqi_tlog::cosignature::Cosigner;
    use heqi_tlog::note::KeyName;
    use serde_json::{Value, json};

    use super::*;

    fn vkey(name: &str, seed: u8) -> VerifierKey {
        let key = Cosigner::from_seed(KeyName::new(name).unwrap(), &[seed; 32]).unwrap();
        key.verifier_key().clone()
    }

    /// Whom an office of this role believes as witness and mirror, having been told this of the data centre.
    fn believed(role: &str, data_centre: &Value) -> Vec<(String, CosignerRole, VerifierKey)> {
        let settings = json!({
            "data_dir": "/nowhere",
            "log_origin": "office.example/log",
            "role": role,
            "organisation": "Office",
            "platform": {
                "url": "http://127.0.0.1:8801",
                "api_key_file": "/nowhere/key",
                "certificate_roots": [],
                "log": {
                    "organisation": "Platform",
                    "validity": { "valid_from": "2026-01-01T00:00:00.000Z" },
                    "vkey": Vkey(vkey("platform.example/log", 1)),
                },
                "witness_vkey": Vkey(vkey("platform.example/witness", 2)),
            },
            "data_centre": data_centre,
        });
        let is_centre = role == "data_centre";
        let public = NotaryKeys {
            log: vkey("office.example/log", 3),
            receipt: SigningKey::from_ed25519_seed(&[4; 32]).public_key(),
            witness: is_centre.then(|| vkey("office.example/witness", 5)),
            mirror: is_centre.then(|| vkey("office.example/mirror", 6)),
        };
        let anchors = cosigners(&serde_json::from_value(settings).unwrap(), &public);
        anchors.into_iter().map(|one| (one.organisation, one.role, one.vkey.0)).collect()
    }

    #[test]
    fn the_second_custodian_believes_the_witness_and_mirror_that_it_was_told_of() {
        let keys = [vkey("centre.example/witness", 7), vkey("centre.example/mirror", 8)];
        let [witness, mirror] = keys.clone().map(Vkey);
        let mut told = json!({
            "url": "http://127.0.0.1:8802", "witness_vkey": witness, "mirror_vkey": mirror,
        });
        let roles = [CosignerRole::Witness, CosignerRole::Mirror];
        let both = |organisation: &str| -> Vec<(String, CosignerRole, VerifierKey)> {
            let one = |(role, key)| (organisation.to_owned(), role, key);
            roles.into_iter().zip(keys.clone()).map(one).collect()
        };
        assert_eq!(believed("preservation", &told), both("Office"));
        told["organisation"] = "Centre".into();
        assert_eq!(believed("preservation", &told), both("Centre"));
        for nothing in [json!({ "url": "http://127.0.0.1:8802" }), Value::Null] {
            assert!(believed("preservation", &nothing).is_empty(), "{nothing}");
        }

        // A data centre is witness and mirror itself, whatever it was told of another.
        let own = believed("data_centre", &told);
        assert!(own.iter().all(|(organisation, _, _)| organisation == "Office"), "{own:?}");
        let of_own = [vkey("office.example/witness", 5), vkey("office.example/mirror", 6)];
        assert_eq!(own.into_iter().map(|(_, _, key)| key).collect::<Vec<_>>(), of_own);
    }
}
