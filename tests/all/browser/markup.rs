//! Markup and scripts in every field that people fill in, in a real browser: nothing of it runs,
//! nothing of it becomes an element, no policy is broken, and the evidence shows it as it was typed.

use heqi_filing::{Capacity, DeclaredName, Matter, PartyKind};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_registration::{AsRead, Custodian, Request, RequestFacts};
use heqi_service_kit::SystemClock;
use heqi_testkit::files;
use heqi_tests::browser::{Browser, Page};
use heqi_vocabulary::{Clock as _, Digest};
use serde_json::{Value, json};

use super::passage::Passage;
use super::verifier::{Asked, Verifier, browser};
use crate::acceptance::house::{House, STAFF, Second};

/// What is typed into fields: each breaks out of another place that a careless page might put it.
pub(super) const ODD: [&str; 5] = [
    "<script>globalThis.ran='script'</script>",
    "\"><img src=x onerror=\"globalThis.ran='img'\">",
    "'><svg onload=globalThis.ran='svg'>",
    "</title></textarea><iframe srcdoc='<script>parent.ran=1</script>'>",
    "javascript:globalThis.ran='url'//${globalThis.ran='js'}",
];

/// What stands on the page of a document: its words are shown again in large type.
const ON_PAPER: &str = "<img src=x onerror=globalThis.ran=1>";

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// That none of it ran and none of it is an element.
pub(super) fn is_text_only(page: &mut Page<'_>, place: &str) {
    let found = page
        .evaluate(
            "[globalThis.ran ?? null, \
              document.querySelectorAll('img[src=x], svg[onload], iframe, [onerror], [onload], a[href^=\"javascript:\"]').length, \
              [...document.scripts].filter((s) => !s.src && s.textContent.includes('globalThis.ran=')).length]",
        )
        .unwrap();
    assert_eq!(found, json!([null, 0, 0]), "{place}");
}

/// A request of a member of staff, once for each of these words.
async fn request(house: &House, words: &str) -> Request {
    Request {
        actor: authenticate(&house.platform, hash_of(STAFF)).await.unwrap(),
        idempotency_key: Digest::of(words.as_bytes()).to_string().parse().unwrap(),
        digest: Digest::of(words.as_bytes()),
        facts: RequestFacts {
            client_address: std::net::Ipv4Addr::LOCALHOST.into(),
            forwarded_for: None,
            user_agent: None,
            received_at: SystemClock.now(),
        },
        versions: AsRead::Any,
    }
}

/// A name that was taken before names had rules: rows keep it, and every page still shows it.
fn of_before(name: &str) -> DeclaredName {
    serde_json::from_value(json!(name)).unwrap()
}

/// Adds a party under names of before; over the interface they are refused.
async fn add(house: &House, filing: &str, who: PartyKind, capacity: Capacity) -> String {
    let path = format!("/api/v1/filings/{filing}/parties");
    let words = who.acting_person().to_string();
    let mut body = serde_json::to_value(&who).unwrap();
    if let Some(representative) = body.as_object_mut().unwrap().remove("representative") {
        body["representative_name"] = representative;
    }
    body["capacities"] = json!([capacity]);
    let body = body.to_string().into_bytes();
    let refused = house.client.raw(STAFF, &path, "application/json", body).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let command = AddParty { filing: filing.parse().unwrap(), who, capacities: [capacity].into() };
    let added = add_party(&house.platform, &request(house, &words).await, command).await;
    added.unwrap().party_id.to_string()
}

