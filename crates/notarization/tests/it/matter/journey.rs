//! The whole way of a matter, each step a leaf of the log.

use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_notarization::matter::dossier::{archive, dossier};
use heqi_notarization::matter::finish::{certificate_file, deliver, paper_sealed, scan_file};
use heqi_notarization::matter::form::DeliveryWay;
use heqi_notarization::matter::notice::make_notices;
use heqi_notarization::matter::register_book::register_book;
use heqi_notarization::matter::state::{Paper, Rule};
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{MatterError, Stage};
use heqi_vocabulary::Digest;

use super::{Bureau, WORKSTATION, rule};

#[tokio::test]
async fn a_matter_goes_from_the_form_to_the_archive_and_every_step_is_a_leaf() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let leaves_before = bureau.house.store.log().head().size();
    let no = bureau.issued().await;
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 1, "the acceptance");
    assert_eq!(bureau.stage(no).await, Stage::Issued);

    // The certificate that was issued is the one that is kept.
    let file = String::from_utf8(certificate_file(office, no).await.unwrap()).unwrap();
    let view = matter(office, by, no).await.unwrap();
    let number = view.matter.certificate().unwrap().clone();
    assert_eq!(number.to_string(), "（2026）浙杭临证经字第000001号");
    assert!(file.contains("兹证明") && file.contains(&view.content.check_code), "{file}");
    for said in ["提取室", WORKSTATION, "张三", "公司章程", &bureau.deposit.to_string()] {
        assert!(file.contains(said), "{said} is not in {file}");
    }

    // The paper: sealed, then delivered by mail with its waybill.
    let mail = (DeliveryWay::Mail, "EMS1234567890", "张三");
    assert_eq!(rule(deliver(office, no, by, mail).await), Rule::Paper);
    assert!(matches!(scan_file(office, no).await, Err(MatterError::NotFound)));
    for other in [&b""[..], b"scan of the sealed original", b"<html>%PDF-1.7"] {
        let refused = paper_sealed(office, no, by, other).await;
        assert!(matches!(refused, Err(MatterError::File)), "{other:?}");
    }
    let scan = b"%PDF-1.7 scan of the sealed original";
    paper_sealed(office, no, by, scan).await.unwrap();
    assert_eq!(scan_file(office, no).await.unwrap(), scan);
    // A letter has its waybill, and what is handed over has somebody who signed for it.
    for (way, waybill, received_by) in [
        (DeliveryWay::Mail, "", "张三"),
        (DeliveryWay::Mail, "EMS 12", "张三"),
        (DeliveryWay::Mail, "EMS1234567890", ""),
        (DeliveryWay::Counter, "", " "),
    ] {
        let refused = deliver(office, no, by, (way, waybill, received_by)).await;
        assert!(matches!(refused, Err(MatterError::Text)), "{waybill} {received_by}: {refused:?}");
    }
    deliver(office, no, by, mail).await.unwrap();
    assert_eq!(scan_file(office, no).await.unwrap(), scan, "handed over, the scan stays");
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.paper(), Paper::Delivered);
    assert_eq!(view.matter.deliveries()[0].waybill.as_deref(), Some("EMS1234567890"));

    // Archive and book.
    archive(office, no, &bureau.archivist.officer).await.unwrap();
    assert_eq!(rule(archive(office, no, &bureau.archivist.officer).await), Rule::Done);
    assert_eq!(rule(dossier(office, by, no).await), Rule::Role);
    let kept = dossier(office, &bureau.archivist.officer, no).await.unwrap();
    let entries = heqi_evidence::container::read(&kept).unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.to_owned()).collect();
    let all = [
        "dossier.json",
        "application.json",
        "matter.json",
        "record.json",
        "evidence.heqi.zip",
        "certificate.pdf",
        "paper/scan.pdf",
        "session/001.html",
        "session/002.html",
        "session/003.html",
        "session/004.html",
        "session/005.html",
        "session/006.html",
        &format!("notices/{}.pdf", view.matter.acceptance().unwrap().no).to_lowercase(),
    ];
    assert_eq!(names, all);
    let kept_scan = entries.iter().find(|entry| entry.name == "paper/scan.pdf").unwrap();
    assert_eq!(kept_scan.bytes, scan);
    assert!(file.contains("6 screens"), "each line names what was shown: {file}");
    let book = register_book(office, by, 2026).await.unwrap();
    assert!(book.contains("（2026）浙杭临证经字第000001号") && book.contains("800.00"), "{book}");

    // Every step is a leaf of the office's own log, in order, and nobody's name is among them.
    let record = steps(office, by, no).await.unwrap();
    let leaves = bureau.house.store.log().head().size() - leaves_before;
    assert_eq!(leaves, record.len() as u64);
    let entries = bureau.house.store.log().entries(leaves_before, 1000).await.unwrap();
    for (entry, step) in entries.iter().zip(&record) {
        let statement = String::from_utf8(entry.record.to_vec()).unwrap();
        assert_eq!(entry.entry, LogLeaf::Statement(Digest::of(&entry.record)).to_bytes());
        assert!(!statement.contains("张三"), "{step:?}");
    }
    assert!(record.iter().map(|step| step.seq).eq(1..=record.len() as u64));
}
