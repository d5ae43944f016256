//! Things of others: for every identifier that stands in a path, whoever may call the route and
//! has nothing to do with the thing is told that there is no such thing, or that it is not theirs.

use heqi_api::ApiSettings;
use heqi_api::access::{ACCESS_TABLE, Access, Rule, Verb};
use heqi_registration::Scope;
use heqi_testkit::files;
use reqwest::Method;
use serde_json::{Value, json};

use crate::entry::MOBILE;
use crate::journey::{Browser, link_of};
use crate::matrix::{Ids, csrf_of};
use crate::service::{
    AUDITOR, AUTHORITY, Answer, HANDLER, OFFICER, OPERATOR, PEER, RETURNING, Service,
};
use crate::signer::{COMPANY, NAMES, Signer, invited};

/// A request that would do something if the thing were the caller's: media type and body.
fn body_of(rule: &Rule, completion: &Value) -> (&'static str, Vec<u8>) {
    let strokes = r#"{"format":"heqi.strokes/v1","height":320,"pointer":"pen","strokes":[[[1,2,0,500],[3,4,16,510]]],"typed":null,"width":640}"#;
    let json = match rule.path.rsplit('/').next().unwrap_or_default() {
        "documents" => return ("application/pdf", files::pdf("other", 1)),
        "capture" => return ("image/jpeg", files::photo("other")),
        "strokes" => return ("application/vnd.heqi.strokes.v1+json", strokes.into()),
        "complete" => completion.clone(),
        "parties" => json!({ "kind": "person", "name": "赵六", "capacities": ["shareholder"] }),
        "contact" => {
            json!({ "mobile": MOBILE, "id_number": "330112196405120006", "language": "zh" })
        }
        "capital" => {
            let party = format!("par_{}", "0".repeat(26));
            let one = json!({ "party_id": party, "amount": "1000000", "due": "2030-01-31" });
            json!({ "capital": "1000000", "contributions": [one] })
        }
        "objection" => json!({ "ground": "not_signed_by_me" }),
        "erasure" => json!({ "classes": ["trace"], "basis": "个人信息保护法第47条" }),
        "holds" | "lift" => json!({ "reason": "(2026)浙0112民初1号" }),
        _ => json!({}),
    };
    ("application/json", json.to_string().into_bytes())
}

/// Whether a path has something in it that belongs to somebody.
fn names_a_thing(rule: &Rule) -> bool {
    rule.path.contains("_id}")
}

/// Somebody who asks: what they are called, their token, and their headers.
type Asker<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

async fn ask(
    service: &Service,
    rule: &Rule,
    path: &str,
    headers: &[(&str, &str)],
    (token, completion): (&str, &Value),
) -> Answer {
    if rule.verb == Verb::Get {
        return service.send(Method::GET, path, token, headers, None).await;
    }
    let (kind, body) = body_of(rule, completion);
    let path = if rule.path.ends_with("/documents") {
        format!("{path}?title=Other")
    } else {
        path.to_owned()
    };
    let key = service.fresh_key();
    let mut all = vec![("content-type", kind), ("idempotency-key", key.as_str())];
    all.extend_from_slice(headers);
    service.send(Method::POST, &path, token, &all, Some(body)).await
}

/// What stands around one signer, with a signing under way.
async fn ids_of(service: &Service, signer: &Signer, document: &str) -> (Ids, Value) {
    let photo = files::photo(&signer.party);
    let begun = signer.captured(service, &photo).await;
    let completion = signer.completion(service, &begun, &photo);
    let ids = Ids {
        filing: signer.filing.clone(),
        party: signer.party.clone(),
        document: document.to_owned(),
        signing: begun.signing,
        ..Ids::of_nothing()
    };
    (ids, completion)
}

async fn unlimited() -> Service {
    let mut settings = ApiSettings::default();
    settings.rates.enabled = false;
    Service::start_with(settings, None).await
}

