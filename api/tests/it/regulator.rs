//! The regulator's console over HTTP: a search with its legal basis, its record, one filing, and
//! everybody who is refused on the way.

use heqi_api::ApiSettings;
use heqi_evidence::container;
use heqi_registration::index_filings::index_filings;
use heqi_registration::regulator::court_package::MOST_RECORDS;
use heqi_registration::request::StaffRole;
use heqi_testkit::files;
use reqwest::Method;

use crate::journey::filled;
use crate::service::{Answer, Service};
use crate::signer::{COMPANY, Invited};
use crate::staff::{Desk, registry, signed, text};

pub(crate) const BASIS: (&str, &str) = ("basis", "《市场主体登记管理条例》第四十条");
pub(crate) const CASE: (&str, &str) = ("case_number", "杭临市监撤〔2026〕12号");

impl<'a> Desk<'a> {
    pub(crate) async fn regulator(service: &'a Service, login: &str) -> Self {
        let mut desk =
            Self::account(service, login, "周正", registry(), StaffRole::Regulator).await;
        desk.come_in().await;
        desk
    }

    async fn search(&self, values: &[(&str, &str)]) -> Answer {
        let page = self.page("/regulator").await;
        self.submit(&page, "/regulator/searches", values).await
    }

    /// The address of what a search found.
    pub(crate) async fn found(&self, values: &[(&str, &str)]) -> String {
        let answer = self.search(values).await;
        assert_eq!(answer.status, 303, "{}", text(&answer));
        answer.header("location").to_owned()
    }

    /// The address of the only filing that the company's name finds.
    async fn filing(&self) -> String {
        let results = self.found(&[BASIS, CASE, ("company", "青穗")]).await;
        let page = self.page(&results).await;
        let link = page.split(&format!("href=\"{results}/filings/")).nth(1).expect("a filing");
        format!("{results}/filings/{}", link.split('"').next().unwrap())
    }

    async fn upload(&self, path: &str, csrf: &str, copy: &[u8]) -> Answer {
        let body = with_copy(csrf, copy);
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "multipart/form-data; boundary=heqi"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.service.send(Method::POST, path, "", &headers, Some(body)).await
    }
}