/// A filing whose every field is odd: the token of its first party.
pub(super) async fn odd_filing(house: &House) -> (String, String) {
    let staff = &house.client;
    let command = OpenFiling {
        matter: Matter::Change,
        company_name: format!("公司{}", ODD[0]).parse().unwrap(),
        handler_name: Some(of_before(&format!("经办{}", ODD[1]))),
        number: None,
    };
    let opened = open_filing(&house.platform, &request(house, "open").await, command).await;
    let filing = opened.unwrap().filing_id.to_string();
    let title = percent_encoded(ODD[1]);
    let path = format!("/api/v1/filings/{filing}/documents?title={title}");
    staff.upload(STAFF, &path, "application/pdf", files::pdf(ON_PAPER, 1)).await;
    let mut parties = Vec::new();
    for odd in ODD {
        let name: String = format!("甲{odd}").chars().take(60).collect();
        let who = PartyKind::Person { name: of_before(&name) };
        parties.push(add(house, &filing, who, Capacity::Shareholder).await);
    }
    let who = PartyKind::Company {
        name: format!("乙{}", ODD[2]).parse().unwrap(),
        representative: of_before(&format!("丙{}", ODD[0])),
    };
    add(house, &filing, who, Capacity::CorporateShareholderRepresentative).await;
    let path = format!("/api/v1/filings/{filing}/parties/{}/invitations", parties[0]);
    let invited = staff.post(STAFF, &path, &json!({})).await;
    let other = format!("/api/v1/filings/{filing}/parties/{}/invitations", parties[1]);
    let other = staff.post(STAFF, &other, &json!({})).await;
    // Reasons are typed by people too.
    let token = other["token"].as_str().unwrap();
    let reason = json!({ "reason": ODD.join(" ") });
    staff.post(token, "/api/v1/ceremony/decline", &reason).await;
    (invited["token"].as_str().unwrap().to_owned(), filing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markup_in_every_field_stays_text_on_every_page_and_in_the_verifier() {
    if browser().is_none() {
        return;
    }
    let mut browser = Browser::start_with_camera().unwrap();
    let house = House::start(Second::Real).await;
    let (token, filing) = odd_filing(&house).await;
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    let base = house.url();
    browser.grant(&base, &["videoCapture", "geolocation"]).unwrap();
    let mut page = browser.page().unwrap();
    // A header that becomes part of the evidence.
    let agent = format!("Mozilla/5.0 {} {}", ODD[0], ODD[1]);
    page.ask("Network.setUserAgentOverride", &json!({"userAgent": agent})).unwrap();
    let mut passage = Passage::begin(page, &format!("{base}{link}?lang=zh"));
    let mut shown = String::new();
    passage.finish(|passage, heading| {
        is_text_only(&mut passage.page, heading);
        let text = passage.page.evaluate("document.body.innerText").unwrap();
        shown.push_str(text.as_str().unwrap());
    });
    // It was there, as text: otherwise nothing was tried.
    for odd in ODD[..2].iter().chain([&ON_PAPER]) {
        assert!(shown.contains(odd), "{odd} was shown nowhere");
    }
    for path in [
        "/sign?lang=en",
        "/sign/filing",
        "/sign/confirm",
        "/sign/object",
        "/sign/decline",
        "/coverage",
        "/api/docs",
    ] {
        passage.page.open(&format!("{base}{path}")).unwrap();
        passage.settled();
        is_text_only(&mut passage.page, path);
    }
    for odd in ODD {
        let encoded = percent_encoded(odd);
        for path in [
            format!("/s/{encoded}"),
            format!("/sign/consent/{encoded}"),
            format!("/?lang={encoded}&text={encoded}"),
            format!("/{encoded}"),
        ] {
            passage.page.open(&format!("{base}{path}")).unwrap();
            passage.page.evaluate("0").unwrap();
            is_text_only(&mut passage.page, &path);
        }
    }
    passage.count();
    // A page that is not there is a 404 of its own and no breach of anything.
    passage.errors.retain(|error| !error.contains("the server responded with a status of 4"));
    assert_eq!(passage.errors, Vec::<String>::new());

    // The receipt's bundle, in the verifier: names, reasons and headers of others.
    let view = house.client.get(&token, "/api/v1/ceremony").await.json();
    let record = view["signed"]["record_id"].as_str().unwrap().to_owned();
    house.until_answered(&Custodian::ALL).await;
    house.until_cosigned().await;
    let folder = tempfile::tempdir().unwrap();
    let kept = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let bundle = house.client.get(STAFF, &format!("/api/v1/records/{record}/bundle")).await.ok();
    let anchors = house.client.http.get(format!("{}/anchors.json", house.centre_url)).send();
    let anchors = anchors.await.unwrap().bytes().await.unwrap();
    let asked = Asked {
        file: kept("odd.heqi.zip", &bundle),
        anchors: Some(kept("anchors.json", &anchors)),
        at: None,
    };
    drop(passage);
    let mut verifier = Verifier::open(browser.page().unwrap());
    for language in ["zh", "en"] {
        verifier.speak(language);
        let report = verifier.ask(&asked);
        assert_eq!(report, asked.of_program(language), "{language}");
        is_text_only(&mut verifier.page, &format!("the verifier in {language}"));
    }
    // The name of a file is typed by somebody as well.
    let named = Asked { file: kept("<img src=x onerror=globalThis.ran=1>.zip", &bundle), ..asked };
    verifier.ask(&named);
    is_text_only(&mut verifier.page, "the verifier with an odd file name");
    assert_eq!(verifier.page.trouble().unwrap().errors, Vec::<String>::new());
    let staff = house.client.get(STAFF, &format!("/api/v1/filings/{filing}")).await.json();
    assert_eq!(staff["company_name"], Value::from(format!("公司{}", ODD[0])));
    house.stop().await;
}
