//! `keys`, `platform`, `notary` and `load`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::program::{Folder, Ran, command, heqi};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn keys_are_made_once_private_and_shown_by_their_public_half() {
    for (organisation, wanted) in [
        ("platform", vec!["log.key", "order.pem", "test-authority.pem", "witness.key"]),
        ("notary", vec!["log.key", "mirror.key", "publisher.pem", "receipt.pem", "witness.key"]),
        ("preservation", vec!["log.key", "receipt.pem"]),
    ] {
        let folder = Folder::new();
        let dir = folder.path().join("keys");
        let dir_text = dir.to_str().unwrap();
        let name = "log.example.org/2026";
        let generate =
            ["keys", "generate", "--organisation", organisation, "--name", name, dir_text];
        let first = heqi(&generate).exits(0);
        let made = files(&dir);
        assert_eq!(made.keys().map(String::as_str).collect::<Vec<_>>(), wanted);
        for file in made.keys() {
            let permissions = std::fs::metadata(dir.join(file)).unwrap().permissions().mode();
            assert_eq!(permissions & 0o777, 0o600, "{file}");
        }
        assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(heqi(&generate).exits(0).out, first.out);
        assert_eq!(files(&dir), made, "a second run changed a key");

        let shown = heqi(&["keys", "show", dir_text]).exits(0).out;
        assert_eq!(shown, first.out);
        for file in wanted {
            assert!(shown.lines().any(|line| line.starts_with(file)), "{file} in {shown}");
        }
        assert!(shown.contains(name) && !shown.contains("PRIVATE"), "{shown}");
        let log = shown.lines().find_map(|line| line.strip_prefix("log.key")).unwrap();
        let key: heqi_tlog::note::VerifierKey = log.trim().parse().unwrap();
        assert_eq!(key.name().as_str(), name);
    }
}

#[test]
fn a_folder_without_keys_and_a_name_that_names_nothing_are_refused() {
    let folder = Folder::new();
    let missing = folder.path().join("nothing");
    let ran = heqi(&["keys", "show", missing.to_str().unwrap()]).exits(1);
    assert!(ran.errors.contains("no keys"), "{}", ran.errors);
    let dir = folder.path().join("keys");
    let line = ["keys", "generate", "--organisation", "notary", "--name", "two words"];
    let ran = heqi(&[&line[..], &[dir.to_str().unwrap()]].concat()).exits(1);
    assert!(ran.errors.contains("cannot name a key"), "{}", ran.errors);
}

/// The settings of both services, to which a test adds one line at the top.
pub(crate) struct Settings {
    pub(crate) folder: Folder,
    pub(crate) platform: String,
    pub(crate) notary: String,
}

impl Settings {
    /// Keys, and the files that name them.
    pub(crate) fn make() -> Self {
        let folder = Folder::new();
        folder.demo(&["--once"]).exits(0);
        let manifest = folder.manifest();
        let says = |key: &str| manifest[key].as_str().unwrap().to_owned();
        let anchors = std::fs::read(says("anchors_path")).unwrap();
        let anchors = heqi_evidence::anchors::AnchorsFile::parse(&anchors).unwrap().anchors;
        let at = |path: &str| folder.path().join(path).display().to_string();
        let spki = |index: usize| serde_json::to_string(&anchors.custodians[index].key).unwrap();
        let platform = format!(
            r#"
data_dir = "{data}"
listen = "127.0.0.1:0"
log_origin = "platform.heqi.example/demo"
witnessed_logs = ["{notary_log}"]
[data_centre]
url = "http://127.0.0.1:9"
api_key_file = "{key}"
receipt_key = {first}
witness_vkey = "{witness}"
mirror_vkey = "{mirror}"
[preservation]
url = "http://127.0.0.1:9"
api_key_file = "{key}"
receipt_key = {second}
"#,
            data = at("platform"),
            notary_log = says("notary_log_vkey"),
            key = at("platform/keys/data-centre.key"),
            first = spki(0),
            second = spki(1),
            witness = says("witness_vkey"),
            mirror = says("mirror_vkey"),
        );
        let root = &anchors.certificate_roots[0];
        let notary = format!(
            r#"
data_dir = "{data}"
listen = "127.0.0.1:0"
log_origin = "notary.heqi.example/demo"
role = "data_centre"
organisation = "Example Notary"
[platform]
url = "http://127.0.0.1:9"
api_key_file = "{key}"
witness_vkey = "{witness}"
[platform.log]
organisation = "Example Platform"
vkey = "{log}"
validity = {{ valid_from = "1970-01-01T00:00:00.000Z" }}
[[platform.certificate_roots]]
certificate = {certificate}
organisation = "Example Authority"
test_only = true
validity = {{ valid_from = "1970-01-01T00:00:00.000Z" }}
"#,
            data = at("notary"),
            key = at("platform/keys/data-centre.key"),
            witness = says("platform_witness_vkey"),
            log = says("log_vkey"),
            certificate = serde_json::to_string(&root.certificate).unwrap(),
        );
        Self { folder, platform, notary }
    }

