//! The workbench over HTTP: an office that is open, with its bench, and whoever comes in.
//!
//! - [`press`]: what prints and seals, and the words of what was printed
//! - [`browser`]: somebody at the workbench
//! - [`matter`]: a matter taken through the office's forms
//! - [`journey`], [`held`], [`renewed`], [`told`], [`figures`], [`forms`], [`protocol`], [`access`]: the tests

mod access;
pub(crate) mod browser;
mod figures;
mod forms;
mod held;
mod journey;
pub(crate) mod matter;
pub(crate) mod press;
mod protocol;
mod renewed;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use heqi_credentials::{Password, TotpSecret};
use heqi_documents::OfficeNames;
use heqi_evidence::anchors::{CustodianAnchor, LogAnchor, Spki, Vkey};
use heqi_identity::Calendar;
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::Register;
use heqi_notarization::staff::{CreateOfficer, OfficeRole, create_officer, enrol_officer};
use heqi_notary_center::access::{APPLICATIONS, DEPOSITS, LEGAL_HOLD};
use heqi_notary_center::press::{PdfPress, SharedPress};
use heqi_notary_center::{Bench, CenterSettings, NotaryCenter, Running};
use heqi_notary_protocol::{Bearer, NotaryClient};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_pki::timestamp::TimeRoot;
use heqi_service_kit::{ApiKey, Listener, SystemEntropy};
use heqi_testkit::{FixedClock, SeededEntropy, Story};
use heqi_vocabulary::{Clock as _, Digest};
use reqwest::{Method, StatusCode};

use crate::support::{Plan, deposit_of, pool, store, story};
use browser::{Browser, csrf_of};
use press::press;

const PASSWORD: &str = "correct horse battery";

/// A workbench with this press.
fn bench(press: PdfPress, clock: &FixedClock) -> Bench {
    let desk = Desk {
        office_name: "浙江省杭州市示例公证处".into(),
        platform_name: "示例商事文签平台".into(),
        calendar: Arc::new(Calendar::built_in()),
        register: Register::OwnSeries,
        series: Series::new("浙杭临", "经").unwrap(),
        tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
        workstations: vec!["提取专用机1号".into()],
        press: Some(Arc::new(SharedPress::new(press))),
        check_url: "https://notary.example/check".into(),
    };
    let telephone = "0571-0000110".into();
    let workstation_addresses = BTreeMap::new();
    Bench { desk, names: names(clock), telephone, workstation_addresses, secure_cookies: false }
}

/// A workbench for whoever tests something else.
pub(crate) fn plain_bench(clock: &Arc<FixedClock>) -> Bench {
    bench(press(clock, &Arc::default()), clock)
}

/// The office was called otherwise until an hour after the test begins.
fn names(clock: &FixedClock) -> OfficeNames {
    let (long_ago, soon) =
        (clock.now().plus_millis(-1_000_000), clock.now().plus_millis(RENAMED_MS));
    OfficeNames::new(vec![
        (long_ago, "浙江省示例市公证处".into()),
        (soon, "浙江省杭州市示例公证处".into()),
    ])
}

const RENAMED_MS: i64 = 24 * 3_600_000;
const YEAR_MS: i64 = 365 * 24 * 3_600_000;

pub(crate) struct Bureau {
    pub(crate) running: Running,
    pub(crate) office: NotaryOffice,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) keys: Vec<(&'static str, ApiKey)>,
    pub(crate) deposit: String,
    pub(crate) roots: Vec<TrustedRoot>,
    pub(crate) time_roots: Vec<TimeRoot>,
    pub(crate) is_silent: Arc<AtomicBool>,
}

impl Bureau {
    pub(crate) async fn open() -> Self {
        Box::pin(Self::with(story(), press)).await
    }

    pub(crate) async fn with(
        story: Story,
        press: impl FnOnce(&Arc<FixedClock>, &Arc<AtomicBool>) -> PdfPress,
    ) -> Self {
        Box::pin(Self::changed(story, press, |_, _| {})).await
    }

