//! Somebody at the workbench: a browser that keeps its cookie and sends the forms of a page.

use std::fmt::Write as _;

use heqi_credentials::TotpSecret;
use heqi_vocabulary::Clock as _;
use reqwest::{Method, Response, StatusCode};

use super::Bureau;
use crate::support::http;

/// Somebody at the workbench.
pub(crate) struct Browser {
    pub(super) url: String,
    pub(super) cookie: String,
    pub(super) login: &'static str,
    pub(super) secret: TotpSecret,
}

pub(super) fn csrf_of(page: &str) -> String {
    let after = page.split("name=\"csrf\" content=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

impl Browser {
    /// The login name, and the code that the authenticator shows now.
    pub(crate) fn shows(&self, bureau: &Bureau) -> (&'static str, String) {
        (self.login, self.secret.code_at(bureau.clock.now()))
    }

    pub(super) fn keep(&mut self, response: &Response) {
        let set = response.headers().get("set-cookie").unwrap().to_str().unwrap();
        assert!(set.contains("HttpOnly; SameSite=Strict"), "{set}");
        set.split(';').next().unwrap().clone_into(&mut self.cookie);
    }

    pub(crate) async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Response {
        let owned: Vec<_> = form.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        self.send_owned(method, path, &owned).await
    }

    pub(super) async fn send_owned(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, String)],
    ) -> Response {
        let client = heqi_service_kit::Trust::Nobody.client().unwrap();
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client
            .request(method.clone(), format!("{}{path}", self.url))
            .header("cookie", &self.cookie);
        let request = if method == Method::POST {
            let body: Vec<String> =
                form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
            request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))
        } else {
            request
        };
        request.send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.send(Method::GET, path, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        response.text().await.unwrap()
    }

    /// Sends a form of the page at `path`, and gives what comes of it.
    pub(crate) async fn act(&self, matter: &str, act: &str, form: &[(&str, &str)]) -> Response {
        let page = self.page(matter).await;
        let key = page.split("name=\"key\" value=\"").nth(1).unwrap();
        let key = key.split('"').next().unwrap();
        let csrf = csrf_of(&page);
        let mut all = vec![("csrf", csrf.as_str()), ("key", key)];
        // Each page draws one name; forms of one test are told apart by what they do.
        let key = format!("{key}-{act}");
        all[1] = ("key", &key);
        all.extend_from_slice(form);
        self.send(Method::POST, &format!("{matter}/{act}"), &all).await
    }

    /// The same as a proxy passes it on for whoever comes from this address.
    pub(crate) async fn act_from(
        &self,
        from: &str,
        (matter, act): (&str, &str),
        form: &[(&str, &str)],
    ) -> Response {
        let page = self.page(matter).await;
        let key = page.split("name=\"key\" value=\"").nth(1).unwrap();
        let key = format!("{}-{act}-{from}", key.split('"').next().unwrap());
        let csrf = csrf_of(&page);
        let all = [&[("csrf", csrf.as_str()), ("key", key.as_str())], form].concat();
        let body: Vec<String> =
            all.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let client = heqi_service_kit::Trust::Nobody.client().unwrap();
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.post(format!("{}{matter}/{act}", self.url));
        let request = request.header("cookie", &self.cookie).header("x-forwarded-for", from);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(body.join("&")).send().await.unwrap()
    }

    /// Sends bytes as they are, as the script of the page does.
    pub(crate) async fn upload(&self, matter: &str, act: &str, bytes: &[u8]) -> Response {
        let token = csrf_of(&self.page(matter).await);
        let request = http().post(format!("{}{matter}/{act}", self.url));
        let request = request.header("cookie", &self.cookie).header("x-csrf-token", token);
        request.body(bytes.to_vec()).send().await.unwrap()
    }

    pub(crate) async fn done(&self, matter: &str, act: &str, form: &[(&str, &str)]) {
        let response = self.act(matter, act, form).await;
        let status = response.status();
        assert_eq!(status, StatusCode::SEE_OTHER, "{act}: {}", trouble(response).await);
    }
}

pub(super) async fn trouble(response: Response) -> String {
    let text = response.text().await.unwrap();
    let told = text.split("id=\"trouble\"").nth(1).unwrap_or(&text);
    told.chars().take(300).collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}
