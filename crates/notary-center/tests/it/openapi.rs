//! The document of what programs call here, against the table of access and the running service.

use heqi_notary_center::NotaryCenter;
use heqi_notary_center::access::{ACCESS_TABLE, Access, Verb};
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_service_kit::{ApiKey, Listener, SystemEntropy};
use heqi_testkit::{FixedClock, SeededEntropy};
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;

use crate::support::{Plan, http, store, story};

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../docs/openapi-notary.json")).unwrap()
}

#[test]
fn every_route_for_programs_is_in_the_document_with_who_may_call_it() {
    let document = document();
    for rule in ACCESS_TABLE.iter().filter(|rule| !rule.is_page()) {
        let verb = if rule.verb == Verb::Get { "get" } else { "post" };
        let operation = &document["paths"][rule.path][verb];
        assert!(operation.is_object(), "{verb} {} is not in docs/openapi-notary.json", rule.path);
        let scope = operation["x-scope"].as_str();
        let expected = if let Access::Key(scope) = rule.access { Some(scope) } else { None };
        assert_eq!(scope, expected, "{verb} {}", rule.path);
    }
}

#[test]
fn every_operation_is_told_and_refers_to_what_is_there() {
    let document = document();
    let tags: Vec<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (verb, operation) in operations.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{verb} {path}");
            assert!(tags.contains(&operation["tags"][0].as_str().unwrap()), "{verb} {path}");
            let named: Vec<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')).collect();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|one| one["in"] == "path").count();
            assert_eq!(named.len(), in_path, "{verb} {path}");
        }
    }
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

/// With nothing right in it, each operation answers with a status that the document says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_service_answers_each_operation_as_the_document_says() {
    let story = story();
    let plan = Plan::data_centre(&story, store());
    let clock = Arc::new(FixedClock::new(story.seen_at()));
    let entropy = SeededEntropy::labelled(1, plan.custodian);
    let receipt_key = Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy));
    let key = ApiKey::generate("deposits".parse().unwrap(), &SystemEntropy);
    let mut surroundings = plan.surroundings(&clock, &receipt_key, &key);
    surroundings.bench = Some(crate::workbench::plain_bench(&clock));
    let mut settings = plan.settings;
    settings.rates.enabled = false;
    let listener = Listener::bind("127.0.0.1:0").unwrap();
    let running = NotaryCenter::start(settings, listener, surroundings).await.unwrap();
    let document = document();
    let served = http().get(format!("{}/openapi.json", running.url())).send().await.unwrap();
    assert_eq!(served.json::<Value>().await.unwrap(), document);
    for (pattern, operations) in document["paths"].as_object().unwrap() {
        let path = pattern
            .replace("{tile}", "tile/0/000")
            .replace("/log/{name}", "/log/notary")
            .replace("{name}", "style.css")
            .replace("{digest}", "0123456789abcdef")
            .replace("{key}", "nothing");
        let path = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0".repeat(64) } else { part.to_owned() })
            .collect::<Vec<_>>()
            .join("/");
        for (verb, operation) in operations.as_object().unwrap() {
            let method: Method = verb.to_uppercase().parse().unwrap();
            let url = format!("{}{path}", running.url());
            let status = http().request(method, url).send().await.unwrap().status().as_u16();
            let said = &operation["responses"][status.to_string()];
            assert!(said.is_object(), "{verb} {pattern}: {status} is not in the document");
            if operation["x-scope"].is_string() {
                assert_eq!(status, 401, "{verb} {pattern}");
            }
        }
        let url = format!("{}{path}", running.url());
        let other = http().request(Method::DELETE, url).send().await.unwrap().status().as_u16();
        assert!([404, 405].contains(&other), "DELETE {pattern}: {other}");
    }
    running.stop().await;
}
