//! 实时保 as a person uses it: in a browser, over HTTP.

use std::sync::{Arc, Mutex};

use heqi_evidence::chain::ChainTip;
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_notary_center::People;
use heqi_notify::channel::Sending;
use heqi_notify::{Channel, Letter, Taken, Templates};
use heqi_testkit::{SeededEntropy, Story};
use heqi_vocabulary::{ChainId, Digest, MessageChannel, PartyId, Provenance};
use reqwest::Response;
use reqwest::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;

use crate::support::{Centre, PATIENCE, Plan, deposit_of, get, http, store, story};

pub(crate) const MOBILE: &str = "13800000001";
const NAME: &str = "张三";
const FORM: &str = "application/x-www-form-urlencoded";

/// Keeps what it was asked to send.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Vec<Letter>>);

impl Channel for Kept {
    fn name(&self) -> &'static str {
        "kept"
    }

    fn kind(&self) -> MessageChannel {
        MessageChannel::Sms
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Sending<'a> {
        self.0.lock().unwrap().push(letter.clone());
        Box::pin(async { Ok(Taken::default()) })
    }
}

impl Kept {
    /// The newest message of this purpose.
    pub(crate) async fn message(&self, purpose: &str) -> Letter {
        let begun = std::time::Instant::now();
        loop {
            let letters = self.0.lock().unwrap().clone();
            if let Some(letter) = letters.iter().rev().find(|letter| letter.purpose == purpose) {
                return letter.clone();
            }
            assert!(begun.elapsed() < PATIENCE, "no message {purpose} was sent");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// The code in the newest message, of so many.
    pub(crate) async fn code(&self, count: usize) -> String {
        let begun = std::time::Instant::now();
        loop {
            let letters = self.0.lock().unwrap().clone();
            if letters.len() >= count {
                let text = &letters[count - 1].text;
                assert!(text.starts_with("【示例公证处】"), "{text}");
                let digits = text.split_once("验证码").unwrap().1;
                return digits[..6].to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "no code was sent");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

pub(crate) fn people(channel: Arc<Kept>) -> People {
    People {
        service: "示例公证处".into(),
        telephone: "0571-0000110".into(),
        secure_cookies: true,
        channels: vec![channel],
        templates: Arc::new(Templates::built_in("示例公证处", "Example Notary")),
        public_url: Some("https://held.example".into()),
        certify_url: None,
    }
}

/// A service that holds the filing of 张三, who entered a code that was sent to [`MOBILE`].
pub(crate) async fn service() -> (Centre, Story, Arc<Kept>) {
    let (story, code) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::preservation(&story, store());
    plan.people = Some(people(sent.clone()));
    let centre = plan.start().await;
    centre.deposit(&code).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    (centre, story, sent)
}

/// A story whose signer entered a code that was sent to [`MOBILE`], and the deposit that says so.
pub(crate) fn told_story() -> (Story, heqi_evidence::bundle::BundleParts) {
    told(story())
}

/// The same of another story.
pub(crate) fn told(mut story: Story) -> (Story, heqi_evidence::bundle::BundleParts) {
    let party = story.party;
    let parts = code_checked(&mut story, 91, (party, MOBILE));
    (story, parts)
}

/// Logs that a party entered a code that was sent to this number, in a chain of its own, and gives
/// the deposit that says so.
pub(crate) fn code_checked(
    story: &mut Story,
    seed: u8,
    (party, mobile): (PartyId, &str),
) -> heqi_evidence::bundle::BundleParts {
    let chain = ChainId::from_bytes([seed; 16]);
    let place = ChainTip::empty(chain).next(chain, story.seen_at());
    let entropy = SeededEntropy::labelled(u64::from(seed), "code checked");
    let mut draft = RecordDraft::new(RecordKind::CodeChecked, GeneratedBy::Platform, &entropy);
    let values = [
        ("filing", json!(story.filing)),
        ("party", json!(party)),
        ("check", json!("one_time_code")),
    ];
    for (name, value) in values {
        draft.set(name, value, Provenance::Observed).unwrap();
    }
    draft.set("contact", json!(mobile), Provenance::Declared).unwrap();
    let record = draft.at(place);
    let index = story.log.append(record.leaf());
    let head = story.log.head_at(story.log.size());
    heqi_evidence::bundle::BundleParts {
        record: record.full().unwrap(),
        proof: Some(story.log.proof(index, &head).to_string().into_bytes()),
        ..Default::default()
    }
}

pub(crate) async fn post(centre: &Centre, path: &str, cookie: &str, body: &str) -> Response {
    let request = http().post(centre.url(path)).header(CONTENT_TYPE, FORM).header(COOKIE, cookie);
    request.body(body.to_owned()).send().await.unwrap()
}

pub(crate) async fn page(centre: &Centre, path: &str, cookie: &str) -> Response {
    http().get(centre.url(path)).header(COOKIE, cookie).send().await.unwrap()
}

/// The cookie of a session at 实时保.
pub(crate) async fn come_in(centre: &Centre, sent: &Kept) -> String {
    come_in_as(centre, sent, "__Host-heqi_held=").await
}

/// The same where the cookie has this name.
pub(crate) async fn come_in_as(centre: &Centre, sent: &Kept, named: &str) -> String {
    let asked = post(centre, "/my/code", "", &format!("contact={MOBILE}")).await;
    assert_eq!(asked.status(), 200);
    let code = sent.code(1).await;
    let body = format!("contact={MOBILE}&code={code}&name=%E5%BC%A0%E4%B8%89");
    let entered = post(centre, "/my/enter", "", &body).await;
    assert_eq!(entered.status(), 303);
    assert_eq!(entered.headers()[LOCATION], "/my");
    let cookie = entered.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with(named) && cookie.ends_with("; Secure"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

pub(crate) fn csrf(page: &str) -> &str {
    &page.split("name=\"csrf\" content=\"").nth(1).unwrap()[..64]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_opens_saves_and_answers_what_is_held() {
    let (centre, story, sent) = service().await;
    let cookie = come_in(&centre, &sent).await;
    let answer = page(&centre, "/my", &cookie).await;
    let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let list = answer.text().await.unwrap();
    let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/evidence/{link}");

    let one = page(&centre, &path, &cookie).await.text().await.unwrap();
    assert!(one.contains("核验通过") && one.contains("现场照片"), "{one}");
    let photo = Digest::of(&story.photo());
    let file = page(&centre, &format!("{path}/files/{photo}"), &cookie).await;
    assert_eq!(file.headers()[CONTENT_TYPE], "image/jpeg");
    assert_eq!(file.bytes().await.unwrap(), story.photo());
    let saved = page(&centre, &format!("{path}/bundle"), &cookie).await.bytes().await.unwrap();
    let bundle = heqi_evidence::bundle::EvidenceBundle::read(&saved).unwrap();
    assert!(bundle.damaged.is_empty() && !bundle.parts.deposits.is_empty());

    let say = page(&centre, &format!("{path}/say"), &cookie).await.text().await.unwrap();
    let foreign = format!("csrf={}&kind=objection", "0".repeat(64));
    assert_eq!(post(&centre, &format!("{path}/say"), &cookie, &foreign).await.status(), 403);
    let body = format!("csrf={}&kind=objection&reason=%E4%B8%8D%E6%98%AF", csrf(&say));
    assert_eq!(post(&centre, &format!("{path}/say"), &cookie, &body).await.status(), 303);
    let one = page(&centre, &path, &cookie).await.text().await.unwrap();
    assert!(one.contains("您已提出异议"), "{one}");
    let english = page(&centre, &format!("{path}?lang=en"), &cookie).await.text().await.unwrap();
    assert!(english.contains("You objected") && english.contains("lang=\"en\""));

    let left = post(&centre, "/my/leave", &cookie, &format!("csrf={}", csrf(&say))).await;
    assert_eq!(left.status(), 303);
    assert_eq!(page(&centre, &path, &cookie).await.status(), 303, "back to the door");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_learns_who_has_signed_and_nothing_opens_without_a_session() {
    let (centre, story, sent) = service().await;
    let known = post(&centre, "/my/code", "", &format!("contact={MOBILE}")).await;
    let unknown = post(&centre, "/my/code", "", "contact=13900000002").await;
    assert_eq!(known.status(), unknown.status());
    let (known, unknown) = (known.text().await.unwrap(), unknown.text().await.unwrap());
    assert_eq!(known.len(), unknown.len());
    assert_eq!(
        known.replace(MOBILE, "").replace("138******01", ""),
        unknown.replace("13900000002", "").replace("139******02", "")
    );
    sent.code(1).await;
    assert_eq!(sent.0.lock().unwrap().len(), 1);

    let cookie = come_in_with(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let photo = Digest::of(&story.photo());
    for path in [
        format!("/my/evidence/{link}"),
        format!("/my/evidence/{link}/bundle"),
        format!("/my/evidence/{link}/files/{photo}"),
        format!("/my/evidence/{link}/say"),
    ] {
        let answer = page(&centre, &path, "__Host-heqi_held=heqi_holder_made_up").await;
        assert_eq!(answer.status(), 303, "{path}");
        assert!(!answer.text().await.unwrap().contains(NAME));
    }
    // The number of somebody else's deposit, and one that is none.
    let number = link.to_owned();
    let serial: u32 = number[number.len() - 8..].parse().unwrap_or(1);
    let other = format!("{}{:08}", &number[..number.len() - 8], serial.saturating_sub(2));
    assert_ne!(page(&centre, &format!("/my/evidence/{other}"), &cookie).await.status(), 200);
    let foreign = http()
        .post(centre.url("/my/code"))
        .header(CONTENT_TYPE, FORM)
        .header("sec-fetch-site", "cross-site")
        .body(format!("contact={MOBILE}"));
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

/// As [`come_in`], with the code that was asked for already.
async fn come_in_with(centre: &Centre, sent: &Kept) -> String {
    let body = format!("contact={MOBILE}&code={}&name=%E5%BC%A0%E4%B8%89", sent.code(1).await);
    let entered = post(centre, "/my/enter", "", &body).await;
    entered.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_finds_no_memory_to_be_sent_from_is_put_off_and_pages_are_shown() {
    let (story, code_checked) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::preservation(&story, store());
    plan.people = Some(people(sent.clone()));
    plan.settings.load.download_memory_bytes = 0;
    let centre = plan.start().await;
    centre.deposit(&code_checked).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let cookie = come_in(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let link = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/evidence/{link}");
    let refused = page(&centre, &format!("{path}/bundle"), &cookie).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(page(&centre, &path, &cookie).await.status(), 200);
    assert_eq!(centre.figure("heqi_downloads_refused_total").await, Some(1));
    assert_eq!(centre.figure("heqi_download_memory_bytes").await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_people_has_no_such_pages() {
    let story = story();
    let centre = Plan::preservation(&story, store()).start().await;
    assert_eq!(get(&centre.url("/my")).await.status(), 404);
    assert_eq!(get(&centre.url("/verify.html")).await.status(), 404);
}
