//! Who trusts whom: the settings of all three organisations, with the keys they exchange.

mod trust;

use std::path::Path;

use heqi_evidence::anchors::{ProviderAnchor, Spki, Validity, Vkey};
use heqi_notarization::matter::number::Series;
use heqi_notify::SmtpSecurity;
use heqi_notify::signature::Secret;
use heqi_service_kit::api_key::{ApiKey, Scope};
use heqi_service_kit::telemetry::TelemetrySettings;
use heqi_service_kit::tls::PeerTlsSettings;
use heqi_vocabulary::{Clock, Entropy, FilingNo, UtcMillis};

use super::{Catching, WorldError, WorldKeys};
use crate::demo::{cast, officers, providers};
use crate::keys;
use crate::service::ServiceError;
use crate::service::notary;
use crate::service::platform;
use crate::service::production;
use crate::service::time;
use crate::settings::{
    self, DataCentrePeerSettings, EmailSettings, IdentitySettings, NotarySettings, NotifySettings,
    Numbers, PeopleSettings, PlatformSettings, Profile, ProviderPeer, RiskPart, Role, SmsSettings,
    StampingSettings, TimeAuthoritySettings, WorkbenchSettings,
};
use trust::Trust;

const PLATFORM_ORIGIN: &str = "platform.heqi.example/demo";
const NOTARY_ORIGIN: &str = "notary.heqi.example/demo";
const PRESERVATION_ORIGIN: &str = "preservation.heqi.example/demo";
const PLATFORM_ORGANISATION: &str = "示例文签平台";
const NOTARY_ORGANISATION: &str = "示例公证处";
const DATA_CENTRE_KEY: &str = "data-centre.key";
const APPLICATIONS_KEY: &str = "applications.key";
/// What text messages to the catcher are signed with.
const GATEWAY_SECRET: &str = "sms-gateway.secret";
const PRESERVATION_KEY: &str = "preservation.key";
/// Stands beside the keys, so that production refuses them.
const DEMO_MARK_TEXT: &[u8] = b"{\"made_by\":\"heqi demo\",\"use\":\"demonstration only\"}\n";
/// Nobody who watches a demo waits a minute for a time stamp.
const STAMPING: StampingSettings = StampingSettings { interval_ms: 2_000, refresh_ms: 3_600_000 };

/// Where everything answers, and how the services believe each other there.
pub(super) struct Urls {
    pub(super) platform: String,
    pub(super) notary: String,
    pub(super) preservation: String,
    pub(super) time: String,
    pub(super) peers: Option<PeerTlsSettings>,
}

/// Settings of all three, with the keys they exchange.
pub(super) struct Plan {
    pub(super) platform: PlatformSettings,
    pub(super) notary: NotarySettings,
    pub(super) preservation: NotarySettings,
    pub(super) time_authority: TimeAuthoritySettings,
    pub(super) platform_url: String,
    pub(super) integrator_key: String,
    pub(super) keys: WorldKeys,
}

