//! Things of others, for staff: for every identifier that stands in a path of staff or of the
//! regulator, whoever has the role in another organisation, or made no search that found the thing,
//! is told that there is no such thing. `objects.rs` has signers and keys.

use heqi_api::ApiSettings;
use heqi_api::access::{ACCESS_TABLE, Access, Rule, Verb};
use heqi_filing::{Office, OfficeKind};
use heqi_registration::index_filings::index_filings;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::list_staff;
use heqi_service_kit::browser::csrf_of;
use heqi_testkit::files;
use reqwest::Method;
use serde_json::{Value, json};

use crate::matrix::Ids;
use crate::regulator::{BASIS, CASE, with_copy};
use crate::service::{AUTHORITY, Answer, HANDLER, Service};
use crate::signer::{COMPANY, NAMES, invited};
use crate::staff::{Desk, HE_JING, registry};

/// How staff is told that a thing is not there, whether it is or not.
const NOT_THERE: [&str; 4] =
    ["case_not_found", "filing_not_found", "query_not_found", "account_not_found"];

/// Whether a path has something in it that belongs to somebody.
fn names_a_thing(rule: &Rule) -> bool {
    rule.path.contains("_id}") || rule.path.contains("{account}")
}

/// A form that would do something if the thing were the caller's: media type and body.
fn form_of(rule: &Rule, csrf: &str, key: &str) -> (&'static str, Vec<u8>) {
    let said = match rule.path.rsplit('/').next().unwrap_or_default() {
        "comparison" => {
            let kind = "multipart/form-data; boundary=heqi";
            return (kind, with_copy(csrf, &files::pdf("copy", 1)));
        }
        "decision" => "decision=accept&grounds=looked",
        "{filing_id}" => "outcome=refer&grounds=looked",
        "holds" | "lift" => "reason=1",
        _ => "",
    };
    let kind = "application/x-www-form-urlencoded";
    (kind, format!("csrf={csrf}&key={key}&{said}").into_bytes())
}

/// A request as a script of our pages sends it, so that a refusal is a document with its code.
async fn ask(desk: &Desk<'_>, rule: &Rule, path: &str) -> Answer {
    let mut headers = vec![
        ("cookie", desk.cookie.as_str()),
        ("accept", "application/json"),
        ("sec-fetch-site", "same-origin"),
    ];
    if rule.verb == Verb::Get {
        return desk.service.send(Method::GET, path, "", &headers, None).await;
    }
    let csrf = csrf_of(desk.cookie.split_once('=').unwrap().1);
    let (kind, mut body) = form_of(rule, &csrf, &desk.service.fresh_key());
    if rule.path.contains("{account}") {
        // As the page has it that shows the account as it stands.
        let accounts = list_staff(&desk.service.platform).await.unwrap();
        let shown = accounts.iter().find(|one| path.contains(&one.account.to_string()));
        let seen = serde_json::to_string(&shown.map_or_else(Default::default, |one| one.standing));
        body.extend(format!("&seen={}", seen.unwrap()).into_bytes());
    }
    headers.push(("content-type", kind));
    desk.service.send(Method::POST, path, "", &headers, Some(body)).await
}

fn code_of(answer: &Answer) -> String {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    told["code"].as_str().unwrap_or_default().to_owned()
}

/// That nothing was told, not even whether the thing is there. Accounts are the exception: a
/// security officer who does not keep one is told so.
fn is_hidden(answer: &Answer, rule: &Rule, place: &str) {
    let shown = String::from_utf8_lossy(&answer.body);
    let is_refused = rule.path.contains("{account}") && answer.status == 403;
    if !is_refused {
        assert_eq!(answer.status, 404, "{place}: {shown}");
        assert!(NOT_THERE.contains(&code_of(answer).as_str()), "{place}: {shown}");
    }
    for told in NAMES.iter().chain([&COMPANY]) {
        assert!(!shown.contains(told), "{place} told {told}");
    }
}

async fn unlimited() -> Service {
    let mut settings = ApiSettings::default();
    settings.rates.enabled = false;
    Service::start_reviewing_with(settings, registry()).await
}

/// What stands around one signing, and the number of its filing.
async fn signed(service: &Service) -> (Ids, String) {
    let invited = invited(service, 1).await;
    let signer = &invited.signers[0];
    let receipt = signer.sign(service).await;
    let path = format!("/api/v1/filings/{}", invited.filing);
    let number = service.get(HANDLER, &path).await.text(200, "number");
    let ids = Ids {
        filing: invited.filing.clone(),
        party: signer.party.clone(),
        document: invited.document.clone(),
        record: receipt["record_id"].as_str().unwrap().to_owned(),
        ..Ids::of_nothing()
    };
    (ids, number)
}

