//! What people look at before they tick and approve: the held photo and documents, from the page of the matter.

use heqi_notarization::staff::OfficeRole;
use heqi_vocabulary::Digest;
use reqwest::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};

use super::Bureau;
use super::matter::{FORM, apply};
use crate::support::story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_matter_opens_the_held_photo_and_documents_to_who_works_on_it() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let taken = apply(&bureau, &clerk, &FORM).await;
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    let (photo, pdf) = (story().photo(), story().document());
    let path = |bytes: &[u8]| format!("{matter}/held/{}", Digest::of(bytes));

    // Before it is accepted nobody looks.
    notary.done(&matter, "declare", &[("choice", "none")]).await;
    let early = notary.send(Method::GET, &path(&photo), &[]).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    assert!(!notary.page(&matter).await.contains("/held/"));
    notary.done(&matter, "accept", &[]).await;
    let page = notary.page(&matter).await;
    for (bytes, named, media_type, ending) in [
        (&photo, "签署照片", "image/jpeg", "jpg"),
        (&pdf, "所签文件《公司章程》", "application/pdf", "pdf"),
    ] {
        let (path, sha256) = (path(bytes), Digest::of(bytes));
        let link = page.split(&format!("href=\"{path}\">")).nth(1).unwrap();
        assert!(link.starts_with(named), "{named}: {link}");
        let file = notary.send(Method::GET, &path, &[]).await;
        assert_eq!(file.status(), StatusCode::OK, "{named}");
        assert_eq!(file.headers()[CONTENT_TYPE], media_type);
        let named = format!("inline; filename=\"{sha256}.{ending}\"");
        assert_eq!(file.headers()[CONTENT_DISPOSITION], named.as_str());
        assert_eq!(file.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(&file.bytes().await.unwrap()[..], &bytes[..]);
    }

    // Who has not said whether there is an interest, and who only reads, is shown no such list and given no file.
    for (other, status) in [(&clerk, StatusCode::CONFLICT), (&auditor, StatusCode::FORBIDDEN)] {
        assert!(!other.page(&matter).await.contains("/held/"), "{status}");
        let refused = other.send(Method::GET, &path(&photo), &[]).await;
        assert_eq!(refused.status(), status);
    }
    // Who looked stands on the page.
    let page = auditor.page(&matter).await;
    let taken = page.split("工作人员取走的文件").nth(1).unwrap();
    assert_eq!(taken.matches("存证的照片或文件").count(), 2, "{taken}");
    assert_eq!(taken.matches("qian.wei · 公证员").count(), 2, "{taken}");
    bureau.running.stop().await;
}
