//! What a platform asks of the office with its key: certificates and holds.

use heqi_notarization::staff::OfficeRole;
use heqi_notary_center::access::{APPLICATIONS, LEGAL_HOLD};
use heqi_notary_protocol::{
    ApplicationReply, ApplicationRequest, AuthorityForm, Bearer, CallError, NotaryClient,
};
use reqwest::{RequestBuilder, StatusCode};

use super::Bureau;
use super::matter::FORM;
use crate::support::{http, pool};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_registry_applies_with_its_key_and_says_on_what_basis() {
    let bureau = Box::pin(Bureau::open()).await;
    let key = &bureau.keys.iter().find(|(scope, _)| *scope == APPLICATIONS).unwrap().1;
    let send = async |body: serde_json::Value| {
        let request = http().post(format!("{}/applications", bureau.running.url()));
        request.bearer_auth(key.expose()).json(&body).send().await.unwrap()
    };
    let mut form: serde_json::Map<String, serde_json::Value> =
        FORM.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    form.insert("name".into(), "示例区市场监督管理局".into());
    form.insert("document_number".into(), "91330112MA00000159".into());
    form.insert("legal_representative".into(), "王强".into());
    let body = |form: &serde_json::Map<_, _>| serde_json::json!({ "deposit": bureau.deposit, "form": form });
    let refused = send(body(&form)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    form.insert("legal_basis".into(), "条例第四十条，临市监〔2026〕1号".into());
    let taken = send(body(&form)).await;
    assert_eq!(taken.status(), StatusCode::CREATED);
    let answer: serde_json::Value = taken.json().await.unwrap();
    let number = answer["application"].as_str().unwrap();
    assert!(number.starts_with("SQ"), "{answer}");
    // With the code, the registry looks up how it stands.
    let code = answer["query_code"].as_str().unwrap();
    let asked = format!("number={number}&c={code}");
    let check = http().post(format!("{}/check", bureau.running.url())).body(asked);
    let page = check.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(number));
    let again = send(body(&form)).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.json::<serde_json::Value>().await.unwrap(), answer);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platforms_client_and_this_door_agree() {
    let bureau = Box::pin(Bureau::open()).await;
    let client = |scope: &str| {
        let key = &bureau.keys.iter().find(|(one, _)| *one == scope).unwrap().1;
        NotaryClient::new(pool(), &bureau.running.url(), Some(Bearer::new(key.expose())))
    };
    let field = |name: &str| FORM.iter().find(|(one, _)| *one == name).unwrap().1.to_owned();
    let form = AuthorityForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        address: field("address"),
        phone: field("phone"),
        legal_representative: "王强".into(),
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        purpose: field("purpose"),
        manner: field("manner"),
        materials: "监管查询记录，1".into(),
        copies: "1".into(),
        delivery: "download".into(),
        truth: "yes".into(),
    };
    let request = ApplicationRequest { deposit: bureau.deposit.parse().unwrap(), form };
    let desk = client(APPLICATIONS);
    let first = desk.apply(&request).await.unwrap();
    assert!(
        matches!(&first, ApplicationReply::Received { application, query_code: Some(_) } if application.starts_with("SQ"))
    );
    assert_eq!(desk.apply(&request).await.unwrap(), first, "a lost answer is asked for again");
    // What the platform does not say stands there as said by nobody.
    let ApplicationReply::Received { application, .. } = &first else { panic!("{first:?}") };
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let page = clerk.page(&format!("/staff/matters/{application}")).await;
    assert!(page.contains("申请时没有声明，请向申请人询问") && page.contains("<dd>电子</dd>"));

    let mut lacking = request.clone();
    lacking.form.legal_basis = String::new();
    let refused = desk.apply(&lacking).await.unwrap();
    assert!(matches!(refused, ApplicationReply::Refused { .. }), "{refused:?}");

    let other = client("deposits").apply(&request).await;
    assert!(matches!(other, Err(CallError::Refused { status: 403, .. })), "{other:?}");
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_asked_for_with_one_idempotency_key() {
    let bureau = Box::pin(Bureau::open()).await;
    let (_, key) = bureau.keys.iter().find(|(scope, _)| *scope == LEGAL_HOLD).unwrap();
    let nothing = "0".repeat(64);
    for path in
        [format!("/chains/{nothing}/holds"), format!("/chains/{nothing}/holds/{nothing}/lift")]
    {
        for (names, status) in [
            (&[][..], StatusCode::PRECONDITION_REQUIRED),
            (&["with space"][..], StatusCode::BAD_REQUEST),
            (&["one", "two"][..], StatusCode::BAD_REQUEST),
            (&["one"][..], StatusCode::NOT_FOUND),
        ] {
            let request = http().post(format!("{}{path}", bureau.running.url()));
            let request = request.bearer_auth(key.expose()).body(r#"{"reason":"证据保全"}"#);
            let named =
                |request: RequestBuilder, name: &&str| request.header("idempotency-key", *name);
            let answer = names.iter().fold(request, named).send().await.unwrap();
            assert_eq!(answer.status(), status, "{names:?} at {path}");
        }
    }
    bureau.running.stop().await;
}
