//! 实时保 over HTTP: being told, and an objection on its way to the data centre.

use std::sync::Arc;

use heqi_notarization::holder::deliver::Recipient;
use heqi_notary_protocol::NoticeClient;
use heqi_notary_protocol::notice::{NoticeDelivery, NoticeReply};
use heqi_vocabulary::VoucherNo;
use reqwest::header::LOCATION;

use crate::holder::{Kept, MOBILE, come_in, come_in_as, csrf, page, people, post, told_story};
use crate::support::{Centre, PATIENCE, Plan, deposit_of, get, pool, store};

/// Waits until a page says something.
async fn until(centre: &Centre, path: &str, cookie: &str, says: &str) -> String {
    let begun = std::time::Instant::now();
    loop {
        let text = page(centre, path, cookie).await.text().await.unwrap();
        if text.contains(says) {
            return text;
        }
        assert!(begun.elapsed() < PATIENCE, "{says} is not said: {text}");
        // Pauses of the queue are by the office's clock.
        centre.clock.advance_ms(1_000);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asked_is_sent_a_message_that_names_nobody() {
    let (story, code) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::preservation(&story, store());
    plan.people = Some(people(sent.clone()));
    let centre = plan.start().await;
    centre.deposit(&code).await;
    let signing = story.signing().record.root();
    for record in story.records.iter().filter(|one| one.record.root() != signing).take(4) {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let cookie = come_in(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    assert!(list.contains("开启通知"), "{list}");
    let foreign = format!("csrf={}&wanted=yes", "0".repeat(64));
    assert_eq!(post(&centre, "/my/watch", &cookie, &foreign).await.status(), 403);
    let body = format!("csrf={}&wanted=yes", csrf(&list));
    let asked = post(&centre, "/my/watch", &cookie, &body).await;
    assert_eq!(
        (asked.status().as_u16(), &asked.headers()[LOCATION]),
        (303, &"/my".parse().unwrap())
    );
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    assert!(list.contains("关闭通知") && list.contains("已开启"), "{list}");

    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let letter = sent.message("held_signed").await;
    assert_eq!(letter.address, format!("+86{MOBILE}"));
    assert!(letter.text.contains("https://held.example/my"), "{}", letter.text);
    for personal in ["张三", MOBILE, "有限公司", "PZ"] {
        assert!(!letter.text.contains(personal), "{}", letter.text);
    }

    let body = format!("csrf={}&wanted=no", csrf(&list));
    assert_eq!(post(&centre, "/my/watch", &cookie, &body).await.status(), 303);
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    assert!(list.contains("开启通知"), "{list}");
    // The application of its own, and not the signer's.
    let manifest =
        list.split("rel=\"manifest\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(manifest.ends_with("/held.webmanifest"), "{manifest}");
    let answer = get(&centre.url(manifest)).await;
    assert_eq!(answer.headers()["content-type"], "application/manifest+json");
    assert!(answer.text().await.unwrap().contains("\"start_url\":\"/my\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_objection_waits_in_sight_and_arrives_at_the_data_centre() {
    let (story, code) = told_story();
    let mut plan = Plan::data_centre(&story, store());
    plan.knows = vec!["preservation"];
    let data_centre = plan.start().await;
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::preservation(&story, store());
    plan.people = Some(people(sent.clone()));
    // Nobody listens at the platform's address.
    plan.notice_ways = vec![
        (Recipient::DataCentre, NoticeClient::new(pool(), &data_centre.url(""))),
        (Recipient::Platform, NoticeClient::new(pool(), "http://127.0.0.1:9")),
    ];
    let centre = plan.start().await;
    centre.deposit(&code).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let cookie = come_in(&centre, &sent).await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/evidence/{number}");
    let say = page(&centre, &format!("{path}/say"), &cookie).await.text().await.unwrap();
    let body = format!("csrf={}&kind=objection&reason=%E4%B8%8D%E6%98%AF", csrf(&say));
    assert_eq!(post(&centre, &format!("{path}/say"), &cookie, &body).await.status(), 303);
    // The data centre does not hold the signing yet, and the platform is away.
    let one = page(&centre, &path, &cookie).await.text().await.unwrap();
    assert!(one.contains("正在送达公证处数据中心") && one.contains("正在送达签署平台"), "{one}");
    for record in &story.records {
        data_centre.deposit(&deposit_of(&story, record)).await;
    }
    let one = until(&centre, &path, &cookie, "已送达公证处数据中心并写入其日志").await;
    assert!(one.contains("正在送达签署平台"), "{one}");

    // What no custodian signed is not taken.
    let client = NoticeClient::new(pool(), &data_centre.url(""));
    let notice = NoticeDelivery {
        record_id: story.signing().record.frame().record_id,
        statement: "{}".into(),
    };
    let refused = client.deliver(&notice).await.unwrap();
    assert_eq!(refused, NoticeReply::Refused { code: "notice_malformed".into() });
}

/// A form as a browser sends it.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let percent = |text: &str| {
        let byte = |byte: u8| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        };
        text.bytes().map(byte).collect::<String>()
    };
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    fields.join("&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_a_third_party_applies_from_within_and_is_refused_with_the_article() {
    let (story, code) = told_story();
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::data_centre(&story, store());
    plan.people = Some(people(sent.clone()));
    plan.certifies = true;
    let centre = plan.start().await;
    centre.deposit(&code).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    // Without a session there is the door, which leads on; nothing of the signing is shown.
    let other = VoucherNo::new(story.seen_at(), 77).unwrap();
    let door = page(&centre, &format!("/my/apply/{other}"), "").await.text().await.unwrap();
    assert!(door.contains(&format!("name=\"apply\" value=\"{other}\"")), "{door}");
    let cookie = come_in_as(&centre, &sent, "__Host-heqi_held_centre=").await;

    // A signing that is not of who came in: refused, whoever the form names.
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let token = csrf(&list).to_owned();
    let mut fields = vec![
        ("csrf", token.as_str()),
        ("name", "张三"),
        ("document_kind", "resident_id"),
        ("document_number", "11010519491231002X"),
        ("address", "杭州市示例路1号"),
        ("phone", "0571-0000110"),
        ("purpose", "办理公司登记争议，在杭州市使用"),
        ("manner", "本人签署"),
        ("materials", "身份证件复印件，1"),
        ("copies", "1"),
        ("delivery", "download"),
        ("lawsuit", "no"),
        ("truth", "yes"),
    ];
    let path = format!("/my/apply/{other}");
    for answer in
        [page(&centre, &path, &cookie).await, post(&centre, &path, &cookie, &form(&fields)).await]
    {
        assert_eq!(answer.status(), 403);
        let text = answer.text().await.unwrap();
        assert!(text.contains("《公证法》第三十一条第二项"), "{text}");
    }

    // Of an own signing the form is filled in; another name on it is refused with the same article,
    // without a statement of truth it is not taken, and nothing typed is lost.
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let evidence = format!("/my/evidence/{number}");
    let one = page(&centre, &evidence, &cookie).await.text().await.unwrap();
    assert!(one.contains("href=\"/anchors.json\""), "the keys are published here: {one}");
    let path = one.split("href=\"/my/apply/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/apply/{path}");
    let asked = page(&centre, &path, &cookie).await.text().await.unwrap();
    assert!(
        asked.contains("value=\"张三\"") && asked.contains("通过签署平台以电子方式签署"),
        "{asked}"
    );
    fields[1] = ("name", "李四");
    let refused = post(&centre, &path, &cookie, &form(&fields)).await;
    assert_eq!(refused.status(), 403);
    let text = refused.text().await.unwrap();
    assert!(
        text.contains("《公证法》第三十一条第二项") && text.contains("role=\"alert\""),
        "{text}"
    );
    assert!(text.contains("办理公司登记争议"), "nobody types a form twice");
    fields[1] = ("name", "张三");
    let truth = fields.pop().unwrap();
    assert_eq!(post(&centre, &path, &cookie, &form(&fields)).await.status(), 422);
    fields.push(truth);
    // Whoever has said nothing of a lawsuit is asked.
    let unsaid: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "lawsuit").collect();
    let asked = post(&centre, &path, &cookie, &form(&unsaid)).await;
    assert_eq!(asked.status(), 422);
    assert!(asked.text().await.unwrap().contains("是否正在诉讼或仲裁"));
    let foreign = form(&fields).replace(&token, &"0".repeat(64));
    assert_eq!(post(&centre, &path, &cookie, &foreign).await.status(), 403);

    // Taken once; again it is the one that is open.
    for _ in 0..2 {
        let taken = post(&centre, &path, &cookie, &form(&fields)).await;
        assert_eq!(taken.status(), 303);
        assert_eq!(taken.headers()[LOCATION], evidence.as_str());
    }
    let one = page(&centre, &evidence, &cookie).await.text().await.unwrap();
    assert!(one.contains("您的公证申请") && one.contains("待受理"), "{one}");
    assert_eq!(one.matches("SQ20").count(), 1);
}
