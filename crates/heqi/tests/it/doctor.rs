//! `heqi doctor --config`: a configured service with everybody it works with, well and not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::notary_successor::Town;
use crate::production::{self, NAMES, Organisations};
use crate::program::{Ran, heqi, until_some};
use crate::successor::Service;

fn doctor(config: &Path) -> Ran {
    heqi(&["doctor", "--config", config.to_str().unwrap(), "--lang", "en"])
}

/// What does not hold. How fast the disk of a busy machine is has nothing to do with it.
fn wrong(ran: &Ran) -> Vec<&str> {
    let lines = ran.out.lines().filter(|line| line.starts_with('✗'));
    lines.filter(|line| !line.contains("durable write")).collect()
}

fn holds(ran: &Ran, what: &str) {
    let found = ran.out.lines().any(|line| line.starts_with('✓') && line.contains(what));
    assert!(found, "{what} in {}", ran.out);
}

fn only_ours(file: &Path) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_production_service_is_looked_at_with_its_keys_certificates_and_peers() {
    let made = Organisations::make();
    let config = |organisation: &str| made.path(&format!("{organisation}.toml"));
    // Keys that anybody may read, and nothing that runs.
    let ran = doctor(&config("platform")).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.contains("key files are readable")), "{}", ran.out);
    assert!(wrong(&ran).iter().any(|line| line.contains("the platform is ready")), "{}", ran.out);
    for secret in ["deposits.key", "authority.token", "sms-gateway.secret"] {
        only_ours(&made.path(secret));
    }
    for organisation in NAMES {
        only_ours(&made.path(&format!("{organisation}/keys/key-service.token")));
    }

    let [platform, notary, preservation] =
        NAMES.map(|organisation| production::Service::start(&made, organisation));
    let well = async |organisation: &str| {
        until_some("nothing to be wrong", async || {
            let ran = doctor(&config(organisation));
            let is_well = wrong(&ran).is_empty();
            is_well.then_some(ran)
        })
        .await
    };
    let ran = well("platform").await;
    holds(&ran, "the log has no entry yet, and the notary data centre has cosigned none");
    let client = made.client("platform");
    Box::pin(production::signed_and_held(&made, &client, "杭州示例青穗茶业有限公司")).await;
    // That nobody is there for security and audit yet is said, and fails nothing.
    let hints = ["! security officers in force: 0", "! auditors in force: 0"];
    let ran = until_some("what is only hinted at", async || {
        let ran = well("platform").await;
        hints.iter().all(|hint| ran.out.contains(hint)).then_some(ran)
    })
    .await;
    assert!(ran.out.contains("  → Make one first: heqi admin create-staff"), "{}", ran.out);
    assert!(!ran.out.contains("no entry yet"), "{}", ran.out);
    for what in [
        "the settings",
        "key files are readable by their owner only",
        "the files with keys, tokens and passwords that the settings name are there",
        "the key of the log is in its place",
        "the TLS certificate ends in",
        "the platform is ready at https://",
        "the notary data centre answers at https://",
        "the notary data centre has cosigned",
        "the anchors that the notary publishes name this log's key, SHA-256 ",
        "the preservation service answers at https://",
    ] {
        holds(&ran, what);
    }
    for organisation in ["notary", "preservation"] {
        holds(&well(organisation).await, "the platform answers at https://");
    }

    // A token that is not where the settings have it.
    let token = made.path("authority.token");
    let aside = made.path("authority.aside");
    std::fs::rename(&token, &aside).unwrap();
    let ran = doctor(&config("platform")).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.contains("authority.token")), "{}", ran.out);
    std::fs::rename(&aside, &token).unwrap();
    // What is missing is named, and nothing beside it.
    preservation.end();
    let ran = doctor(&config("platform")).exits(1);
    let lines = wrong(&ran);
    let [line] = &lines[..] else { panic!("{}", ran.out) };
    assert!(line.contains("the preservation service answers at https://"), "{line}");
    assert!(ran.out.contains("  → Check its address"), "{}", ran.out);
    // A peer of another name is not believed, whoever answers.
    let text = std::fs::read_to_string(config("platform")).unwrap();
    let other = made.path("other.toml");
    let name = |name: &str| format!("name = \"{name}\"");
    let own = name(&production::host("notary"));
    std::fs::write(&other, text.replace(&own, &name("somebody.heqi.internal"))).unwrap();
    let ran = doctor(&other).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.contains("the notary data centre")), "{}", ran.out);
    // Settings that production refuses are told before a start is tried, with their reason.
    let unfit = made.path("unfit.toml");
    std::fs::write(&unfit, text.replace("杭州公证处", "示例公证处")).unwrap();
    let ran = doctor(&unfit).exits(1);
    assert!(ran.out.contains("[made_up_names]"), "{}", ran.out);
    [platform, notary].into_iter().for_each(production::Service::end);
}

