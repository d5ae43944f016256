//! A handler opens a filing at the own desk and prepares it, in a browser without scripts.

use heqi_testkit::files;
use reqwest::Method;
use serde_json::Value;

use crate::journey::filled;
use crate::service::{Answer, HANDLER, Service};
use crate::signer::COMPANY;
use crate::staff::{Desk, HE_JING, registry, text};

const NEW: &str = "/staff/filings/new";
const ANOTHER: &str = "330112199003079999";

/// The address of a filing that this handler has just opened.
async fn opened(desk: &Desk<'_>) -> String {
    let page = desk.page(NEW).await;
    let typed = [("matter", "establishment"), ("company_name", COMPANY)];
    let answer = desk.submit(&page, NEW, &typed).await;
    assert_eq!(answer.status, 303, "{}", text(&answer));
    answer.header("location").to_owned()
}

/// Uploads a file by the form of the page: which document, its title, and the bytes.
async fn upload(desk: &Desk<'_>, at: &str, (which, title): (&str, &str), file: &[u8]) -> Answer {
    let page = desk.page(at).await;
    let action = format!("{at}/documents");
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form = form.unwrap_or_else(|| panic!("{action} in {page}"));
    let hidden = |name: &str| {
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    };
    let mut body = Vec::new();
    let fields = [("csrf", hidden("csrf")), ("key", hidden("key"))];
    let typed = [("which", which.to_owned()), ("title", title.to_owned())];
    for (name, value) in fields.into_iter().chain(typed) {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let headers = [
        ("cookie", desk.cookie.as_str()),
        ("content-type", "multipart/form-data; boundary=b"),
        ("sec-fetch-site", "same-origin"),
    ];
    desk.service.send(Method::POST, &action, "", &headers, Some(body)).await
}

/// The filing as a program sees it.
async fn view(service: &Service, at: &str) -> Value {
    let filing = at.strip_prefix("/staff/filings/").unwrap();
    service.get(HANDLER, &format!("/api/v1/filings/{filing}")).await.json(200)
}

#[tokio::test]
async fn a_handler_opens_a_filing_once_and_is_told_at_the_field_what_is_wrong() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let page = desk.page("/staff/filings").await;
    assert!(page.contains("href=\"/staff/filings/new\""), "{page}");
    let page = desk.page(NEW).await;
    let size = service.log_size();
    for (typed, field) in [
        ([("matter", ""), ("company_name", COMPANY)], "没有选择办理事项"),
        ([("matter", "merger"), ("company_name", COMPANY)], "没有选择办理事项"),
        ([("matter", "change"), ("company_name", "杭")], "公司名称的长度应为2至100个字符"),
    ] {
        let refused = desk.submit(&page, NEW, &typed).await;
        let shown = text(&refused);
        assert_eq!(refused.status, 422, "{shown}");
        assert!(shown.contains(field) && shown.contains(&format!("value=\"{}\"", typed[1].1)));
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
        assert_eq!(shown.matches(" autofocus").count(), 1, "{shown}");
    }
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let typed = [("matter", "establishment"), ("company_name", COMPANY)];
    let first = desk.submit(&page, NEW, &typed).await;
    let again = desk.submit(&page, NEW, &typed).await;
    assert_eq!((first.status, again.status), (303, 303));
    let at = first.header("location").to_owned();
    assert_eq!(at, again.header("location"));
    assert_eq!(service.log_size(), size + 2, "the filing and its handler, once");
    let view = view(&service, &at).await;
    assert_eq!(view["parties"].as_array().unwrap().len(), 1);
    assert_eq!(view["parties"][0]["name"], "何静");
    assert_eq!(view["parties"][0]["capacities"], serde_json::json!(["handler"]));
    let number = view["number"].as_str().unwrap();
    for (language, said) in [("", "准备办件"), ("?lang=en", "Prepare the filing")] {
        let page = desk.page(&format!("{at}{language}")).await;
        for said in [said, number, COMPANY, "何静"] {
            assert!(page.contains(said), "{said} in {page}");
        }
    }
    // On the desk it is found again; by its number before anything about the handler was declared.
    let page = desk.page("/staff/filings?lang=zh").await;
    assert!(page.contains("正在准备的办件") && page.contains(COMPANY), "{page}");
    let found = text(&desk.submit(&page, "/staff/filings", &[("number", number)]).await);
    assert!(found.contains(&format!("href=\"{at}\"")), "{found}");
}

