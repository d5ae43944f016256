//! 实时保 over HTTP: a consent that is taken back, where the device said it was, and with what a bundle is verified.

use std::sync::Arc;

use heqi_notary_center::People;

use crate::holder::{Kept, come_in, csrf, page, people, post, service, told_story};
use crate::support::{Centre, Plan, deposit_of, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_takes_a_consent_back_and_the_custodians_own_log_has_it() {
    let (centre, _, sent) = service().await;
    let cookie = come_in(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/evidence/{number}");
    let say = page(&centre, &format!("{path}/say"), &cookie).await.text().await.unwrap();
    assert!(say.contains("value=\"consent_withdrawn\"") && say.contains("个人信息保护法第15条"));
    let log = centre.client.own_log("office");
    let size = async || log.head().await.unwrap().unwrap().checkpoint().size();
    let before = size().await;
    let send = async |body: String| post(&centre, &format!("{path}/say"), &cookie, &body).await;

    // A word of no such kind, and a page of another session: nothing is said.
    let token = csrf(&say).to_owned();
    let refused = send(format!("csrf={token}&kind=everything")).await;
    assert!((400..500).contains(&refused.status().as_u16()), "{}", refused.status());
    let foreign = send(format!("csrf={}&kind=consent_withdrawn", "0".repeat(64))).await;
    assert_eq!(foreign.status(), 403);
    assert_eq!(size().await, before);

    // No reason is asked for.
    assert_eq!(send(format!("csrf={token}&kind=consent_withdrawn&reason=")).await.status(), 303);
    assert_eq!(size().await, before + 1);
    let one = page(&centre, &path, &cookie).await.text().await.unwrap();
    assert!(one.contains("您已撤回同意") && !one.contains("您已提出异议"), "{one}");
    let english = page(&centre, &format!("{path}?lang=en"), &cookie).await.text().await.unwrap();
    assert!(english.contains("You withdrew your consent"), "{english}");
    // What the law keeps is kept: the evidence is there as before.
    assert!(one.contains("核验通过") && one.contains("现场照片"), "{one}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_device_said_it_was_is_drawn_without_a_map() {
    let (centre, _, sent) = service().await;
    let cookie = come_in(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/evidence/{number}");
    for (language, about) in
        [("zh", ["误差半径约 12 米", "10 米"]), ("en", ["within about 12 m", "10 m"])]
    {
        let answer = page(&centre, &format!("{path}?lang={language}"), &cookie).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(!policy.contains("http"), "nobody else is asked for a map: {policy}");
        let text = answer.text().await.unwrap();
        let figure = text.split("<figure class=\"place\">").nth(1).expect("a sketch");
        let figure = figure.split("</figure>").next().unwrap();
        assert!(figure.contains("<svg ") && figure.contains("class=\"area\""), "{figure}");
        for shown in ["30.27408° N", "120.15507° E"].iter().chain(&about) {
            assert!(figure.contains(shown), "{shown} in {figure}");
        }
        assert!(!figure.contains("href") && !figure.contains("<img"), "{figure}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_saves_a_bundle_reads_which_document_it_is_about_and_finds_the_keys_to_verify_it_with()
 {
    let (story, code) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::preservation(&story, store());
    let certify_url = Some("https://centre.example/".to_owned());
    plan.people = Some(People { certify_url, ..people(sent.clone()) });
    let centre = plan.start().await;
    centre.deposit(&code).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let one = first_signing(&centre, &sent).await;
    assert!(one.contains("《公司章程》"), "{one}");
    assert!(one.contains("href=\"https://centre.example/anchors.json\""), "{one}");

    // Where nobody is told of the data centre's address, none is made up.
    let (centre, _, sent) = service().await;
    let one = first_signing(&centre, &sent).await;
    assert!(one.contains("《公司章程》") && !one.contains("anchors.json"), "{one}");
}

/// The page of the signing that stands first for whoever comes in.
async fn first_signing(centre: &Centre, sent: &Kept) -> String {
    let cookie = come_in(centre, sent).await;
    let list = page(centre, "/my", &cookie).await.text().await.unwrap();
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    page(centre, &format!("/my/evidence/{number}"), &cookie).await.text().await.unwrap()
}