#[tokio::test]
async fn time_authorities_are_asked_and_settings_that_cannot_be_read_are_said() {
    let town = Town::make();
    let at = town.path("time");
    let clock = town.path("time.toml");
    std::fs::write(&clock, format!("data_dir = \"{}\"\nlisten = \"127.0.0.1:0\"\n", at.display()))
        .unwrap();
    let (authority, url) = Service::start("time-authority", &clock);
    let pem = std::fs::read_to_string(at.join("keys/test-time-authority.pem")).unwrap();
    let root = pem.split("-----").nth(2).unwrap().split_whitespace().collect::<String>();
    assert!(STANDARD.decode(&root).is_ok());
    let asked = |label: &str, url: &str| {
        format!(
            "[[time_authorities]]\nlabel = \"{label}\"\nurl = \"{url}\"\n\
             [[time_authorities.roots]]\norganisation = \"Test\"\ntest_only = true\n\
             certificate = \"{root}\"\nvalidity = {{ valid_from = \"1970-01-01T00:00:00.000Z\" }}\n"
        )
    };
    let config = town.path("doctor.toml");
    let text = std::fs::read_to_string(&town.platform).unwrap();
    let both = [asked("first", &url), asked("second", "http://127.0.0.1:9/")].concat();
    std::fs::write(&config, format!("{text}\n{both}")).unwrap();
    let ran = doctor(&config).exits(1);
    holds(&ran, "the time authority first gives a token that its roots bear");
    assert!(wrong(&ran).iter().any(|line| line.contains("the time authority second")));
    drop(authority);
    let ran = doctor(&config).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.contains("the time authority first")));

    // A store from a backup is only hinted at; with a mark that nobody can read the service does not start.
    let folder = town.path("platform").join("store");
    std::fs::create_dir_all(&folder).unwrap();
    let mark = folder.join("restored.json");
    let instant = "2026-11-23T01:00:00.000Z";
    let text_of_mark = format!(
        "{{\"generation\":3,\"made_at\":\"{instant}\",\"size\":41,\"restored_at\":\"{instant}\"}}"
    );
    std::fs::write(&mark, text_of_mark).unwrap();
    let said = "the store was restored from a backup and not compared with its peers since";
    let ran = doctor(&config).exits(1);
    assert!(ran.out.lines().any(|line| line == format!("! {said}")), "{}", ran.out);
    std::fs::write(&mark, "{}").unwrap();
    let ran = doctor(&config).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.starts_with(&format!("✗ {said}: "))));
    std::fs::remove_file(&mark).unwrap();
    assert!(!doctor(&config).exits(1).out.contains(said));

    // Nothing is made on the way: a name may be mistyped.
    let missing = town.path("nowhere");
    let moved =
        text.replace(&town.path("platform").display().to_string(), missing.to_str().unwrap());
    std::fs::write(&config, moved).unwrap();
    let ran = doctor(&config).exits(1);
    assert!(wrong(&ran).iter().any(|line| line.contains("is writable")), "{}", ran.out);
    assert!(wrong(&ran).iter().any(|line| line.contains("the key of the log")), "{}", ran.out);
    assert!(!missing.exists());
    std::fs::write(&config, "listn = \"127.0.0.1:1\"\n").unwrap();
    let ran = doctor(&config).exits(1);
    assert!(ran.out.contains("there is no setting `listn`"), "{}", ran.out);
    assert_eq!(ran.out.lines().count(), 2, "nothing else can be looked at: {}", ran.out);
}
