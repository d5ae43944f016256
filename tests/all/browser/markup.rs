//! Markup and scripts in every field that people fill in, in a real browser: nothing of it runs,
//! nothing of it becomes an element, no policy is broken, and the evidence shows it as it was typed.

use heqi_registration::Custodian;
use heqi_testkit::files;
use heqi_tests::browser::{Browser, Page};
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

/// A filing whose every field is odd: the token of its first party.
pub(super) async fn odd_filing(house: &House) -> (String, String) {
    let staff = &house.client;
    let body = json!({
        "matter": "change",
        "company_name": format!("公司{}", ODD[0]),
        "handler_name": format!("经办{}", ODD[1]),
    });
    let opened = staff.post(STAFF, "/api/v1/filings", &body).await;
    let filing = opened["filing_id"].as_str().unwrap().to_owned();
    let title = percent_encoded(ODD[1]);
    let path = format!("/api/v1/filings/{filing}/documents?title={title}");
    staff.upload(STAFF, &path, "application/pdf", files::pdf("Odd", 1)).await;
    let path = format!("/api/v1/filings/{filing}/parties");
    let mut parties = Vec::new();
    for odd in ODD {
        let name = format!("甲{odd}");
        let name: String = name.chars().take(60).collect();
        let body = json!({ "kind": "person", "name": name, "capacities": ["shareholder"] });
        let added = staff.post(STAFF, &path, &body).await;
        parties.push(added["party_id"].as_str().unwrap().to_owned());
    }
    let body = json!({
        "kind": "company", "name": format!("乙{}", ODD[2]),
        "representative_name": format!("丙{}", ODD[0]),
        "capacities": ["corporate_shareholder_representative"],
    });
    staff.post(STAFF, &path, &body).await;
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
    for odd in &ODD[..2] {
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
