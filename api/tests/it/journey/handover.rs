//! A step that is handed over from a desk to a phone.

use heqi_registration::access::hash_of;
use heqi_registration::handover::desk_view;
use heqi_registration::session::session;
use reqwest::Method;
use serde_json::json;

use super::Browser;
use crate::service::{HANDLER, Service};
use crate::signer::invited;

/// A browser that has offered its next step to another device.
async fn desk_that_offers(service: &Service) -> Browser<'_> {
    let mut signer = invited(service, 1).await.signers.remove(0);
    let path = format!("/api/v1/filings/{}/parties/{}/invitations", signer.filing, signer.party);
    let again = service.post(HANDLER, &path, &json!({})).await.json(201);
    again["token"].as_str().unwrap().clone_into(&mut signer.token);
    let desk = Browser::open(service, again["link"].as_str().unwrap()).await;
    desk.ready().await;
    let signing = signer.begin(service).await.signing;
    let page = desk.page("/sign").await;
    let offered = desk.submit(&page, "/sign/handover", &[("signing", &signing)]).await;
    assert_eq!((offered.status, offered.header("location")), (303, "/sign/handover"));
    desk
}

/// The cookie of a phone that has claimed the step of a signing.
pub(crate) async fn phone_with_a_step(service: &Service) -> String {
    let desk = desk_that_offers(service).await;
    let secret = hash_of(desk.cookie.split_once('=').unwrap().1);
    let actor = session(&service.platform, secret).await.unwrap().actor;
    let view = desk_view(&service.platform, &actor, secret).await.unwrap();
    let phone = Browser { service, cookie: String::new() };
    let claimed = phone.send(&format!("/h/{}", view.code), &[], "").await;
    assert_eq!((claimed.status, claimed.header("location")), (303, "/handover"));
    claimed.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_desk_that_is_opened_again_stands_at_its_hand_over_until_that_is_over() {
    let service = Service::start().await;
    let desk = desk_that_offers(&service).await;
    let again = desk.get("/sign").await;
    assert_eq!((again.status, again.header("location")), (303, "/sign/handover"));
    let page = desk.page("/sign/handover").await;
    let cancelled = desk.submit(&page, "/sign/handover/answer", &[("number", "none")]).await;
    assert_eq!((cancelled.status, cancelled.header("location")), (303, "/sign/handover"));
    assert!(desk.page("/sign").await.contains("id=\"camera\""));
}

#[tokio::test]
async fn a_session_of_a_signer_sees_no_step_of_a_hand_over() {
    let service = Service::start().await;
    let browser = desk_that_offers(&service).await;
    assert!(browser.page("/sign/handover").await.contains("class=\"qr\""));
    for path in ["/handover", "/handover/photo"] {
        let method = if path == "/handover" { Method::GET } else { Method::POST };
        let headers = [("cookie", browser.cookie.as_str()), ("accept", "application/json")];
        let answer = service.send(method, path, "", &headers, Some(Vec::new())).await;
        assert_eq!(answer.status, 403, "{path}");
    }
}