#[tokio::test]
async fn what_a_handler_prepares_is_nothing_for_others_and_an_unbound_account_opens_nothing() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let other = Desk::handler(&service, "zhao.ban", ("赵半", ANOTHER)).await;
    let (cookie, token) =
        crate::staff::at_a_desk(&service, heqi_registration::request::StaffRole::Handler).await;
    let refused = other.get(&at).await;
    assert_eq!(refused.status, 404);
    assert!(!text(&refused).contains(COMPANY));
    let size = service.log_size();
    let form = format!("csrf={token}&matter=establishment&company_name=ABC&key=0123");
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let body = Some(form.into_bytes());
    let refused = service.send(Method::POST, NEW, "", &headers, body).await;
    assert_eq!(refused.status, 409, "{}", text(&refused));
    assert!(text(&refused).contains("您的账号尚未登记证件号码"));
    assert_eq!(service.log_size(), size);
}

#[tokio::test]
async fn a_handler_uploads_what_the_matter_takes_and_is_told_at_the_file_what_is_wrong_with_it() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let page = desk.page(&at).await;
    assert!(
        page.contains("还没有上传文书") && page.contains("公司章程 · 未上传（关键材料）"),
        "{page}"
    );
    let size = service.log_size();
    let pdf = files::pdf("Articles", 2);
    for (which, title, file, status, said) in [
        ("EST-02", "", &b""[..], 422, "没有选择文件"),
        ("EST-02", "", &b"GIF89a"[..], 415, "该文件不是PDF"),
        ("EST-02", "", &pdf[..60], 422, "该PDF已损坏或不完整"),
        ("other", "", &pdf[..], 422, "文书名称的长度应为1至200个字符"),
    ] {
        let refused = upload(&desk, &at, (which, title), file).await;
        let shown = text(&refused);
        assert_eq!(refused.status, status, "{shown}");
        assert!(shown.contains(said), "{said} in {shown}");
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
        assert!(shown.contains(&format!("<option value=\"{which}\" selected>")), "{shown}");
    }
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let sent = upload(&desk, &at, ("EST-02", ""), &pdf).await;
    assert_eq!((sent.status, sent.header("location")), (303, at.as_str()), "{}", text(&sent));
    let page = desk.page(&at).await;
    assert!(page.contains("《公司章程》") && page.contains("2页 · 第1版"), "{page}");
    assert!(page.contains("公司章程 · 已上传"), "{page}");
    let twice = upload(&desk, &at, ("other", "补充协议"), &pdf).await;
    assert_eq!(twice.status, 409, "{}", text(&twice));

    // The same again as a new version of the one that is there.
    let document = view(&service, &at).await["documents"][0]["document_id"].clone();
    let next = files::pdf("Articles, second version", 3);
    let sent = upload(&desk, &at, (document.as_str().unwrap(), ""), &next).await;
    assert_eq!(sent.status, 303, "{}", text(&sent));
    let page = desk.page(&format!("{at}?lang=en")).await;
    assert!(page.contains("3 pages · version 2") && page.contains("《公司章程》"), "{page}");
}

