use std::net::SocketAddr;

use serde::Deserialize;

use super::*;
use crate::secret::Secret;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    listener: ListenerSettings,
    trusted_proxies: Vec<String>,
    drain_timeout_ms: u64,
    offset_s: i32,
    ratio: f64,
    enabled: bool,
    peers: Vec<Peer>,
    pin: Option<String>,
    format: Format,
    named: BTreeMap<String, u8>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ListenerSettings {
    address: Option<SocketAddr>,
}

#[derive(Debug, Deserialize)]
struct Peer {
    name: String,
    key: Secret<String>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Text,
    Json,
}

fn with(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let environment = Environment::from_pairs(variables.iter().copied()).unwrap();
    read(toml, "heqi.toml", &environment)
}

fn refusal(toml: &str, variables: &[(&str, &str)]) -> String {
    with(toml, variables).unwrap_err().to_string()
}

#[test]
fn the_file_is_read_and_the_environment_wins() {
    let toml = "drain_timeout_ms = 5\nenabled = true\n[listener]\naddress = '127.0.0.1:1'\n";
    let settings = with(
        toml,
        &[("HEQI_LISTENER__ADDRESS", "127.0.0.1:2"), ("PATH", "/bin"), ("HEQI_OFFSET_S", "-7")],
    )
    .unwrap();
    assert_eq!(settings.listener.address, "127.0.0.1:2".parse().ok());
    assert_eq!(settings.drain_timeout_ms, 5);
    assert_eq!(settings.offset_s, -7);
    assert!(settings.enabled);
}

#[test]
fn the_text_of_a_variable_becomes_what_is_wanted() {
    let settings = with(
        "",
        &[
            ("HEQI_PIN", "0123"),
            ("HEQI_ENABLED", "true"),
            ("HEQI_RATIO", "0.5"),
            ("HEQI_FORMAT", "json"),
            ("HEQI_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("HEQI_NAMED__SEVEN", "7"),
        ],
    )
    .unwrap();
    assert_eq!(settings.pin.as_deref(), Some("0123"), "a text of digits stays a text");
    assert!(settings.enabled);
    assert!((settings.ratio - 0.5).abs() < f64::EPSILON);
    assert_eq!(settings.format, Format::Json);
    assert_eq!(settings.trusted_proxies, ["10.0.0.0/8", "::1"]);
    assert_eq!(settings.named["seven"], 7);
}

#[test]
fn an_unknown_key_is_refused_by_name_wherever_it_stands() {
    assert_eq!(
        refusal("[listener]\nadress = 1\n", &[]),
        "there is no setting `listener.adress` (heqi.toml)"
    );
    assert_eq!(
        refusal("", &[("HEQI_LISTENER__ADRESS", "x")]),
        "there is no setting `listener.adress` (environment variable HEQI_LISTENER__ADRESS)"
    );
    assert_eq!(
        refusal("[[peers]]\nname = 'a'\nkey = 'b'\nurl = 'c'\n", &[]),
        "there is no setting `peers.0.url` (heqi.toml)"
    );
    assert!(matches!(with("x = 1", &[]), Err(SettingsError::UnknownKey { .. })));
}

#[test]
fn a_missing_key_is_named() {
    assert_eq!(
        refusal("[[peers]]\nname = 'a'\n", &[]),
        "the setting `peers.0.key` is missing (heqi.toml)"
    );
}

#[test]
fn a_value_of_the_wrong_form_is_named_and_never_shown() {
    for (toml, key) in [
        ("drain_timeout_ms = 'hunter2'", "drain_timeout_ms"),
        ("format = 'hunter2'", "format"),
        ("trusted_proxies = 'hunter2'\nlistener = 'hunter2'", "listener"),
        ("[[peers]]\nname = 'a'\nkey = ['hunter2']", "peers.0.key"),
    ] {
        let refusal = refusal(toml, &[]);
        assert!(refusal.contains(&format!("`{key}`")), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
    let refusal = refusal("", &[("HEQI_DRAIN_TIMEOUT_MS", "hunter2")]);
    assert_eq!(
        refusal,
        "the setting `drain_timeout_ms` must be a whole number that is not negative \
         (environment variable HEQI_DRAIN_TIMEOUT_MS)"
    );
}

#[test]
fn a_number_that_does_not_fit_is_refused() {
    assert!(refusal("[named]\na = 256", &[]).contains("`named.a` must be u8"));
    assert!(refusal("drain_timeout_ms = -1", &[]).contains("`drain_timeout_ms` must be u64"));
    assert!(refusal("", &[("HEQI_NAMED__A", "256")]).contains("`named.a` must be u8"));
}

#[test]
fn what_is_not_toml_is_refused_with_its_line_and_without_its_text() {
    let refusal = refusal("enabled = true\npin = 'hunter2\n", &[]);
    assert!(refusal.starts_with("the settings are not TOML at line 2"), "{refusal}");
    assert!(refusal.ends_with("(heqi.toml)"), "{refusal}");
    assert!(!refusal.contains("hunter2"), "{refusal}");
}

#[test]
fn a_variable_with_an_empty_level_is_refused() {
    for name in ["HEQI_", "HEQI___A", "HEQI_A__", "HEQI_A____B"] {
        assert!(refusal("", &[(name, "1")]).contains(name), "{name}");
    }
}

#[test]
fn a_variable_of_the_command_line_can_be_left_out() {
    let environment = Environment::from_pairs([("HEQI_DATA_DIR", "x")]).unwrap();
    assert!(read::<Settings>("", "heqi.toml", &environment).is_err());
    assert!(read::<Settings>("", "heqi.toml", &environment.without(&["HEQI_DATA_DIR"])).is_ok());
}

#[test]
fn a_list_of_tables_is_read() {
    let settings = with("[[peers]]\nname = 'a'\nkey = 'b'\n", &[]).unwrap();
    assert_eq!(settings.peers[0].name, "a");
    assert_eq!(settings.peers[0].key.expose(), "b");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let missing = Path::new("/nowhere/heqi.toml");
    let error = load::<Settings>(Some(missing), &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/heqi.toml"));
    assert!(load::<Settings>(None, &Environment::default()).is_ok());
}

/// A flip that makes one value into another is what nobody can know from the file alone.
#[test]
#[expect(clippy::disallowed_methods, reason = "the file is damaged on purpose")]
fn a_file_with_any_one_bit_flipped_is_refused_by_name_or_says_another_thing() {
    let text = "# a note\noffset_s = -7\nratio = 0.5\nenabled = true\nformat = 'json'\n\
                [listener]\naddress = \"127.0.0.1:8801\"\n[[peers]]\nname = '公证处'\nkey = 'hunter2'\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heqi.toml");
    let (mut refused, mut read) = (0, 0);
    for bit in 0..text.len() * 8 {
        let mut flipped = text.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, flipped).unwrap();
        match load::<Settings>(Some(&path), &Environment::default()) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains(path.to_str().unwrap()), "bit {bit}: {error}");
            }
        }
    }
    assert!(refused > 500 && read > 50, "{refused} refused, {read} read");
}
