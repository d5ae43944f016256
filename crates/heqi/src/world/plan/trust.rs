//! What the organisations are told of each other: the settings of one side, with the keys of the others.

use std::collections::BTreeSet;
use std::path::PathBuf;

use heqi_evidence::anchors::{
    Base64, CertificateRoot, LogAnchor, Spki, TimeRootAnchor, Validity, Vkey,
};
use heqi_registration::platform::{FACE_ACTIONS, Names};
use heqi_service_kit::AlarmLimits;
use heqi_service_kit::admission::Load;
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_service_kit::tls::PeerTlsSettings;

use super::super::LOG_NAME;
use super::{
    APPLICATIONS_KEY, DATA_CENTRE_KEY, NOTARY_ORGANISATION, PLATFORM_ORGANISATION, PLATFORM_ORIGIN,
    STAMPING,
};
use crate::demo::officers;
use crate::service::{notary, platform};
use crate::settings::{
    self, AlarmDeliverySettings, CenterPart, IdentitySettings, NotarySettings, PeerSettings,
    PlatformPeerSettings, PlatformSettings, Profile, RegulatorSettings, Role, TimeAuthorityPeer,
};

/// What the platform tells the others of itself, and what it is told of them.
pub(super) struct Trust {
    pub(super) platform_keys: PathBuf,
    pub(super) platform_url: String,
    pub(super) always: Validity,
    pub(super) own: platform::PlatformKeys,
    pub(super) time_root: Vec<u8>,
    pub(super) time_url: String,
    pub(super) peers: Option<PeerTlsSettings>,
}

impl Trust {
    /// The time authority of the demo, as both organisations see it.
    pub(super) fn time_authorities(&self) -> Vec<TimeAuthorityPeer> {
        vec![TimeAuthorityPeer {
            label: "test".to_owned(),
            url: self.time_url.clone(),
            tls: None,
            policy: Some(settings::time_policy()),
            roots: vec![TimeRootAnchor {
                certificate: Base64(self.time_root.clone()),
                // Without a mark: whoever tells of its time stamps says once that they are for tests, by the flag below.
                organisation: "合契演示时间戳".to_owned(),
                policy: Some(settings::time_policy()),
                test_only: true,
                validity: self.always,
            }],
        }]
    }

    /// A custodian as the platform sees it.
    pub(super) fn custodian(
        &self,
        url: &str,
        keys: &notary::NotaryKeys,
        key_file: &str,
    ) -> PeerSettings {
        PeerSettings {
            url: url.to_owned(),
            tls: self.peers.clone(),
            api_key_file: self.platform_keys.join(key_file),
            receipt_key: Spki(keys.receipt.clone()),
            witness_vkey: keys.witness.clone().map(Vkey),
            mirror_vkey: keys.mirror.clone().map(Vkey),
        }
    }

    pub(super) fn platform(
        &self,
        data_dir: PathBuf,
        data_centre: PeerSettings,
        preservation: PeerSettings,
        witnessed_logs: Vec<Vkey>,
    ) -> PlatformSettings {
        let mut api = heqi_api::ApiSettings::default();
        LOG_NAME.clone_into(&mut api.log_name);
        if self.peers.is_none() {
            // One machine, made-up people: nobody to protect, and `load` has to reach the rest.
            api.rates.enabled = false;
            api.load = Load::unlimited();
        }
        // The guide shows the signer's pages in a frame; plain HTTP on loopback carries no
        // cookie that is for TLS only.
        api.pages.secure_cookies = self.peers.is_some();
        api.pages.framed_by = if self.peers.is_some() {
            vec!["https:".to_owned()]
        } else {
            ["http://127.0.0.1:*", "http://localhost:*"].map(str::to_owned).into()
        };
        PlatformSettings {
            profile: Profile::Demo,
            data_dir,
            listen: String::new(),
            tls: None,
            log_origin: PLATFORM_ORIGIN.to_owned(),
            data_centre,
            preservation,
            certificate_authority: None,
            witnessed_logs,
            time_authorities: self.time_authorities(),
            stamping: STAMPING,
            renewal: CenterPart::default(),
            notify: None,
            identity: IdentitySettings::default(),
            alarm_delivery: AlarmDeliverySettings::default(),
            // Nobody who watches a demo waits a day.
            reconcile_every_s: 60,
            regulator: RegulatorSettings {
                applicant: Some(officers::applicant()),
                api_key_file: Some(self.platform_keys.join(APPLICATIONS_KEY)),
            },
            index_cache_mib: settings::platform_cache(),
            names: Names::default(),
            check_pixels: true,
            face_actions: FACE_ACTIONS,
            simulated_filings: BTreeSet::new(),
            kept_in: BTreeSet::new(),
            api,
            telemetry: TelemetrySettings::default(),
        }
    }

    pub(super) fn office(
        &self,
        role: Role,
        data_dir: PathBuf,
        origin: &str,
        key_file: &str,
    ) -> NotarySettings {
        NotarySettings {
            profile: Profile::Demo,
            data_dir,
            listen: String::new(),
            tls: None,
            log_origin: origin.to_owned(),
            log_name: LOG_NAME.to_owned(),
            role,
            organisation: NOTARY_ORGANISATION.to_owned(),
            platform: self.platform_peer(key_file),
            legal_hold_key_file: None,
            other_custodians: Vec::new(),
            identity_providers: Vec::new(),
            time_authorities: self.time_authorities(),
            stamping: STAMPING,
            data_centre: None,
            people: None,
            workbench: None,
            center: CenterPart::default(),
            alarms: AlarmLimits::default(),
            alarm_delivery: AlarmDeliverySettings::default(),
            // Nobody who watches a demo waits a day.
            reconcile_every_s: 20,
            index_cache_mib: settings::custodian_cache(),
            kept_in: BTreeSet::new(),
            telemetry: TelemetrySettings::default(),
        }
    }

    /// The platform as a custodian sees it.
    pub(super) fn platform_peer(&self, key_file: &str) -> PlatformPeerSettings {
        PlatformPeerSettings {
            url: self.platform_url.clone(),
            tls: self.peers.clone(),
            api_key_file: self.platform_keys.join(key_file),
            recovery_key_file: None,
            applications_key_file: (key_file == DATA_CENTRE_KEY)
                .then(|| self.platform_keys.join(APPLICATIONS_KEY)),
            log: LogAnchor {
                organisation: PLATFORM_ORGANISATION.to_owned(),
                validity: self.always,
                vkey: Vkey(self.own.log.clone()),
            },
            witness_vkey: Vkey(self.own.witness.clone()),
            order_key: Some(Spki(self.own.order.clone())),
            certificate_roots: vec![CertificateRoot {
                certificate: Base64(self.own.certificate_root.clone()),
                organisation: "合契演示测试证书机构 (TEST ONLY)".to_owned(),
                test_only: true,
                validity: self.always,
            }],
        }
    }
}