#[tokio::test]
async fn no_id_in_a_path_opens_what_is_another_signers_another_filings_or_nothing() {
    let service = unlimited().await;
    let ours = invited(&service, 3).await;
    let theirs = invited(&service, 2).await;
    let [me, beside, signed] = &ours.signers[..] else { panic!("three signers") };
    let record_of = async |signer: &Signer| {
        signer.sign(&service).await["record_id"].as_str().unwrap().to_owned()
    };
    let link = link_of(&service, me).await;
    let browser = Browser::open(&service, &link).await;
    let csrf = csrf_of(&browser.page("/sign").await);
    let (mine, _) = ids_of(&service, me, &ours.document).await;
    let (mut next_to_me, of_next) = ids_of(&service, beside, &ours.document).await;
    next_to_me.record = record_of(signed).await;
    let (mut of_others, of_other) = ids_of(&service, &theirs.signers[0], &theirs.document).await;
    of_others.record = record_of(&theirs.signers[1]).await;
    let nothing = Ids::of_nothing();

    let cookie = [("cookie", browser.cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    let callers: [Asker<'_>; 2] =
        [("the token", me.token.as_str(), &[]), ("the browser", "", &cookie)];
    let mut asked = 0;
    for rule in ACCESS_TABLE.iter().filter(|rule| names_a_thing(rule)) {
        let Access::Only { signer: true, .. } = rule.access else { continue };
        for (whose, ids, completion) in [
            ("another signer's", &next_to_me, &of_next),
            ("another filing's", &of_others, &of_other),
            ("nothing", &nothing, &of_other),
        ] {
            let path = ids.path_of(rule);
            if path == mine.path_of(rule) {
                continue;
            }
            for (name, token, headers) in callers {
                let place = format!("{:?} {} of {whose} for {name}", rule.verb, rule.path);
                let size = service.log_size();
                let answer = ask(&service, rule, &path, headers, (token, completion)).await;
                let shown = String::from_utf8_lossy(&answer.body);
                assert!([403, 404].contains(&answer.status), "{place}: {} {shown}", answer.status);
                assert_eq!(service.log_size(), size, "{place} wrote something");
                for told in NAMES.iter().chain([&COMPANY]) {
                    assert!(!shown.contains(told), "{place} told {told}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "only {asked} requests");
    // And the way of whoever it belongs to is still open.
    let path = format!("/api/v1/signings/{}/complete", next_to_me.signing);
    service.post(&beside.token, &path, &of_next).await.json(201);
}

fn key_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Filings => HANDLER,
        Scope::Evidence => AUDITOR,
        Scope::Coverage => OPERATOR,
        Scope::Witness => PEER,
        Scope::DataProtection => OFFICER,
        Scope::LegalHold => AUTHORITY,
        Scope::CustodyReturn => RETURNING,
    }
}

#[tokio::test]
async fn a_key_cannot_join_what_belongs_to_different_filings() {
    let service = unlimited().await;
    let ours = invited(&service, 1).await;
    let theirs = invited(&service, 1).await;
    let holds = format!("/api/v1/filings/{}/holds", theirs.filing);
    let hold = service.post(AUTHORITY, &holds, &json!({ "reason": "案号" })).await;
    let hold = hold.text(201, "record_id");
    let mixed = Ids {
        filing: ours.filing.clone(),
        party: theirs.signers[0].party.clone(),
        record: hold,
        ..Ids::of_nothing()
    };
    for rule in ACCESS_TABLE.iter().filter(|rule| names_a_thing(rule)) {
        let Access::Only { scopes, .. } = rule.access else { continue };
        for scope in scopes {
            for (whose, ids) in [("nothing", &Ids::of_nothing()), ("two filings", &mixed)] {
                let is_mixed =
                    rule.path.contains("{filing_id}/") && rule.path.matches('{').count() > 1;
                if whose == "two filings" && !is_mixed {
                    continue;
                }
                let place = format!("{:?} {} of {whose} with {scope}", rule.verb, rule.path);
                let size = service.log_size();
                let path = ids.path_of(rule);
                let answer = ask(&service, rule, &path, &[], (key_of(*scope), &json!({}))).await;
                let shown = String::from_utf8_lossy(&answer.body);
                // A handler may ask for no party; that is told before who it would be. A hold of
                // another filing is none that is in force here.
                let is_refused = [403, 404].contains(&answer.status)
                    || (answer.status == 409 && shown.contains("hold_not_in_force"));
                assert!(is_refused, "{place}: {} {shown}", answer.status);
                assert_eq!(service.log_size(), size, "{place} wrote something");
            }
        }
    }
}
