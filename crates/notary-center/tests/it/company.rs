//! A company that signed applies for a certificate over HTTP: at the counter, and from within by who signed
//! for it.

use std::sync::Arc;

use heqi_evidence::record::RecordDraft;
use heqi_notarization::staff::OfficeRole;
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::Provenance;
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};

use crate::certificates::words_of;
use crate::holder::{Kept, come_in_as, csrf, page, people, post, told};
use crate::holder_told::form;
use crate::support::{Plan, deposit_of, http, store};
use crate::workbench::Bureau;
use crate::workbench::matter::{apply, numbered};
use crate::workbench::press::press;

const COMPANY: &str = "杭州示例云栖投资有限公司";
const CODE: &str = "91330112MA000004XN";
const MATERIALS: &str = "营业执照副本，1\n法定代表人身份证明，1";

/// A signing of 张三 in the company's name.
fn signed_for_company() -> Story {
    let record = Box::new(|draft: &mut RecordDraft| {
        let values =
            [("party_kind", "company"), ("party_name", COMPANY), ("representative_name", "张三")];
        for (name, value) in values {
            draft.set(name, value, Provenance::Declared).unwrap();
        }
    });
    Story::tell(1, &Twists { record: Some(record), ..Twists::default() })
}

const AT_THE_COUNTER: [(&str, &str); 15] = [
    ("applicant", "company"),
    ("name", COMPANY),
    ("document_kind", "resident_id"),
    ("document_number", CODE),
    ("address", "杭州市示例区示例路1号"),
    ("phone", "0571-0000110"),
    ("legal_representative", "张三"),
    ("acting_document_kind", "resident_id"),
    ("acting_document_number", "11010519491231002X"),
    ("purpose", "诉讼"),
    ("manner", "由法定代表人在手机上签署"),
    ("copies", "1"),
    ("delivery", "counter"),
    ("lawsuit", "no"),
    ("truth", "yes"),
];