    pub(crate) async fn changed(
        story: Story,
        press: impl FnOnce(&Arc<FixedClock>, &Arc<AtomicBool>) -> PdfPress,
        change: impl FnOnce(&mut Bench, &mut CenterSettings),
    ) -> Self {
        let plan = Plan::data_centre(&story, store());
        let clock = Arc::new(FixedClock::new(story.seen_at()));
        let entropy = SeededEntropy::labelled(1, plan.custodian);
        let receipt_key = Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy));
        let keys: Vec<(&'static str, ApiKey)> = [DEPOSITS, LEGAL_HOLD, APPLICATIONS]
            .map(|scope| (scope, ApiKey::generate(scope.parse().unwrap(), &SystemEntropy)))
            .into();
        let mut surroundings = plan.surroundings(&clock, &receipt_key, &keys[0].1);
        surroundings.platform_keys = keys.iter().map(|(_, key)| key.hash()).collect();
        let is_silent = Arc::new(AtomicBool::new(false));
        let press = press(&clock, &is_silent);
        let (roots, time_roots) = (press.roots.clone(), press.time_roots.clone());
        let mut bench = bench(press, &clock);
        surroundings.people = Some(crate::holder::people(Arc::default()));
        let office = surroundings.office.clone();
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        let mut settings = plan.settings;
        settings.rates.enabled = false;
        settings.alarms.look_every_ms = 50;
        change(&mut bench, &mut settings);
        surroundings.bench = Some(bench);
        let running = NotaryCenter::start(settings, listener, surroundings).await.unwrap();
        let bearer = Bearer::new(keys[0].1.expose());
        let client = NotaryClient::new(pool(), &running.url(), Some(bearer));
        let mut deposit = String::new();
        for record in &story.records {
            let parts = deposit_of(&story, record);
            let reply = client.deposit(parts.write().unwrap().into()).await.unwrap();
            let opened = reply.open(&[heqi_pki::keys::Signer::public_key(&*receipt_key)]).unwrap();
            if record.record.root() == story.signing().record.root() {
                deposit = opened.receipt.deposit_no.to_string();
            }
        }
        clock.advance_ms(60_000);
        Self { running, office, clock, keys, deposit, roots, time_roots, is_silent }
    }

    pub(crate) async fn admit(&self, login: &'static str, role: OfficeRole) -> Browser {
        let command = CreateOfficer {
            login: login.parse().unwrap(),
            // Nobody has two accounts.
            name: match login {
                "zhao.min" => "赵敏".into(),
                "qian.wei" => "钱伟".into(),
                other => format!("示例人员·{other}"),
            },
            role,
            password: Password::new(PASSWORD.into()).unwrap(),
        };
        let account = create_officer(&self.office, command).await.unwrap();
        let secret = TotpSecret::generate(&SeededEntropy::labelled(2, login));
        enrol_officer(&self.office, account, &secret).await.unwrap();
        let mut browser = Browser { url: self.running.url(), cookie: String::new(), login, secret };
        let form = [("login", login), ("password", PASSWORD)];
        let response = browser.send(Method::POST, "/staff", &form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        browser.keep(&response);
        let page = browser.page("/staff/code").await;
        let code = self.code(&browser);
        let form = [("csrf", csrf_of(&page)), ("key", "k".into()), ("code", code)];
        let response = browser.send_owned(Method::POST, "/staff/code", &form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{login} has not come in");
        browser.keep(&response);
        browser
    }

    /// A code that was not used yet.
    pub(crate) fn code(&self, browser: &Browser) -> String {
        self.clock.advance_ms(60_000);
        browser.secret.code_at(self.clock.now())
    }
}

/// What the office publishes to whoever verifies: its log, and these custodians; its own receipt key is
/// the first one's.
pub(crate) fn anchors_of(bureau: &Bureau, custodians: &[&str]) -> Vec<u8> {
    let story = story();
    let mut anchors = bureau.office.anchors().clone();
    let always = anchors.logs[0].validity;
    let log = crate::support::log_signer("log.office.example/own", 3);
    anchors.logs.push(LogAnchor {
        organisation: "公证处".into(),
        validity: always,
        vkey: Vkey(log.verifier_key().clone()),
    });
    let anchor = |name: &&str| CustodianAnchor {
        custodian: (*name).to_owned(),
        key: Spki(if *name == bureau.office.custodian() {
            bureau.office.receipt_key().public_key()
        } else {
            crate::support::receipt_key_of(name).public_key()
        }),
        ..anchors.custodians[0].clone()
    };
    anchors.custodians = custodians.iter().map(anchor).collect();
    story.cast.publish(&anchors)
}