/// Adds a person by the form of the page, and gives the address of the contact's form.
async fn added(desk: &Desk<'_>, at: &str, name: &str, capacities: &[&str]) -> String {
    let action = format!("{at}/parties");
    let page = desk.page(&action).await;
    let own = filled(&page, &action, &[("kind", "person"), ("name", name)]);
    let fields = capacities.iter().map(|capacity| format!("&capacity={capacity}"));
    let body: String = std::iter::once(own).chain(fields).collect();
    let answer = desk.send(&action, &body).await;
    assert_eq!(answer.status, 303, "{}", text(&answer));
    answer.header("location").to_owned()
}

/// Sends the form at this address, as it stands there and with these values.
async fn send(desk: &Desk<'_>, at: &str, values: &[(&str, &str)]) -> Answer {
    let page = desk.page(at).await;
    desk.submit(&page, at, values).await
}

#[tokio::test]
async fn a_handler_adds_parties_and_how_they_are_reached_and_is_told_at_the_field_what_is_wrong() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let form = format!("{at}/parties");
    let size = service.log_size();
    let person = |kind, name, representative, capacity| {
        [("kind", kind), ("name", name), ("representative", representative), ("capacity", capacity)]
    };
    for (typed, status, said) in [
        (person("", "陈素英", "", "shareholder"), 422, "没有选择当事人的类型"),
        (person("person", "陈", "", "shareholder"), 422, "姓名应为 2 至 64 个字符"),
        (person("person", "陈素英", "吴敏", "shareholder"), 422, "自然人由本人签署"),
        (person("person", "陈素英", "", ""), 422, "没有填写当事人的身份"),
        (person("company", "杭州示例云栖投资有限公司", "", "shareholder"), 422, "姓名应为"),
        (
            person("company", "杭州示例云栖投资有限公司", "周建国", "shareholder"),
            422,
            "不能以“股东”的身份",
        ),
        (person("person", "吴敏", "", "handler"), 409, "办件中已有“经办人”"),
    ] {
        let refused = send(&desk, &form, &typed).await;
        let shown = text(&refused);
        assert_eq!(refused.status, status, "{shown}");
        assert!(shown.contains(said), "{said} in {shown}");
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
    }
    assert_eq!(service.log_size(), size, "nothing was done so far");

    let contact = added(&desk, &at, "陈素英", &["shareholder", "supervisor"]).await;
    assert!(contact.starts_with(&format!("{form}/par_")), "{contact}");
    let reached = |mobile, kind, number, ends| {
        let kind = ("document_kind", kind);
        [("mobile", mobile), kind, ("id_number", number), ("document_ends", ends)]
    };
    for (typed, status, said) in [
        (reached("", "resident_id", "", ""), 422, "没有填写联系方式"),
        (reached("12345", "resident_id", "", ""), 422, "这不是手机号码"),
        (reached("13800000001", "resident_id", "330112199403010008", ""), 422, "证件号码"),
        (reached("13800000001", "resident_id", ANOTHER, "2020-01-31"), 422, "已于2020-01-31到期"),
        (reached("13800000001", "licence", ANOTHER, ""), 422, "证件类型不正确"),
    ] {
        let refused = send(&desk, &contact, &typed).await;
        let shown = text(&refused);
        assert_eq!(refused.status, status, "{said} {shown}");
        assert!(shown.contains(said), "{said} in {shown}");
        assert_eq!(shown.matches("id=\"trouble\"").count(), 1, "{shown}");
        assert!(!shown.contains(ANOTHER), "a number of a person is typed again");
    }
    let kept = send(&desk, &contact, &reached("13800000001", "resident_id", ANOTHER, "")).await;
    assert_eq!((kept.status, kept.header("location")), (303, at.as_str()), "{}", text(&kept));
    let soon = reached("13800000001", "resident_id", ANOTHER, "2026-12-01");
    let warned = send(&desk, &contact, &soon).await;
    assert_eq!(warned.status, 200);
    assert!(text(&warned).contains("证件将在30天内到期"), "{}", text(&warned));

    // The own party, with the number of the account and no other.
    let own = view(&service, &at).await["parties"][0]["party_id"].as_str().unwrap().to_owned();
    let own = format!("{form}/{own}");
    let other = send(&desk, &own, &reached("13900000009", "resident_id", ANOTHER, "")).await;
    assert_eq!(other.status, 409);
    assert!(text(&other).contains("与账号登记的不一致"), "{}", text(&other));
    let shared = send(&desk, &own, &reached("13800000001", "resident_id", HE_JING, "")).await;
    assert_eq!(shared.status, 409);
    assert!(text(&shared).contains("已用于本办件的其他人"), "{}", text(&shared));
    let mine = send(&desk, &own, &reached("13900000009", "resident_id", HE_JING, "")).await;
    assert_eq!(mine.status, 303, "{}", text(&mine));

    let page = desk.page(&at).await;
    for said in ["陈素英", "股东、监事", "*"] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for hidden in ["13800000001", "13900000009", ANOTHER, HE_JING] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    let nobody = format!("{form}/par_{}", "0".repeat(26));
    assert_eq!(desk.get(&nobody).await.status, 404);
    // Who was added wrongly is taken out from here.
    let wrong = added(&desk, &at, "吴敏", &["supervisor"]).await;
    let page = desk.page(&at).await;
    let id = wrong.rsplit('/').next().unwrap();
    let asked = desk.submit(&page, "/staff/filings/removal", &[("party", id)]).await;
    assert_eq!(asked.status, 200, "{}", text(&asked));
    let done = "/staff/filings/removal/done";
    let done = desk.submit(&text(&asked), done, &[("reason", "")]).await;
    assert_eq!(done.status, 200, "{}", text(&done));
    assert!(!desk.page(&at).await.contains("吴敏"));
}

