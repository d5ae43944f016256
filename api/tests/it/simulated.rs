//! A filing that a demo acted out: whoever signed in it reads so on every page after signing.

use heqi_pki::keys::Algorithm;
use heqi_testkit::Device;
use serde_json::json;

use crate::journey::{Browser, link_of_own};
use crate::service::{HANDLER, Service};
use crate::signer::{COMPANY, Signer, attach, invite};

const ACTED_OUT: &str = "50317260";

#[tokio::test]
async fn whoever_signed_reads_on_every_page_that_it_was_acted_out_and_of_no_other_filing() {
    let service = Service::start_simulating(ACTED_OUT.parse().unwrap()).await;
    for number in [ACTED_OUT, "61842059"] {
        let opening = json!({
            "matter": "establishment", "company_name": COMPANY, "handler_name": "何静", "number": number,
        });
        let filing = service.post(HANDLER, "/api/v1/filings", &opening).await;
        let filing = filing.text(201, "filing_id");
        attach(&service, &filing, "Articles", 2).await.text(201, "document_id");
        let body = json!({ "kind": "person", "name": "陈素英", "capacities": ["shareholder"] });
        let path = format!("/api/v1/filings/{filing}/parties");
        let party = service.post(HANDLER, &path, &body).await.text(201, "party_id");
        let token = invite(&service, &filing, &party).await;
        let device = Device::new(Algorithm::Ed25519, 7, &filing);
        let signer = Signer { filing, party, token, device };
        signer.sign(&service).await;
        let browser = Browser::open(&service, &link_of_own(&service, &signer).await).await;
        for path in ["/sign", "/sign/filing", "/sign/confirm"] {
            let page = browser.page(path).await;
            assert_eq!(page.contains("情节为模拟"), number == ACTED_OUT, "{number} {path}");
        }
    }
}
