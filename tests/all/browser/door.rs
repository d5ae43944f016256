//! The door before the consents: a party that can be reached is invited with a number of an
//! identity document, gets a one-time code, and types it and the last four of the number.

use heqi_registration::Purpose;
use heqi_testkit::files;
use serde_json::json;

use super::after::{MOBILES, Post};
use super::walk::Walk;
use crate::acceptance::house::{House, STAFF};

pub(super) const NAME: &str = "陈素英";
/// Its last character is the letter that keyboards of digits do not have.
pub(super) const ID_NUMBER: &str = "11010519491231002X";

/// Who was invited, and what came by text message.
pub(super) struct Reached {
    pub(super) token: String,
    pub(super) link: String,
    post: Post,
}

/// The only shareholder of a new filing with one document is invited.
pub(super) async fn reached(house: &House) -> Reached {
    let articles = vec![("Articles", files::pdf("Articles", 2))];
    reached_with(house, "杭州示例青穗茶业有限公司", articles).await
}

/// The same of a company of this name, with these documents.
pub(super) async fn reached_with(
    house: &House,
    company: &str,
    documents: Vec<(&str, Vec<u8>)>,
) -> Reached {
    let staff = &house.client;
    let body = json!({ "matter": "establishment", "company_name": company });
    let filing = staff.post(STAFF, "/api/v1/filings", &body).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    for (title, pdf) in documents {
        let path = format!("{base}/documents?title={}", title.replace(' ', "%20"));
        staff.upload(STAFF, &path, "application/pdf", pdf).await;
    }
    let party = json!({ "kind": "person", "name": NAME, "capacities": ["shareholder"] });
    let added = staff.post(STAFF, &format!("{base}/parties"), &party).await;
    let path = format!("{base}/parties/{}", added["party_id"].as_str().unwrap());
    let contact = json!({ "mobile": MOBILES[0], "id_number": ID_NUMBER, "language": "zh" });
    staff.post(STAFF, &format!("{path}/contact"), &contact).await;
    let invited = staff.post(STAFF, &format!("{path}/invitations"), &json!({})).await;
    let said = |name: &str| invited[name].as_str().unwrap().to_owned();
    Reached { token: said("token"), link: said("link"), post: Post::default() }
}

impl Reached {
    /// The code that was sent last.
    pub(super) async fn code(&mut self, house: &House) -> String {
        self.post.to(house, MOBILES[0], Purpose::Code).await.1
    }

    /// Comes in, as far as the first consent.
    pub(super) async fn come_in(&mut self, walk: &mut Walk<'_>, house: &House) {
        walk.until_at("先收一个验证码");
        nothing_personal(walk);
        walk.tap("form[action='/sign/code'] button");
        walk.until_at("请输入验证码");
        nothing_personal(walk);
        let code = self.code(house).await;
        walk.type_in("#code", &code);
        walk.tap("form[action='/sign/code/check'] button");
        walk.until_at("请确认您是本人");
        nothing_personal(walk);
        type_last_four(walk);
        walk.tap("form[action='/sign/identity'] button[type=submit]");
        walk.until_at("电子签名及存证约定");
    }
}

/// Types the last four: three digits, and the key for the letter that stands beside them.
pub(super) fn type_last_four(walk: &mut Walk<'_>) {
    let (digits, letter) = ID_NUMBER[14..].split_at(3);
    walk.type_in("#last-four", digits);
    walk.answer(&format!("button[data-types='{letter}']"));
    let typed = walk
        .page
        .evaluate("[document.querySelector('#last-four').value, document.activeElement.id]");
    assert_eq!(typed.unwrap(), json!(["002X", "last-four"]));
}

/// Before code and number nobody is named, and no number is whole.
pub(super) fn nothing_personal(walk: &mut Walk<'_>) {
    let shown = walk.page.evaluate("document.documentElement.innerHTML").unwrap();
    let shown = shown.as_str().unwrap();
    for told in [NAME, "青穗", MOBILES[0], ID_NUMBER, &ID_NUMBER[14..]] {
        assert!(!shown.contains(told), "{told} in {shown}");
    }
}
