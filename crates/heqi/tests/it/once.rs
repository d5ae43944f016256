//! `demo --once`: everybody signs, the bundle is verified, the data stays.

use std::collections::BTreeSet;

use heqi_tlog::checkpoint::SignedCheckpoint;
use serde_json::Value;

use crate::program::{Folder, heqi};

const KEYS: [&str; 27] = [
    "state",
    "time_authority_url",
    "guide_url",
    "platform_url",
    "notary_url",
    "preservation_url",
    "regulator_url",
    "inbox_url",
    "log_url",
    "log_vkey",
    "witness_vkey",
    "mirror_vkey",
    "notary_log_url",
    "notary_log_vkey",
    "platform_witness_vkey",
    "anchors_path",
    "bundle_path",
    "filing_id",
    "older_filing",
    "credentials",
    "officers",
    "certificate_path",
    "certificate_check_url",
    "seal_root_path",
    "tsa_url",
    "tsa_root_path",
    "smtp",
];

fn log_size(folder: &Folder) -> u64 {
    let path = folder.store("platform").join("log/checkpoint");
    SignedCheckpoint::parse(&std::fs::read(path).unwrap()).unwrap().checkpoint().size()
}

fn verify(manifest: &Value, more: &[&str]) -> crate::program::Ran {
    let text = |key: &str| manifest[key].as_str().unwrap().to_owned();
    let (bundle, anchors) = (text("bundle_path"), text("anchors_path"));
    heqi(&[&["verify", &bundle, "--anchors", &anchors, "--lang", "en"], more].concat())
}

#[test]
fn once_signs_for_everybody_and_leaves_a_bundle_that_proves_itself() {
    let folder = Folder::new();
    let ran = folder.demo(&["--once"]).exits(0);
    assert_eq!(ran.out.matches("✓ 2/2").count(), 5, "{}", ran.out);
    assert!(ran.out.contains("Proved: every required claim is proved."), "{}", ran.out);

    let manifest = folder.manifest();
    let checked = verify(&manifest, &["--require", "time"]).exits(0);
    assert!(checked.out.contains("time stamp of 合契演示时间戳"), "{}", checked.out);
    let written: BTreeSet<&str> =
        manifest.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(written, BTreeSet::from(KEYS));
    assert_eq!(manifest["state"], "ready");
    for key in KEYS.iter().filter(|key| key.ends_with("_url")) {
        let url = manifest[key].as_str().unwrap();
        let parsed = reqwest::Url::parse(url).unwrap();
        assert_eq!((parsed.scheme(), parsed.host_str()), ("http", Some("127.0.0.1")), "{key}");
        assert!(parsed.port().is_some() && !url.ends_with('/'), "{key} {url}");
    }
    for (log, service) in [("log_url", "platform_url"), ("notary_log_url", "notary_url")] {
        let path = manifest[log].as_str().unwrap();
        let path = path.strip_prefix(manifest[service].as_str().unwrap()).unwrap();
        let name = path.strip_prefix("/log/").unwrap();
        assert!(!name.is_empty() && !name.contains('/'), "{path}");
    }
    for key in KEYS.iter().filter(|key| key.ends_with("_vkey")) {
        let key = manifest[key].as_str().unwrap();
        assert!(key.parse::<heqi_tlog::note::VerifierKey>().is_ok(), "{key}");
    }
    let credentials = manifest["credentials"].as_array().unwrap();
    assert_eq!(credentials.len(), 6);
    for credential in credentials {
        let kind = if credential["role"] == "integrator" { "api_key" } else { "signer_token" };
        assert_eq!(credential["kind"], kind);
        assert_eq!(credential["url"], manifest["platform_url"]);
        assert!(credential["value"].as_str().unwrap().starts_with("heqi_"));
    }

    let verdict = verify(&manifest, &["--json"]).exits(0).json();
    assert_eq!(verdict["verdict"], "proved");
    for claim in ["integrity", "signed_by", "logged", "complete", "witnessed", "mirrored"] {
        let claims = verdict["claims"].as_array().unwrap();
        let found = claims.iter().find(|said| said["claim"] == claim).unwrap();
        assert_eq!(found["status"], "proved", "{claim}");
    }
}