/// The form with these materials, and one field otherwise.
fn counter<'a>(materials: &'a str, (field, value): (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let mut form: Vec<(&str, &str)> = AT_THE_COUNTER.to_vec();
    form.push(("materials", materials));
    form.iter_mut().filter(|(name, _)| *name == field).for_each(|one| one.1 = value);
    form
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_applies_at_the_counter_and_its_certificate_names_it_as_a_legal_person() {
    let bureau = Box::pin(Bureau::with(signed_for_company(), press)).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let found = clerk.page(&format!("/staff/deposits?q={}", bureau.deposit)).await;
    assert!(found.contains(&format!("{COMPANY}（代表人：张*）")), "{found}");

    // Without what shows the authority it is not taken, and nothing typed is lost.
    let plain = ("applicant", "company");
    let bare = apply(&bureau, &clerk, &counter("营业执照副本，1", plain)).await;
    assert_eq!(bare.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = bare.text().await.unwrap();
    assert!(text.contains("《公证程序规则》第十八条") && text.contains(CODE), "{text}");
    assert!(text.contains("value=\"company\" selected"), "{text}");
    // A company that did not sign.
    let stranger = counter(MATERIALS, ("name", "杭州示例青穗茶业有限公司"));
    let stranger = apply(&bureau, &clerk, &stranger).await;
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);
    assert!(stranger.text().await.unwrap().contains("《公证法》第三十一条第二项"));

    let form = counter(MATERIALS, plain);
    let matter = Box::pin(numbered(&bureau, [&clerk, &notary, &approver], &form)).await;
    notary.done(&matter, "issue", &[]).await;
    let shown = notary.page(&matter).await;
    for said in [COMPANY, CODE, "张三 · 法定代表人本人 · 002X", "系统只比对了单位名称"]
    {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    assert!(!shown.contains("11010519491231002X"), "the last four are enough");
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let text = words_of(&file.bytes().await.unwrap());
    for wanted in [
        "申请人：杭州示例云栖投资有限公司，统一社会信用代码：91330112MA000004XN（据申请人申报），住所：杭州市示例区示例路1号，法定代表人：张三。",
        "以“杭州示例云栖投资有限公司（代表人：张三）”名义",
        "已遮盖（第三人信息）",
        "核对同一记录：record.json：拍照次数、来源地址、代理所报来源地址；client.json：定位。",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(!text.contains("203.0.113.7"), "who signed for it is a third person");

    // Anybody reads the company's name, and nobody's who acted for it.
    let code = shown.split("<dt>校验码</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let asked = form_of_check(code);
    let check = http()
        .post(format!("{}/check", bureau.running.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(asked);
    let page = check.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("现行有效") && page.contains(COMPANY), "{page}");
    assert!(!page.contains("张三"), "{page}");
    bureau.running.stop().await;
}

fn form_of_check(code: &str) -> String {
    form(&[("number", "(2026)浙杭临证经字第1号"), ("c", code)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_from_within_nobody_but_who_signed_for_a_company_applies_for_it() {
    let (story, code) = told(signed_for_company());
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::data_centre(&story, store());
    plan.people = Some(people(sent.clone()));
    plan.certifies = true;
    let centre = plan.start().await;
    centre.deposit(&code).await;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }
    let cookie = come_in_as(&centre, &sent, "__Host-heqi_held_centre=").await;
    let list = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let token = csrf(&list).to_owned();
    let number = list.split("href=\"/my/evidence/").nth(1).unwrap().split('"').next().unwrap();
    let evidence = format!("/my/evidence/{number}");
    let one = page(&centre, &evidence, &cookie).await.text().await.unwrap();
    let path = one.split("href=\"/my/apply/").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/my/apply/{path}");
    let asked = page(&centre, &path, &cookie).await.text().await.unwrap();
    for said in ["以单位名义", &format!("value=\"{COMPANY}\""), "value=\"张三\"", "代表杭州示例"]
    {
        assert!(asked.contains(said), "{said} in {asked}");
    }

    let with = |changes: &[(&str, &str)]| {
        let mut fields = vec![
            ("csrf", token.as_str()),
            ("applicant", "company"),
            ("company_name", COMPANY),
            ("code", CODE),
            ("legal_representative", "张三"),
            ("name", "张三"),
            ("document_kind", "resident_id"),
            ("document_number", "11010519491231002X"),
            ("address", "杭州市示例路1号"),
            ("phone", "0571-0000110"),
            ("purpose", "办理公司登记争议，在杭州市使用"),
            ("manner", "本人代表单位签署"),
            ("materials", MATERIALS),
            ("copies", "1"),
            ("delivery", "download"),
            ("lawsuit", "no"),
            ("truth", "yes"),
        ];
        for (name, value) in changes {
            fields.iter_mut().filter(|(one, _)| one == name).for_each(|one| one.1 = value);
        }
        form(&fields)
    };
    let refused = async |changes: &[(&str, &str)], status: u16, says: &str| {
        let answer = post(&centre, &path, &cookie, &with(changes)).await;
        assert_eq!(answer.status(), status);
        let text = answer.text().await.unwrap();
        assert!(text.contains(says) && text.contains(CODE), "{says} in {text}");
    };
    let other = [("name", "李四"), ("legal_representative", "李四")];
    refused(&other, 403, "《公证法》第二十六条").await;
    let stranger = [("company_name", "杭州示例青穗茶业有限公司")];
    refused(&stranger, 403, "《公证法》第三十一条第二项").await;
    // Who signed and is not the legal representative names the power of attorney.
    refused(&[("legal_representative", "李四")], 422, "授权委托书").await;
    refused(&[("legal_representative", "")], 422, "法定代表人").await;
    refused(&[("name", " ")], 422, "代表单位办理的人的姓名").await;

    for _ in 0..2 {
        let taken = post(&centre, &path, &cookie, &with(&[])).await;
        assert_eq!(taken.status(), 303);
        assert_eq!(taken.headers()[LOCATION], evidence.as_str());
    }
    let one = page(&centre, &evidence, &cookie).await.text().await.unwrap();
    assert!(one.contains("您的公证申请") && one.contains("待受理"), "{one}");
    assert_eq!(one.matches("SQ20").count(), 1);
    assert!(one.contains("以单位名义") && !one.contains("以本人名义"), "{one}");
    // The own one stands beside it.
    let own = post(&centre, &path, &cookie, &with(&[("applicant", "signer")])).await;
    assert_eq!(own.status(), 303);
    let both = page(&centre, &evidence, &cookie).await.text().await.unwrap();
    assert_eq!(both.matches("SQ20").count(), 2, "{both}");
    assert!(both.contains("以单位名义") && both.contains("以本人名义"), "{both}");
}