/// A filing in which whoever signed objects: others have no page of objections.
async fn objected(service: &Service) -> Ids {
    let invited = invited(service, 1).await;
    let signer = &invited.signers[0];
    let receipt = signer.sign(service).await;
    let path = format!("/api/v1/filings/{}/parties/{}/objection", invited.filing, signer.party);
    let body = json!({
        "against": receipt["record_id"], "ground": "not_signed_by_me", "reason": "非本人签署",
    });
    service.post(&signer.token, &path, &body).await.json(201);
    Ids { filing: invited.filing.clone(), ..Ids::of_nothing() }
}

/// A filing that a handler opened at the own desk, with the handler in it.
async fn drafted(service: &Service, desk: &Desk<'_>) -> Ids {
    let page = desk.page("/staff/filings/new").await;
    let typed = [("matter", "establishment"), ("company_name", COMPANY)];
    let opened = desk.submit(&page, "/staff/filings/new", &typed).await;
    let filing = end_of(opened.header("location"));
    let view = service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200);
    let party = view["parties"][0]["party_id"].as_str().unwrap().to_owned();
    Ids { filing, party, ..Ids::of_nothing() }
}

/// The last part of an address.
fn end_of(address: &str) -> String {
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A regulator, and its search that found the filing of this number and no other.
async fn searching<'a>(service: &'a Service, number: &str) -> (Desk<'a>, String) {
    while !index_filings(&service.platform).await.unwrap().has_caught_up {}
    let desk = Desk::regulator(service, "zhou.zheng").await;
    let query = end_of(&desk.found(&[BASIS, CASE, ("number", number)]).await);
    (desk, query)
}

async fn come_in<'a>(
    service: &'a Service,
    (login, name): (&str, &str),
    office: Office,
    role: StaffRole,
) -> Desk<'a> {
    let mut desk = Desk::account(service, login, name, office, role).await;
    desk.come_in().await;
    desk
}

/// Whoever has one of the roles and nothing to do with what is asked for.
async fn strangers(service: &Service) -> Vec<(&'static str, StaffRole, Desk<'_>)> {
    let office = |kind, name: &str| Office { kind, name: name.parse().unwrap() };
    let other = office(OfficeKind::Registry, "杭州市富阳区市场监督管理局");
    let notary = office(OfficeKind::Notary, "临安公证处");
    let firm = office(OfficeKind::HandlerFirm, "另一代办");
    let own_firm = office(OfficeKind::HandlerFirm, "示例代办");
    let operator = office(OfficeKind::Operator, "示例平台");
    let mut desks = Vec::new();
    for (login, name, office, role) in [
        ("other.registry", "周公", other.clone(), StaffRole::Reviewer),
        ("other.notary", "郑一", notary, StaffRole::Reviewer),
        ("a.colleague", "吴方", registry(), StaffRole::Regulator),
        ("other.regulator", "冯二", other.clone(), StaffRole::Regulator),
        ("other.security", "沈远", other, StaffRole::Security),
        ("a.firm", "沈近", firm.clone(), StaffRole::Security),
        ("other.handler", "赵半", firm, StaffRole::Handler),
        // A namesake of the same firm, whose account was bound to nothing.
        ("a.namesake", "何静", own_firm, StaffRole::Handler),
        // Who keeps the accounts of organisations that have no security officer of their own.
        ("the.operator", "沈岩", operator, StaffRole::Security),
    ] {
        desks.push((login, role, come_in(service, (login, name), office, role).await));
    }
    desks
}