#[test]
fn a_second_start_reuses_filing_keys_and_log_and_every_forgery_is_found_out() {
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    let (first, size) = (folder.manifest(), log_size(&folder));
    folder.demo(&["--once"]).exits(0);
    let second = folder.manifest();
    let stays = KEYS.iter().filter(|key| key.ends_with("_vkey") || **key == "filing_id");
    for key in stays {
        assert_eq!(first[key], second[key], "{key}");
    }
    let values = |manifest: &Value| -> Vec<Value> {
        let all = manifest["credentials"].as_array().unwrap();
        all.iter().map(|credential| credential["value"].clone()).collect()
    };
    assert_eq!(values(&first), values(&second));
    assert!(log_size(&folder) >= size, "the log shrank");
    verify(&second, &[]).exits(0);
    folder.is_sound();

    let ran = heqi(&["demo", "tamper", "--data-dir", folder.text(), "--lang", "en"]).exits(0);
    let (forgeries, found) =
        (ran.out.matches("\n── ").count(), ran.out.matches("\nContradicted: "));
    assert_eq!(forgeries, 5, "{}", ran.out);
    assert_eq!(found.count(), forgeries, "{}", ran.out);
    // Only who rewrites the log with the platform's key passes for somebody who asks nobody else.
    assert_eq!(ran.out.matches("The platform's half alone would look fine").count(), 1);
    let anchors = second["anchors_path"].as_str().unwrap();
    let of = |file: &std::path::Path| {
        heqi(&["verify", file.to_str().unwrap(), "--anchors", anchors, "--json"])
    };
    let tampered = folder.path().join("tampered");
    for name in ["one-byte", "swapped-photo", "moved-time", "dropped-event"] {
        let report = of(&tampered.join(format!("{name}.heqi.zip"))).exits(1).json();
        assert_eq!(report["verdict"], "contradicted", "{name}");
    }
    let alone = of(&tampered.join("rewritten-log.heqi.zip")).exits(3).json();
    let claims = alone["claims"].as_array().unwrap();
    assert!(claims.iter().all(|claim| claim["status"] != "contradicted"), "{alone}");
    for name in ["integrity", "logged"] {
        let claim = claims.iter().find(|claim| claim["claim"] == name).unwrap();
        assert_eq!(claim["status"], "proved", "{alone}");
    }
    let forked = of(&tampered.join("rewritten-log.fork-proof")).exits(1).json();
    assert_eq!(forked["claims"][0]["claim"], "fork", "{forked}");
    let convicted = forked["claims"][0]["vouched_by"].as_array().unwrap();
    assert_eq!(convicted.len(), 1, "the platform and nobody else: {forked}");
    verify(&second, &[]).exits(0);
}

/// Where the certificate is checked, whatever port the notary has.
fn check_path(manifest: &Value) -> String {
    let url = manifest["certificate_check_url"].as_str().unwrap();
    url.strip_prefix(manifest["notary_url"].as_str().unwrap()).unwrap().to_owned()
}

/// Deposits come before anybody has cosigned a head above them; the certificate embeds them under one that the notary's
/// witness and mirror have cosigned since.
#[test]
fn the_certificate_is_proved_whole_by_the_published_anchors_and_the_root_of_the_seal() {
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    let manifest = folder.manifest();
    let [file, anchors, root] = ["certificate_path", "anchors_path", "seal_root_path"]
        .map(|key| manifest[key].as_str().unwrap());
    let asked = ["verify", file, "--anchors", anchors, "--seal-root", root, "--json"];
    let report = heqi(&asked).exits(0).json();
    assert_eq!(report["verdict"], "proved", "{report}");
    let claims = report["bundles"][0]["claims"].as_array().unwrap();
    for name in ["logged", "witnessed", "mirrored"] {
        let claim = claims.iter().find(|claim| claim["claim"] == name).unwrap();
        assert_eq!(claim["status"], "proved", "{report}");
    }
}

#[test]
fn both_filings_and_the_certificate_are_made_once_and_finished_when_they_were_not() {
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    let first = folder.manifest();
    assert_eq!(first["older_filing"]["simulated"], true, "{first}");
    let file = std::fs::read(first["certificate_path"].as_str().unwrap()).unwrap();
    // As if the power had gone before any of it was remembered.
    let gone = [
        "platform/keys/demo-seed.json",
        "platform/keys/demo-older-filing.json",
        "certificate.json",
        "certificate.pdf",
    ];
    for gone in gone {
        std::fs::remove_file(folder.path().join(gone)).unwrap();
    }
    folder.demo(&["--once"]).exits(0);
    let second = folder.manifest();
    assert_eq!(second["older_filing"], first["older_filing"]);
    assert_eq!(second["filing_id"], first["filing_id"], "no second filing was opened");
    assert_eq!(check_path(&second), check_path(&first), "the same certificate");
    assert_eq!(std::fs::read(second["certificate_path"].as_str().unwrap()).unwrap(), file);
    // And what is remembered is taken up without another step.
    folder.demo(&["--once"]).exits(0);
    let third = folder.manifest();
    assert_eq!(third["older_filing"], first["older_filing"]);
    assert_eq!(check_path(&third), check_path(&first));
    folder.is_sound();
}

#[test]
fn for_programs_every_line_is_a_json_object_with_an_event() {
    let folder = Folder::new();
    let ran = folder.demo(&["--once", "--json"]).exits(0);
    let lines: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    assert!(lines.iter().all(|line| line["event"].is_string()), "{}", ran.out);
    assert_eq!(lines[0]["event"], "starting");
    assert!(of("running").len() >= 4, "{}", ran.out);
    let deposited = of("deposited");
    assert_eq!(deposited.len(), 5);
    assert!(deposited.iter().all(|line| line["held"] == 2 && line["of"] == 2));
    let [verified] = of("verified")[..] else { panic!("{}", ran.out) };
    assert_eq!(verified["verdict"]["verdict"], "proved");
}

#[test]
fn the_help_of_tamper_names_every_way_and_without_the_demos_keys_nothing_is_forged() {
    let help = heqi(&["demo", "tamper", "--help"]).exits(0).out;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["photo", "time", "dropped", "whole log rewritten", "fork proof"] {
        assert!(help.contains(words), "{words} is not in {help}");
    }
    let folder = Folder::new();
    folder.demo(&["--once"]).exits(0);
    std::fs::remove_file(folder.path().join("platform/keys/demo.json")).unwrap();
    let ran = heqi(&["demo", "tamper", "--data-dir", folder.text(), "--lang", "en"]).exits(1);
    assert!(ran.errors.contains("holds no keys of a demo"), "{}", ran.errors);
}