#[tokio::test]
async fn a_handler_declares_the_capital_of_the_shareholders_there_are() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let at = opened(&desk).await;
    let form = format!("{at}/capital");
    assert!(desk.page(&form).await.contains("请先添加股东"));
    let mut fields = Vec::new();
    for name in ["陈素英", "龚𠮷"] {
        let contact = added(&desk, &at, name, &["shareholder"]).await;
        let id = contact.rsplit('/').next().unwrap().to_owned();
        fields.push((format!("amount-{id}"), format!("due-{id}")));
    }
    let typed = |capital, one, due| {
        vec![
            ("capital", capital),
            (fields[0].0.as_str(), one),
            (fields[0].1.as_str(), "2031-01-31"),
            (fields[1].0.as_str(), "400000"),
            (fields[1].1.as_str(), due),
        ]
    };
    for (values, said, field) in [
        (typed("a", "600000", "2031-01-31"), "", "capital"),
        (typed("1000000", "x", "2031-01-31"), "", fields[0].0.as_str()),
        (typed("1000000", "600000", "soon"), "日期格式不正确", fields[1].1.as_str()),
        (typed("1000000", "600000", "2039-01-31"), "不在公司成立后五年以内", fields[1].1.as_str()),
        (typed("1000000", "0", "2031-01-31"), "没有认缴出资额", fields[0].0.as_str()),
        (typed("1000000", "500000", "2031-01-31"), "与注册资本", "capital"),
    ] {
        let refused = send(&desk, &form, &values).await;
        let shown = text(&refused);
        assert_eq!(refused.status, 422, "{shown}");
        assert!(shown.contains(said), "{said} in {shown}");
        let input = shown.split(&format!("id=\"{field}\"")).nth(1).unwrap().split('>').next();
        assert!(input.unwrap().contains("aria-describedby=\"trouble\""), "{field} in {shown}");
    }
    let kept = send(&desk, &form, &typed("1,000,000.00", "600000", "2031-01-31")).await;
    assert_eq!(kept.status, 303, "{}", text(&kept));
    assert!(desk.page(&at).await.contains("1,000,000.00"));
    assert!(desk.page(&form).await.contains("value=\"600,000.00\""));
    added(&desk, &at, "林嘉伟", &["shareholder"]).await;
    assert!(desk.page(&at).await.contains("填写出资后股东有变化"));
}