#[tokio::test]
async fn no_id_in_a_path_of_staff_opens_what_is_another_offices_another_searchs_or_nothing() {
    let service = unlimited().await;
    let (mut ours, number) = signed(&service).await;
    let reviewer = Desk::reviewer(&service, "li.na", "李娜").await;
    ours.case = end_of(&reviewer.case().await);
    let accounts = list_staff(&service.platform).await.unwrap();
    ours.account = accounts.first().unwrap().account.to_string();
    let (regulator, query) = searching(&service, &number).await;
    ours.query = query;
    let keeper = come_in(&service, ("own", "沈清"), registry(), StaffRole::Security).await;
    let strangers = strangers(&service).await;
    let handler = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let (paused, draft) = (objected(&service).await, drafted(&service, &handler).await);
    let there = |rule: &Rule| match rule.path {
        path if path.starts_with("/staff/objections/") => &paused,
        path if path.starts_with("/staff/filings/") => &draft,
        _ => &ours,
    };

    let nothing = Ids::of_nothing();
    let mut asked = 0;
    for rule in ACCESS_TABLE.iter().filter(|rule| names_a_thing(rule)) {
        let Access::Staff { roles } = rule.access else { continue };
        for role in roles {
            let callers: Vec<_> = strangers.iter().filter(|(_, of, _)| of == role).collect();
            assert!(callers.len() > 1, "{}: say who else is a {role}", rule.path);
            for (name, _, desk) in callers {
                for (whose, ids) in [("another's", there(rule)), ("nothing", &nothing)] {
                    let place = format!("{:?} {} of {whose} for {name}", rule.verb, rule.path);
                    let size = service.log_size();
                    let path = ids.path_of(rule);
                    is_hidden(&ask(desk, rule, &path).await, rule, &place);
                    if rule.path.contains("{account}") {
                        let path = path.replace("/release", "/disable");
                        is_hidden(&ask(desk, rule, &path).await, rule, &place);
                    }
                    assert_eq!(service.log_size(), size, "{place} wrote something");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 70, "only {asked} requests");
    // Where nobody objected there is no page of objections, for the registry's officer either.
    for rule in ACCESS_TABLE.iter().filter(|rule| rule.path.starts_with("/staff/objections/")) {
        let (place, size) = (format!("{:?} {}", rule.verb, rule.path), service.log_size());
        is_hidden(&ask(&reviewer, rule, &ours.path_of(rule)).await, rule, &place);
        assert_eq!(service.log_size(), size, "{place} wrote something");
    }
    // The same requests of those to whom it belongs: they are not told so, and what they ask is done.
    for rule in ACCESS_TABLE.iter().filter(|rule| names_a_thing(rule)) {
        let Access::Staff { roles } = rule.access else { continue };
        let desk = match roles {
            [StaffRole::Reviewer] => &reviewer,
            [StaffRole::Regulator] => &regulator,
            [StaffRole::Security] => &keeper,
            [StaffRole::Handler] => &handler,
            other => panic!("{}: say whose it is for {other:?}", rule.path),
        };
        let answer = ask(desk, rule, &there(rule).path_of(rule)).await;
        let (code, status) = (code_of(&answer), answer.status);
        let place = format!("{:?} {}: {status} {code}", rule.verb, rule.path);
        assert!(!NOT_THERE.contains(&code.as_str()) && ![401, 403].contains(&status), "{place}");
        let is_done = ["/decision", "/holds", "{act}"].iter().any(|end| rule.path.ends_with(end));
        assert!(!is_done || status == 303, "{place}");
    }
}

#[tokio::test]
async fn a_search_opens_no_filing_that_it_did_not_find_and_no_part_of_one() {
    let service = unlimited().await;
    let (mut found, number) = signed(&service).await;
    let (mut theirs, _) = signed(&service).await;
    let holds = format!("/api/v1/filings/{}/holds", theirs.filing);
    let hold = service.post(AUTHORITY, &holds, &json!({ "reason": "案号" })).await;
    let hold = hold.text(201, "record_id");
    let (desk, query) = searching(&service, &number).await;
    found.query.clone_from(&query);
    theirs.query = query;
    let mut asked = 0;
    for rule in ACCESS_TABLE.iter().filter(|rule| rule.path.contains("{query_id}/filings/")) {
        let is_lift = rule.path.ends_with("/lift");
        let record = if is_lift { &hold } else { &theirs.record };
        let other = Ids { record: record.clone(), ..theirs.clone() };
        let place = format!("{:?} {}", rule.verb, rule.path);
        let size = service.log_size();
        is_hidden(&ask(&desk, rule, &other.path_of(rule)).await, rule, &place);
        assert_eq!(service.log_size(), size, "{place} wrote something");
        asked += 1;
        let mixed = Ids { filing: found.filing.clone(), ..other };
        let path = mixed.path_of(rule);
        if path == found.path_of(rule) {
            continue;
        }
        let answer = ask(&desk, rule, &path).await;
        if is_lift {
            // Told on the page of the own filing, which is a look.
            assert_eq!(answer.status, 409, "{place}");
            continue;
        }
        let code = code_of(&answer);
        let is_told = ["record_not_found", "document_not_found"].contains(&code.as_str());
        assert!(answer.status == 404 && is_told, "{place} of two filings: {code}");
        assert_eq!(service.log_size(), size, "{place} of two filings wrote something");
    }
    assert!(asked > 6, "only {asked} requests");
    // The hold is still in force, for whoever may lift it.
    let lift = format!("{holds}/{hold}/lift");
    let lifted = service.post(AUTHORITY, &lift, &json!({ "reason": "案号" })).await;
    assert!((200..300).contains(&lifted.status), "{}", lifted.status);
}