/// The form with a copy to compare, its boundary `heqi`.
pub(crate) fn with_copy(csrf: &str, copy: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [("csrf", csrf.as_bytes()), ("key", b"one"), ("copy", copy)] {
        body.extend_from_slice(b"--heqi\r\nContent-Disposition: form-data; name=\"");
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(b"\"; filename=\"copy.pdf\"\r\n\r\n");
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--heqi--\r\n");
    body
}

fn token_of(page: &str) -> String {
    page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn scene() -> (Service, Invited) {
    let service = Service::start_reviewing(registry()).await;
    let invited = signed(&service).await;
    while !index_filings(&service.platform).await.unwrap().has_caught_up {}
    (service, invited)
}

#[tokio::test]
async fn bad_input_a_regulator_without_legal_basis_or_case_is_refused_with_the_article() {
    let (service, _) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let size = service.log_size();
    let company = ("company", "青穗");
    for (values, told) in [
        (vec![CASE, company], "《个人信息保护法》第三十四条"),
        (vec![BASIS, company], "未填写案号"),
        (vec![("basis", "领导交办"), CASE, company], "须写明法律名称和条文"),
        (vec![BASIS, CASE], "未填写任何查询条件"),
        (vec![BASIS, CASE, ("person_name", "陈素英")], "不能仅凭姓名查询个人"),
    ] {
        let answer = desk.search(&values).await;
        let page = text(&answer);
        assert_eq!(answer.status, 422, "{values:?}");
        assert!(page.contains(told) && page.contains("role=\"alert\""), "{values:?}");
        assert!(!page.contains("陈素英"), "whom somebody looked for stands in no page again");
    }
    assert_eq!(service.log_size(), size, "a refusal wrote something");
    // Counted, by the reason and nothing else.
    let metrics = service.get("", "/metrics").await;
    let metrics = text(&metrics);
    for reason in ["legal_basis_missing", "case_number_missing", "criteria_name_alone"] {
        let line = format!("search_refusals_total{{reason=\"{reason}\"}} 1");
        assert!(metrics.contains(&line), "{reason}");
    }
}

#[tokio::test]
async fn a_search_and_every_look_are_the_newest_leaf_when_they_are_shown() {
    let (service, _) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let size = service.log_size();
    let filing = desk.filing().await;
    assert_eq!(service.log_size(), size + 1);
    let page = desk.page(&filing).await;
    assert_eq!(service.log_size(), size + 2);
    for shown in [
        COMPANY,
        "陈素英",
        "此刻日志的最新一叶",
        "供形式审查参考：",
        "未能核验",
        "核验通过",
        BASIS.1,
        CASE.1,
        "时间线",
        // The graph, with the address of this test in its table.
        "人员、手机、设备与网络地址",
        "<td>127.0.0.1</td>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    for banned in ["见证", "公证签名", "已公证", "已证明"] {
        assert!(!page.contains(banned), "{banned}");
    }
    let home = desk.page("/regulator").await;
    assert!(home.contains("企业名称含 青穗") && home.contains(CASE.1));
    // Photo and bundle: each a look of its own.
    let link = |kind: &str| {
        let begin = format!("href=\"{filing}/{kind}/");
        let rest = page.split(&begin).nth(1).expect(kind).split('"').next().unwrap();
        format!("{filing}/{kind}/{rest}")
    };
    let photo = desk.get(&link("photos")).await;
    assert_eq!((photo.status, photo.header("content-type")), (200, "image/jpeg"));
    assert_eq!(photo.header("cache-control"), "no-store");
    let bundle = desk.get(&link("bundles")).await;
    assert_eq!((bundle.status, bundle.header("content-type")), (200, "application/zip"));
    assert!(bundle.body.starts_with(b"PK"));
    // A page behind the last record is not there, and whoever asks for it saw nothing.
    for part in ["?from=500", "?from=x"] {
        assert_eq!(desk.get(&format!("{filing}{part}")).await.status, 404, "{part}");
    }
    assert_eq!(service.log_size(), size + 4, "a search and three looks");
}

#[tokio::test]
async fn a_package_for_a_court_is_taken_from_the_page_of_the_filing_and_is_one_look() {
    let (service, _) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let filing = desk.filing().await;
    let page = desk.page(&filing).await;
    let path = format!("{filing}/court-package");
    assert!(page.contains(&format!("href=\"{path}\"")) && page.contains("法院证据包"), "{page}");
    assert!(!page.contains("court-package?from="), "it is one part");
    // Where a part ends by its size its list names the next, which is typed in.
    assert!(page.contains(&format!("method=\"get\" action=\"{path}\"")), "{page}");
    assert!(page.contains("name=\"from\""), "{page}");
    let further = desk.get(&format!("{path}?from=1")).await;
    assert_eq!(further.status, 200);
    assert!(further.header("content-disposition").ends_with("-1.court.zip\""));
    let size = service.log_size();
    let taken = desk.get(&path).await;
    assert_eq!((taken.status, taken.header("content-type")), (200, "application/zip"));
    assert_eq!(taken.header("cache-control"), "no-store");
    let named = taken.header("content-disposition");
    assert!(named.starts_with("attachment; ") && named.ends_with(".court.zip\""), "{named}");
    assert_eq!(service.log_size(), size + 1);
    let files = container::read(&taken.body).unwrap();
    let names: Vec<_> = files.iter().map(|file| file.name).collect();
    for name in ["list.json", "bundles/00001.heqi.zip", "query.heqi.zip", "readme.txt"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    // Of a part that is not there nobody saw anything, nor did whoever did not search.
    for part in ["?from=100000", "?from=x"] {
        assert_eq!(desk.get(&format!("{path}{part}")).await.status, 404, "{part}");
    }
    let colleague = Desk::regulator(&service, "wu.fang").await;
    assert_eq!(colleague.get(&path).await.status, 404);
    assert_eq!(service.log_size(), size + 1);
    // The page leads to the parts as the platform cuts them.
    assert_eq!(heqi_pages::regulator::PACKED, MOST_RECORDS);
}

#[tokio::test]
async fn a_package_that_finds_no_memory_to_be_sent_from_is_put_off_before_its_look_is_recorded() {
    let mut settings = ApiSettings::default();
    settings.load.download_memory_bytes = 0;
    let service = Service::start_reviewing_with(settings, registry()).await;
    signed(&service).await;
    while !index_filings(&service.platform).await.unwrap().has_caught_up {}
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let filing = desk.filing().await;
    let size = service.log_size();
    let refused = desk.get(&format!("{filing}/court-package")).await;
    assert_eq!(refused.status, 503);
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(service.log_size(), size, "a look that showed nothing");
    // Pages are no downloads.
    assert!(desk.page(&filing).await.contains(COMPANY));
}

#[tokio::test]
async fn what_another_regulator_searched_and_what_was_not_found_is_not_there() {
    let (service, _) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let filing = desk.filing().await;
    let results = filing.split("/filings/").next().unwrap().to_owned();
    let colleague = Desk::regulator(&service, "wu.fang").await;
    let size = service.log_size();
    for path in [&results, &filing] {
        assert_eq!(colleague.get(path).await.status, 404, "{path}");
    }
    let page = colleague.page("/regulator").await;
    let csrf = token_of(&page);
    let hold = format!("csrf={csrf}&key=k&reason=1");
    assert_eq!(colleague.send(&format!("{filing}/holds"), &hold).await.status, 404);
    // An own search that found nothing opens no filing.
    let nothing = colleague.found(&[BASIS, CASE, ("company", "没有这样")]).await;
    let id = filing.split("/filings/").nth(1).unwrap();
    assert_eq!(colleague.get(&format!("{nothing}/filings/{id}")).await.status, 404);
    assert!(colleague.page(&nothing).await.contains("没有符合条件的办件"));
    assert_eq!(service.log_size(), size + 1);
    assert_eq!(desk.get(&format!("{results}?after=zz")).await.status, 404);
    // The language of a later page is that page's.
    let later = format!("{results}?after=0000000000000001");
    let page = desk.page(&later).await;
    assert!(page.contains(&format!("href=\"{later}&amp;lang=en\"")), "{page}");
    // Reviewers of the same office do not search, and regulators do not review.
    let mut reviewer =
        Desk::account(&service, "li.na", "李娜", registry(), StaffRole::Reviewer).await;
    reviewer.come_in().await;
    assert_eq!(reviewer.get("/regulator").await.status, 403);
    assert_eq!(desk.get("/staff/cases").await.status, 403);
    assert_eq!(desk.get("/staff").await.header("location"), "/regulator");
    assert_eq!(service.get("", "/regulator").await.status, 401);
}

#[tokio::test]
async fn a_hold_is_placed_and_lifted_with_a_reason() {
    let (service, _) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let filing = desk.filing().await;
    let page = desk.page(&filing).await;
    let action = format!("{filing}/holds");
    let refused = desk.submit(&page, &action, &[("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(text(&refused).contains("未填写理由"));
    let placed = desk.submit(&page, &action, &[("reason", "（2026）示例行初1号")]).await;
    assert_eq!((placed.status, placed.header("location")), (303, filing.as_str()));
    let page = desk.page(&filing).await;
    let lift = page.split(&format!("action=\"{action}/")).nth(1).expect("a hold in force");
    let lift = format!("{action}/{}", lift.split('"').next().unwrap());
    assert_eq!(desk.submit(&page, &lift, &[("reason", "案件已结")]).await.status, 303);
    assert!(!desk.page(&filing).await.contains("/lift\""));
}

#[tokio::test]
async fn a_copy_is_compared_and_kept_nowhere() {
    let (service, invited) = scene().await;
    let desk = Desk::regulator(&service, "zhou.zheng").await;
    let filing = desk.filing().await;
    let page = desk.page(&filing).await;
    let csrf = token_of(&page);
    let path = format!("{filing}/documents/{}/comparison", invited.document);
    assert!(page.contains(&format!("action=\"{path}\"")));
    let size = service.log_size();
    let other = desk.upload(&path, &csrf, &files::pdf("Forged articles", 2)).await;
    let shown = text(&other);
    assert_eq!(other.status, 200, "{shown}");
    assert!(shown.contains("文字有不同") && shown.contains("Forged articles"));
    assert_eq!(service.log_size(), size + 1);
    let no_pdf = desk.upload(&path, &csrf, b"hello").await;
    assert_eq!(no_pdf.status, 415);
    // Without the token of the page nothing is even read.
    assert_eq!(desk.upload(&path, &"0".repeat(64), &files::pdf("x", 1)).await.status, 403);
    let form = filled(&page, &format!("{filing}/holds"), &[]);
    assert_eq!(desk.send(&path, &form).await.status, 403, "no form with a file");
}