/// A filing with one document, a shareholder who can be reached, and its handler, who is not known by the number yet.
async fn ready(desk: &Desk<'_>) -> (String, String) {
    let at = opened(desk).await;
    upload(desk, &at, ("EST-02", ""), &files::pdf("Articles", 2)).await;
    let contact = added(desk, &at, "陈素英", &["shareholder"]).await;
    let kept = send(desk, &contact, &[("mobile", "13800000001"), ("language", "zh")]).await;
    assert_eq!(kept.status, 303, "{}", text(&kept));
    let party = contact.rsplit('/').next().unwrap().to_owned();
    (at, party)
}

#[tokio::test]
async fn a_handler_sees_what_is_sent_to_whom_then_invites_and_sees_what_came_of_it() {
    let service = Service::start_reviewing(registry()).await;
    let desk = Desk::handler(&service, "he.jing", ("何静", HE_JING)).await;
    let (at, party) = ready(&desk).await;
    let form = format!("{at}/invitations");
    let page = desk.page(&form).await;
    let link = format!("/s/{}", "x".repeat(26));
    for said in
        ["【示例商事文签】何静邀请您签署", link.as_str(), "按2条计费", "尚未邀请", "授权委托书"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("邮件内容") && !page.contains("13800000001"), "{page}");
    let size = service.log_size();
    let ticked = [("party", party.as_str())];
    let none = send(&desk, &form, &[]).await;
    assert_eq!(none.status, 422);
    assert!(text(&none).contains("没有选择签署人"), "{}", text(&none));
    let early = send(&desk, &form, &ticked).await;
    assert_eq!(early.status, 409);
    assert!(text(&early).contains("还没有登记您本人为经办人"), "{}", text(&early));
    assert_eq!(service.log_size(), size, "nobody was invited so far");

    let own = view(&service, &at).await["parties"][0]["party_id"].as_str().unwrap().to_owned();
    let mine = [("mobile", "13900000009"), ("id_number", HE_JING), ("language", "zh")];
    let kept = send(&desk, &format!("{at}/parties/{own}"), &mine).await;
    assert_eq!(kept.status, 303, "{}", text(&kept));
    let page = desk.page(&form).await;
    let sent = desk.submit(&page, &form, &ticked).await;
    assert_eq!((sent.status, sent.header("location")), (303, form.as_str()), "{}", text(&sent));
    let size = service.log_size();
    let again = desk.submit(&page, &form, &ticked).await;
    assert_eq!((again.status, service.log_size()), (303, size), "the same form again");
    let messages = format!("/api/v1/filings/{}/messages", at.rsplit('/').next().unwrap());
    let messages = service.get(HANDLER, &messages).await.json(200);
    assert_eq!(messages.as_array().unwrap().len(), 1, "{messages}");

    let page = desk.page(&form).await;
    assert!(page.contains("等待发送") && !page.contains("heqi_"), "no link and no token: {page}");
    assert_eq!(view(&service, &at).await["state"]["status"], "signing");
    let draft = desk.page(&at).await;
    assert!(
        draft.contains("已开放签署") && !draft.contains("action=\"/staff/filings/fil_"),
        "{draft}"
    );

    // As often as it can be in a day: the last one is told at the party.
    for _ in 1..10 {
        assert_eq!(send(&desk, &form, &ticked).await.status, 303);
    }
    let refused = send(&desk, &form, &ticked).await;
    let shown = text(&refused);
    assert_eq!(refused.status, 409, "{shown}");
    assert!(
        shown.contains("都没有邀请成功") && shown.contains("今日已多次邀请该签署人"),
        "{shown}"
    );
    assert!(!shown.contains("其余的"), "there is nobody else: {shown}");
    let described = format!("aria-describedby=\"party-{party}-trouble\"");
    assert!(shown.contains(&described), "{shown}");
}
