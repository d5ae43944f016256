//! Registered computers of the office that are known by the addresses they come from (ADR 0082).

use heqi_notarization::staff::OfficeRole;
use heqi_service_kit::TrustedProxies;
use reqwest::{Method, Response, StatusCode};

use crate::support::story;
use crate::workbench::Bureau;
use crate::workbench::browser::Browser;
use crate::workbench::matter::{FORM, apply};
use crate::workbench::press::press;

const WORKSTATION: &str = "提取专用机1号";
const OWN: &str = "192.0.2.17";

async fn told(response: Response, status: StatusCode) -> String {
    assert_eq!(response.status(), status);
    response.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_opened_and_goes_on_at_the_address_of_its_registered_computer_alone() {
    let bureau = Box::pin(Bureau::changed(story(), press, |bench, settings| {
        let addresses = vec![OWN.parse().unwrap()];
        bench.workstation_addresses.insert(WORKSTATION.to_owned(), addresses);
        settings.trusted_proxies = TrustedProxies::parse(["127.0.0.1"]).unwrap();
    }))
    .await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    for one in [&clerk, &notary] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;

    let own = bureau.code(&notary);
    let (second, beside) = clerk.shows(&bureau);
    let session = [
        ("workstation", WORKSTATION),
        ("place", "本处提取室"),
        ("code", own.as_str()),
        ("second", second),
        ("second_code", beside.as_str()),
    ];
    // From elsewhere the name of the computer opens nothing, and uses nobody's code up.
    for elsewhere in ["192.0.2.18", "2001:db8::17"] {
        let refused = notary.act_from(elsewhere, (&matter, "session"), &session).await;
        let said = told(refused, StatusCode::FORBIDDEN).await;
        assert!(said.contains("这不是登记在册的本处计算机"), "{said}");
    }
    let opened = notary.act_from(OWN, (&matter, "session"), &session).await;
    told(opened, StatusCode::SEE_OTHER).await;

    // What is done in it is done there, too; the same address in another spelling is the same.
    let press = "press-clean_environment";
    let refused = notary.act_from("192.0.2.18", (&matter, press), &[]).await;
    told(refused, StatusCode::FORBIDDEN).await;
    assert_eq!(lines(&notary, &matter).await, 0);
    let pressed = notary.act_from("::ffff:192.0.2.17", (&matter, press), &[]).await;
    told(pressed, StatusCode::SEE_OTHER).await;
    assert_eq!(lines(&notary, &matter).await, 1);
    bureau.running.stop().await;
}

/// How many acts stand in the working record.
async fn lines(browser: &Browser, matter: &str) -> usize {
    let response = browser.send(Method::GET, matter, &[]).await;
    response.text().await.unwrap().matches("/screens/").count()
}