    /// Runs a service with a line put before its settings, to its end.
    fn run(&self, service: &str, first_line: &str) -> Ran {
        let settings = if service == "platform" { &self.platform } else { &self.notary };
        let file = self.folder.path().join(format!("{service}.toml"));
        std::fs::write(&file, format!("{first_line}\n{settings}")).unwrap();
        heqi(&[service, "--config", file.to_str().unwrap()])
    }
}

#[test]
fn a_setting_that_nothing_knows_is_refused_by_name_and_production_with_its_reason() {
    let settings = Settings::make();
    for service in ["platform", "notary"] {
        let ran = settings.run(service, "listn = \"127.0.0.1:1\"").exits(1);
        assert!(ran.errors.contains("there is no setting `listn`"), "{}", ran.errors);
        // What was acted out is for the demo alone to say, in no profile for a file or the environment.
        for (name, value) in [("simulated_filings", "61842059"), ("kept_in", "li.na")] {
            let ran = settings.run(service, &format!("{name} = [\"{value}\"]")).exits(1);
            let said = format!("there is no setting `{name}`");
            assert!(ran.errors.contains(&said), "{}", ran.errors);
        }
        let ran = settings.run(service, "profile = \"production\"").exits(1);
        assert!(ran.errors.contains("profile = \"production\" is refused"), "{}", ran.errors);
        for reason in ["[demo_keys]", "[demo_name]", "[plain_listener]", "[plain_peer]"] {
            assert!(ran.errors.contains(reason), "{reason} in {}", ran.errors);
        }
        let ran = settings.run(service, "profile = \"prod\"").exits(1);
        assert!(ran.errors.contains("`profile`"), "{}", ran.errors);
        let missing = heqi(&[service, "--config", "/nonexistent/heqi.toml"]).exits(1);
        assert!(missing.errors.contains("/nonexistent/heqi.toml"), "{}", missing.errors);
    }
    // Nobody answers at these addresses: what the peers hold is not known, so nothing is sent.
    let file = settings.folder.path().join("platform.toml");
    std::fs::write(&file, &settings.platform).unwrap();
    let ran = heqi(&["sync", "--config", file.to_str().unwrap()]).exits(1);
    assert!(ran.errors.contains("nothing is deposited"), "{}{}", ran.out, ran.errors);
}

#[test]
fn an_api_key_is_made_shown_once_listed_without_itself_and_revoked() {
    let settings = Settings::make();
    let file = settings.folder.path().join("platform.toml");
    std::fs::write(&file, &settings.platform).unwrap();
    let config = file.to_str().unwrap();
    let wrong = ["admin", "create-key", "--config", config, "--label", "x", "--scopes", "all"];
    heqi(&wrong).exits(1);
    // Who takes back what it lost is said with that scope, and with no other.
    let create = ["admin", "create-key", "--config", config, "--label", "x", "--scopes"];
    for wrong in [
        &["custody_return"][..],
        &["filings", "--custodian", "data_centre"],
        &["custody_return", "--custodian", "notary"],
    ] {
        heqi(&[&create[..], wrong].concat()).exits(1);
    }
    let bound = ["custody_return", "--custodian", "preservation"];
    heqi(&[&create[..], &bound].concat()).exits(0);
    let listed = heqi(&["admin", "list-keys", "--config", config]).exits(0);
    assert!(listed.out.contains("custody_return,preservation"), "{}", listed.out);
    let scopes = ["--label", "Example Registry", "--scopes", "filings,coverage"];
    let made = heqi(&[&["admin", "create-key", "--config", config][..], &scopes].concat()).exits(0);
    let (id, key) = made.out.trim().split_once('\n').unwrap();
    assert!(key.starts_with("heqi_integrator_"), "{key}");

    let listed = heqi(&["admin", "list-keys", "--config", config]).exits(0);
    let line = listed.out.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line.contains("filings,coverage") && line.contains("valid"), "{line}");
    assert!(!listed.out.contains(key), "the list shows a key");

    // Made for a time: the list says until when, and where that is over, that it is.
    for (days, state) in [("30", "valid until 20"), ("0", "ended 20")] {
        let made = heqi(&[&create[..], &["evidence", "--days", days]].concat()).exits(0);
        let made = made.out.lines().next().unwrap().to_owned();
        let listed = heqi(&["admin", "list-keys", "--config", config]).exits(0);
        let line = listed.out.lines().find(|line| line.starts_with(&made)).unwrap();
        assert!(line.contains(state), "{line}");
    }

    heqi(&["admin", "revoke-key", "--config", config, id]).exits(0);
    let listed = heqi(&["admin", "list-keys", "--config", config]).exits(0);
    let line = listed.out.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line.contains("revoked"), "{line}");
    heqi(&["admin", "revoke-key", "--config", config, "key_unknown"]).exits(1);
}

/// Runs `admin bind-handler` with this on its standard input.
fn bind_handler(config: &str, login: &str, typed: &str) -> Ran {
    let mut process = command(&["admin", "bind-handler", "--config", config, login])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses the login reads nothing: the pipe may be closed already.
    let _ = process.stdin.take().unwrap().write_all(typed.as_bytes());
    process.wait_with_output().unwrap().into()
}

