//! The signer's pages over HTTP: a browser, the link that it opens, and the forms that it sends.
//!
//! - [`coming`], [`consents`], [`reading`], [`receipts`], [`handover`]: where one stands, in this order
//! - [`forms`]: what a form does; [`looks`]: what every page has

mod coming;
mod consents;
mod forms;
pub(crate) mod handover;
mod looks;
mod reading;
mod receipts;

use reqwest::Method;
use serde_json::json;

use crate::service::{Answer, HANDLER, Service};
use crate::signer::Signer;

/// A browser with the cookies of one signer.
pub(crate) struct Browser<'a> {
    service: &'a Service,
    pub(crate) cookie: String,
}

/// The link of a signer, as the handler is told it.
pub(crate) async fn link_of(service: &Service, signer: &Signer) -> String {
    let path = format!("/api/v1/filings/{}/parties/{}/invitations", signer.filing, signer.party);
    service.post(HANDLER, &path, &json!({})).await.text(201, "link")
}

impl<'a> Browser<'a> {
    pub(crate) async fn open(service: &'a Service, link: &str) -> Self {
        let answer = service.send(Method::POST, link, "", &[], Some(Vec::new())).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/sign"));
        let set = answer.header("set-cookie");
        for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(set.contains(attribute), "{set}");
        }
        Self { service, cookie: set.split(';').next().unwrap().to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.service.send(Method::GET, path, "", &[("cookie", &self.cookie)], None).await
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 200, "{page}");
        page
    }

    pub(crate) async fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        all.extend_from_slice(headers);
        self.service.send(Method::POST, path, "", &all, Some(body.as_bytes().to_vec())).await
    }

    /// Sends the form of a page that leads to `action`, with these values of a person.
    pub(crate) async fn submit(&self, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
        self.send(action, &[("sec-fetch-site", "same-origin")], &filled(page, action, values)).await
    }

    /// Answers whatever consent is asked.
    pub(crate) async fn answer(&self, decision: &str) {
        let page = self.page("/sign").await;
        let answer = self.submit(&page, "/sign/consent", &[("decision", decision)]).await;
        assert_eq!(answer.status, 303);
    }

    /// Everything up to the camera.
    async fn ready(&self) {
        for _ in 0..4 {
            self.answer("granted").await;
        }
        let page = self.page("/sign").await;
        assert_eq!(self.submit(&page, "/sign/read", &[("seconds", "7")]).await.status, 303);
    }
}

/// The hidden values of a form, and what a person adds, as a browser sends them.
pub(crate) fn filled(page: &str, action: &str, values: &[(&str, &str)]) -> String {
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form =
        form.unwrap_or_else(|| panic!("{action} in {page}")).split("</form>").next().unwrap();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for input in form.split("<input type=\"hidden\" ").skip(1) {
        let value = |name: &str| {
            let begin = format!("{name}=\"");
            input.split(&begin).nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        pairs.push((value("name"), value("value")));
    }
    for (name, value) in values {
        pairs.retain(|(known, _)| known != name);
        pairs.push(((*name).to_owned(), (*value).to_owned()));
    }
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |text, byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                text + &char::from(byte).to_string()
            }
            _ => text + &format!("%{byte:02X}"),
        })
    };
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// The link of the signer's own ceremony, which was made with its token.
pub(crate) async fn link_of_own(service: &Service, signer: &Signer) -> String {
    let view = service.get(&signer.token, "/api/v1/ceremony").await.json(200);
    let ceremony: heqi_vocabulary::CeremonyId =
        serde_json::from_value(view["ceremony_id"].clone()).unwrap();
    heqi_registration::invite::link_of(&service.platform, ceremony)
}