impl Plan {
    /// Reads or makes every key and writes down who trusts whom.
    pub(super) fn make(
        data_dir: &Path,
        urls: Urls,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, WorldError> {
        let platform_dir = data_dir.join("platform");
        let own = platform::public_keys(&platform_dir, PLATFORM_ORIGIN, clock, entropy)?;
        let api_key = |file: &str, scope: Scope| {
            keys::secret_text(&platform_dir.join("keys").join(file), || {
                ApiKey::generate(scope, entropy).expose().to_owned()
            })
        };
        let scope = |word: &str| -> Result<Scope, WorldError> {
            word.parse().map_err(|_| ServiceError::Start(format!("{word} is no scope")).into())
        };
        api_key(DATA_CENTRE_KEY, scope("deposits")?)?;
        api_key(PRESERVATION_KEY, scope("deposits")?)?;
        api_key(APPLICATIONS_KEY, scope("applications")?)?;
        let integrator_key = api_key("integrator.key", scope("integrator")?)?.to_string();

        let notary_dir = data_dir.join("notary");
        let preservation_dir = data_dir.join("preservation");
        let notary = notary::public_keys(&notary_dir, NOTARY_ORIGIN, Role::DataCentre, entropy)?;
        let preservation = notary::public_keys(
            &preservation_dir,
            PRESERVATION_ORIGIN,
            Role::Preservation,
            entropy,
        )?;
        let time_dir = data_dir.join("time-authority");
        let time_root = time::public_root(&time_dir, clock, entropy)?;
        let trust = Trust {
            time_root,
            time_url: urls.time,
            platform_keys: platform_dir.join("keys"),
            platform_url: urls.platform.clone(),
            peers: urls.peers,
            always: Validity {
                valid_from: UtcMillis::from_millis(0).unwrap_or_else(|_| clock.now()),
                valid_until: None,
                distrust_after: None,
            },
            own,
        };
        for organisation in [&platform_dir, &notary_dir, &preservation_dir] {
            let mark = organisation.join("keys").join(production::DEMO_MARK);
            keys::write_public(&mark, DEMO_MARK_TEXT)?;
        }
        let missing = || ServiceError::Start("the notary has no witness or mirror key".into());
        Ok(Self {
            keys: WorldKeys {
                log: trust.own.log.clone(),
                witness: notary.witness.clone().ok_or_else(missing)?,
                mirror: notary.mirror.clone().ok_or_else(missing)?,
                notary_log: notary.log.clone(),
                platform_witness: trust.own.witness.clone(),
            },
            platform: trust.platform(
                platform_dir,
                trust.custodian(&urls.notary, &notary, DATA_CENTRE_KEY),
                trust.custodian(&urls.preservation, &preservation, PRESERVATION_KEY),
                vec![Vkey(notary.log), Vkey(preservation.log)],
            ),
            notary: NotarySettings {
                other_custodians: vec![notary::custodian_anchor(
                    Role::Preservation,
                    NOTARY_ORGANISATION,
                    &preservation.receipt,
                    trust.always,
                )],
                workbench: Some(workbench(&urls.notary, trust.peers.is_some())?),
                ..trust.office(Role::DataCentre, notary_dir, NOTARY_ORIGIN, DATA_CENTRE_KEY)
            },
            preservation: NotarySettings {
                data_centre: Some(DataCentrePeerSettings {
                    url: urls.notary.clone(),
                    tls: trust.peers.clone(),
                    organisation: None,
                    witness_vkey: notary.witness.clone().map(Vkey),
                    mirror_vkey: notary.mirror.clone().map(Vkey),
                }),
                ..trust.office(
                    Role::Preservation,
                    preservation_dir,
                    PRESERVATION_ORIGIN,
                    PRESERVATION_KEY,
                )
            },
            time_authority: TimeAuthoritySettings {
                profile: Profile::Demo,
                data_dir: time_dir,
                listen: String::new(),
                policy: settings::time_policy(),
                accuracy_ms: settings::time_accuracy(),
                telemetry: TelemetrySettings::default(),
            },
            platform_url: urls.platform,
            integrator_key,
        })
    }
}

impl Plan {
    /// Lets the platform send its messages to a catcher on this machine.
    pub(super) fn catch(
        &mut self,
        catching: &Catching,
        entropy: &dyn Entropy,
    ) -> Result<(), WorldError> {
        let secret_file = self.platform.data_dir.join("keys").join(GATEWAY_SECRET);
        keys::secret_text(&secret_file, || Secret::write(&entropy.bytes()).to_string())?;
        let peer = ProviderPeer {
            provider: providers::NAME.to_owned(),
            url: catching.providing.url.clone(),
            token_file: catching.providing.token_file.clone(),
            keys: vec![Spki(catching.providing.key.clone())],
            tls: None,
        };
        // Published by the office, and marked as what it is.
        let anchor = ProviderAnchor {
            key: Spki(catching.providing.key.clone()),
            organisation: providers::NAME.to_owned(),
            provider: providers::NAME.to_owned(),
            test_only: true,
            validity: self.notary.platform.log.validity,
        };
        for office in [&mut self.notary, &mut self.preservation] {
            office.identity_providers = vec![anchor.clone()];
        }
        self.platform.identity = IdentitySettings {
            review: officers::review(),
            real_name: Some(peer.clone()),
            portrait: Some(peer.clone()),
            registry: Some(peer),
            // The simulated devices sign over the interface and show no seal.
            seal: None,
            risk: RiskPart::default(),
        };
        if let Ok(number) = cast::older::NUMBER.parse::<FilingNo>() {
            self.platform.simulated_filings.insert(number);
        }
        // Every visitor may be each of them, the one who keeps the accounts too.
        self.platform.kept_in = officers::logins();
        self.notary.kept_in = officers::notary_logins();
        // The person on duty has an inbox too, and hears of a notary that is away for half a minute.
        self.platform.alarm_delivery.mail_to = vec!["duty@heqi.example".to_owned()];
        self.platform.api.alarms.deposit_oldest_s = 10;
        let sms = SmsSettings {
            name: "demo-sms".to_owned(),
            url: catching.sms_url.clone(),
            secret_file,
            tls: catching.sms_tls.clone(),
            timeout_ms: 10_000,
        };
        let email = EmailSettings {
            name: "demo-mail".to_owned(),
            host: "127.0.0.1".to_owned(),
            port: catching.smtp_port,
            security: SmtpSecurity::None,
            username: None,
            password_file: None,
            from: "示例商事文签 <notice@heqi.example>".to_owned(),
            roots_file: None,
            timeout_ms: 10_000,
        };
        // The office has a gateway of its own; in the demo both end in one inbox.
        let preservation = PeopleSettings {
            service: "实时保（演示）".to_owned(),
            telephone: "0571-0000220".to_owned(),
            public_url: Some(self.platform.preservation.url.clone()),
            certify_url: Some(self.platform.data_centre.url.clone()),
            sender_zh: "示例公证处".to_owned(),
            sender_en: "Example Notary".to_owned(),
            sms: Some(sms.clone()),
            email: Some(EmailSettings {
                from: "示例公证处 <notary@heqi.example>".to_owned(),
                ..email.clone()
            }),
            templates: std::collections::BTreeMap::new(),
        };
        self.notary.people = Some(PeopleSettings {
            service: "示例公证处（演示）".to_owned(),
            public_url: Some(self.platform.data_centre.url.clone()),
            certify_url: None,
            ..preservation.clone()
        });
        self.preservation.people = Some(preservation);
        self.platform.notify = Some(NotifySettings {
            public_url: self.platform_url.clone(),
            code_required: false,
            sender_zh: "示例商事文签".to_owned(),
            sender_en: "Example Signing".to_owned(),
            sms: Some(sms),
            email: Some(email),
            mail_report_secret_file: None,
            templates: std::collections::BTreeMap::new(),
        });
        Ok(())
    }
}

/// The workbench of the demo's office. Its seal is the built-in one: 演示样章·无法律效力.
fn workbench(notary_url: &str, secure_cookies: bool) -> Result<WorkbenchSettings, WorldError> {
    let series = Series::new("演示", "经");
    Ok(WorkbenchSettings {
        full_name: "示例省示例市示例公证处".to_owned(),
        former_names: Vec::new(),
        name: NOTARY_ORGANISATION.to_owned(),
        address: "示例市示例路1号".to_owned(),
        telephone: "0571-0000220".to_owned(),
        platform_name: PLATFORM_ORGANISATION.to_owned(),
        series: series.map_err(|error| ServiceError::Start(error.to_string()))?,
        numbers: Numbers::OwnSeries,
        register: None,
        workstations: vec![officers::WORKSTATION.to_owned()],
        holidays_file: None,
        workstation_addresses: std::collections::BTreeMap::new(),
        public_url: notary_url.to_owned(),
        seal: None,
        secure_cookies,
    })
}