#[test]
fn a_handler_is_bound_to_the_number_typed_and_what_is_none_is_refused_in_words() {
    let settings = Settings::make();
    let file = settings.folder.path().join("platform.toml");
    std::fs::write(&file, &settings.platform).unwrap();
    let config = file.to_str().unwrap();
    for (login, name, role, kind) in
        [("qin.ban", "秦版", "handler", "handler_firm"), ("bai.he", "白荷", "reviewer", "registry")]
    {
        let who = ["--name", name, "--office", "示例代办", "--office-kind", kind, "--role", role];
        let made = ["admin", "create-staff", "--config", config, "--login", login];
        heqi(&[&made[..], &who].concat()).exits(0);
    }
    let number = "33011219940301000X";
    for (login, typed, said) in [
        ("qin.ban", "", "this is no number of an identity document"),
        ("qin.ban", "李雷\n", "this is no number of an identity document"),
        ("qin.ban", "330112199403010008\n", "the check character does not fit"),
        ("Qin Ban", number, "a login name has 3 to 40 characters"),
        ("nobody.here", number, "there is no such"),
        ("bai.he", number, "only a handler's account is bound"),
    ] {
        let ran = bind_handler(config, login, typed).exits(1);
        assert!(ran.errors.contains(said), "{said} in {}", ran.errors);
        assert!(!ran.errors.contains(number.trim_end_matches('X')), "{}", ran.errors);
        assert_eq!(ran.out, "");
    }
    let ran = bind_handler(config, "qin.ban", &format!("  {number}\n")).exits(0);
    assert!(ran.out.contains("qin.ban is bound to this number"), "{}", ran.out);
    let again = bind_handler(config, "qin.ban", &number.to_lowercase()).exits(0);
    assert!(again.out.contains("was bound to this number already"), "{}", again.out);
    let events = ["admin", "staff-events", "--config", config, "qin.ban"];
    let events = heqi(&events).exits(0).out;
    assert_eq!(events.matches("  bound  by ").count(), 1, "{events}");
}

#[test]
fn load_prints_its_figures_with_the_limit_of_the_machine_beside_them() {
    let folder = Folder::new();
    let line = ["load", "--scenario", "ceremony", "--seconds", "1", "--in-flight", "4", "--json"];
    let ran = heqi(&[&line[..], &["--data-dir", folder.text()]].concat()).exits(0);
    let figures = ran.json();
    let keys: BTreeSet<&str> = figures.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "scenario",
        "seconds",
        "payload_bytes",
        "in_flight",
        "ok",
        "errors",
        "rate_per_s",
        "p50_ms",
        "p99_ms",
        "limit_per_s",
        "ratio",
        "fsync",
        "cpu_busy",
        "cpu_ms_per_op",
        "pixel_checks",
        "memory_idle_mb",
        "memory_before_mb",
        "memory_peak_mb",
        "disk_bytes_per_op",
        "disk_share",
        "records_per_op",
    ];
    assert_eq!(keys, BTreeSet::from(wanted));
    assert_eq!(figures["scenario"], "ceremony");
    assert_eq!((&figures["in_flight"], &figures["payload_bytes"]), (&4.into(), &100_000.into()));
    assert!(figures["ok"].as_u64().unwrap() > 0, "{figures}");
    assert_eq!(figures["errors"], 0, "{figures}");
    assert_eq!(figures["records_per_op"], 1.0, "a ceremony makes one record: {figures}");
    assert!(figures["disk_bytes_per_op"].as_f64().unwrap() > 100_000.0, "{figures}");
    assert!(figures["disk_share"].as_f64().unwrap() > 0.5, "{figures}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the data was not removed");
}

#[test]
fn a_minute_of_capture_stands_beside_what_the_disk_sustains() {
    let folder = Folder::new();
    let line = ["load", "--scenario", "capture", "--no-pixel-checks", "--seconds", "1", "--json"];
    let more = ["--in-flight", "4", "--data-dir", folder.text()];
    let figures = heqi(&[&line[..], &more].concat()).exits(0).json();
    for name in ["disk_mb_per_s", "disk_ratio"] {
        assert!(figures[name].as_f64().unwrap() > 0.0, "{name}: {figures}");
    }
}

#[test]
fn custodians_that_were_away_take_what_waited_while_ceremonies_go_on_and_nothing_is_lost() {
    let folder = Folder::new();
    let line = ["load", "--scenario", "catch-up", "--seconds", "1", "--rate", "5", "--json"];
    let figures = heqi(&[&line[..], &["--data-dir", folder.text()]].concat()).exits(0).json();
    assert_eq!(figures["scenario"], "catch-up");
    assert!(figures["backlog"].as_u64().unwrap() > 0, "nothing waited: {figures}");
    assert!(figures["completed"].as_u64().unwrap() > 0, "nobody signed: {figures}");
    for name in ["away_s", "seconds", "deposits_per_s", "times"] {
        assert!(figures[name].as_f64().unwrap() > 0.0, "{name}: {figures}");
    }
    assert_eq!((&figures["failed"], &figures["lost"]), (&0.into(), &0.into()), "{figures}");
}
