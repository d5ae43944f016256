//! What services read: settings, and each other's answers.

use std::collections::BTreeMap;

use heqi_evidence::canonical;
use heqi_notary_protocol::DepositReply;
use heqi_notary_protocol::peer::{
    LastDeposit, PeerQuery, PeerStanding, kept_certificates, open_query,
};
use heqi_notary_protocol::problem::ProblemNote;
use heqi_notary_protocol::recovery::DepositList;
use heqi_notary_protocol::returns::ReceiptList;
use heqi_pki::dsse::Envelope;
use heqi_service_kit::settings::{self, Environment};
use serde::Deserialize;
use serde_json::Value;

use super::evidence::one_spelling;
use crate::corpus::{entries, texts};

pub(super) fn deposit_reply(input: &[u8]) {
    let Ok(reply) = DepositReply::parse(input) else { return };
    assert_eq!(DepositReply::parse(&reply.to_body()).unwrap(), reply);
}

pub(super) fn problem(input: &[u8]) {
    let _ = ProblemNote::parse(input);
}

/// What one side asks the other about its log, and what it is answered: statements with one spelling, believed of a
/// known log only.
pub(super) fn peer(input: &[u8]) {
    one_spelling::<PeerQuery>(input);
    one_spelling::<PeerStanding>(input);
    if let Ok(standing) = canonical::parse::<PeerStanding>(input) {
        for LastDeposit { receipt, .. } in &standing.deposits {
            let _ = Envelope::from_json(receipt.as_bytes());
        }
        assert!(kept_certificates(&standing, &[]).is_empty(), "no log is known");
    }
    assert!(open_query(input, &[]).is_err(), "no log is known");
}

/// A page of the deposits a custodian holds.
pub(super) fn deposit_list(input: &[u8]) {
    let Ok(list) = serde_json::from_slice::<DepositList>(input) else { return };
    let again = serde_json::to_vec(&list).unwrap();
    assert_eq!(serde_json::from_slice::<DepositList>(&again).unwrap(), list);
}

/// What the platform gives back to a custodian.
pub(super) fn receipt_list(input: &[u8]) {
    let Ok(list) = serde_json::from_slice::<ReceiptList>(input) else { return };
    let again = serde_json::to_vec(&list).unwrap();
    assert_eq!(serde_json::from_slice::<ReceiptList>(&again).unwrap(), list);
}

/// Every kind of value that a settings file of ours can hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "reading is what is tested")]
struct Kinds {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    on: Option<bool>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    deeper: Option<Box<Kinds>>,
    #[serde(default)]
    free: BTreeMap<String, Value>,
}

/// A settings file; a line `#env NAME=VALUE` adds a variable of the environment.
pub(super) fn settings(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let variables = text
        .lines()
        .filter_map(|line| line.strip_prefix("#env ")?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let Ok(environment) = Environment::from_pairs(variables) else { return };
    if let Err(error) = settings::read::<Kinds>(text, "fuzz.toml", &environment) {
        assert!(!error.to_string().is_empty());
    }
}

pub(super) fn reply_seeds() -> Vec<Vec<u8>> {
    let receipts = entries(|name| name.starts_with("deposits/"));
    let heads = entries(|name| name == "chain/head.json");
    receipts
        .iter()
        .map(|receipt| {
            let head = heads.first().map_or(b"null".as_slice(), Vec::as_slice);
            [br#"{"chain_head":"#.as_slice(), head, br#","receipt":"#, receipt, b"}"].concat()
        })
        .collect()
}

pub(super) fn peer_seeds() -> Vec<Vec<u8>> {
    let digest = "0123456789abcdef".repeat(4);
    let at = "2026-11-24T00:00:00.000Z";
    let query = format!(r#"{{"about":"log.example/a","asked_at":"{at}","nonce":"{digest}"}}"#);
    let given = format!(
        r#"{{"about":"log.example/a","asked_at":"{at}","certificates":[{{"number":"（2026）浙杭临证经字第000012号","serial":12,"series":"2026/浙杭临/经"}}],"nonce":"{digest}"}}"#
    );
    let kept = format!(
        r#"{{"about":"log.example/a","certificate_no":"（2026）浙杭临证经字第000012号","certificates":"{{}}","deposits":[],"heads":[],"nonce":"{digest}","origin":"log.example/b","time":"{at}"}}"#
    );
    let deposit = format!(
        r#"{{"chain":"{digest}","custodian":"notary","deposit_no":"D20261124-000001","receipt":"{{}}","record_root":"{digest}","seq":3}}"#
    );
    let standing = |deposits: &str| {
        format!(
            r#"{{"about":"log.example/a","certificate_no":null,"deposits":[{deposits}],"heads":["head"],"nonce":"{digest}","origin":"log.example/b","time":"{at}"}}"#
        )
    };
    [query, given, standing(""), standing(&deposit), kept].map(String::into_bytes).to_vec()
}

pub(super) fn deposit_list_seeds() -> Vec<Vec<u8>> {
    let key = "0123456789abcdef".repeat(4);
    let entry = format!(r#"{{"key":"{key}-{key}","is_admitted":true}}"#);
    [r#"{"deposits":[]}"#.to_owned(), format!(r#"{{"deposits":[{entry},{entry}]}}"#)]
        .map(String::into_bytes)
        .to_vec()
}

pub(super) fn receipt_list_seeds() -> Vec<Vec<u8>> {
    let record = format!("rec_{}", "0".repeat(26));
    let receipt = format!(r#"{{"record_id":"{record}","receipt":"{{}}"}}"#);
    [r#"{"receipts":[]}"#.to_owned(), format!(r#"{{"receipts":[{receipt},{receipt}]}}"#)]
        .map(String::into_bytes)
        .to_vec()
}

pub(super) fn problem_seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts("pki/dsse.json");
    seeds.truncate(4);
    seeds.push(
        br#"{"type":"https://heqi.example/problems/too-many","title":"t","status":429,"detail":"d","next_step":"n","request_id":"r"}"#
            .to_vec(),
    );
    seeds
}

pub(super) fn settings_seeds() -> Vec<Vec<u8>> {
    vec![
        b"name = \"a\"\ncount = 3\non = true\nlist = [\"x\"]\n[deeper]\nname = \"b\"\n[free]\nk = 1.5\n"
            .to_vec(),
        b"#env HEQI_DEEPER__COUNT=7\n#env HEQI_ON=false\n[deeper.deeper]\nlist = []\n".to_vec(),
    ]
}
