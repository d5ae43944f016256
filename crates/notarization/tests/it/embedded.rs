//! What a certificate hands over of persons who did not apply for it: nothing beyond what its annexes print
//! (ADR 0074), and all of it is verified all the same.

use heqi_evidence::anchors::{CustodianAnchor, Spki};
use heqi_evidence::bundle::{EvidenceBundle, attachment_name};
use heqi_evidence::container;
use heqi_evidence::deposit::DualDigest;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::record::RecordDraft;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::{ClaimName, Conclusion, Status};
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::dossier::dossier;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::finish::{certificate_file, issue, set_fee};
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::matter::handle::{accept, declare};
use heqi_notarization::matter::state::Fee;
use heqi_notarization::matter::view::matter;
use heqi_testkit::{ClientValues, Story, Twists};
use heqi_vocabulary::{Digest, Provenance};
use serde_json::json;

use crate::matter::Bureau;
use crate::support::{CUSTODIAN, deposit_of};

const COMPANY: &str = "杭州示例云栖投资有限公司";
const CODE: &str = "91330112MA000004XN";
const SIGNER: &str = "周建国";
const NUMBER: &str = "330112196404169991";
const MOBILE: &str = "13800007742";
const STROKES: &[u8] =
    br#"{"format":"heqi.strokes/v1","height":300,"pointer":"touch","strokes":[[[7742,1,0,500]]],"typed":null,"width":400}"#;
/// Of the signer, and printed nowhere where somebody else applies: number, mobile number, addresses, position,
/// handwriting.
const PLANTED: [&str; 7] =
    [NUMBER, MOBILE, "203.0.113.7", "10.0.0.2", "30274084", "120155070", "[[[7742,1,0,500]]]"];
const REQUIRED: [ClaimName; 7] = [
    ClaimName::Integrity,
    ClaimName::SignedBy,
    ClaimName::Logged,
    ClaimName::Witnessed,
    ClaimName::Deposited,
    ClaimName::Complete,
    ClaimName::Time,
];

/// A signing with a number, a mobile number, an address, a position, a handwriting: of 周建国 for the company,
/// or of 周建国 alone.
fn signed(is_for_company: bool) -> Story {
    let record = move |draft: &mut RecordDraft| {
        let declared = if is_for_company {
            vec![
                ("party_kind", "company"),
                ("party_name", COMPANY),
                ("representative_name", SIGNER),
            ]
        } else {
            vec![("party_name", SIGNER)]
        };
        for (name, value) in declared {
            draft.set(name, value, Provenance::Declared).unwrap();
        }
        let question = json!({
            "asks": "person", "document_kind": "resident_id", "document_number": NUMBER, "mobile": MOBILE,
            "name": SIGNER,
        });
        let identity = json!({ "answers": [], "questions": [question] });
        draft.set("identity", identity, Provenance::Observed).unwrap();
    };
    let client = |values: &mut ClientValues| {
        values.insert("strokes_sha256", (json!(Digest::of(STROKES)), Provenance::Reported));
    };
    let twists = Twists {
        record: Some(Box::new(record)),
        client: Some(Box::new(client)),
        ..Twists::default()
    };
    let mut story = Story::tell(1, &twists);
    let name = attachment_name(Digest::of(STROKES), "application/json").unwrap();
    let mut records = story.records.iter_mut();
    let signing = records.find(|one| one.record.frame().kind == RecordKind::Signing);
    signing.unwrap().parts.attachments.insert(name, STROKES.to_vec());
    story
}

fn own() -> ApplicationForm {
    ApplicationForm { name: SIGNER.into(), document_number: NUMBER.into(), ..Bureau::form() }
}

fn company() -> ApplicationForm {
    ApplicationForm {
        applicant: "company".into(),
        name: COMPANY.into(),
        document_kind: String::new(),
        document_number: CODE.into(),
        legal_representative: SIGNER.into(),
        acting_document_kind: "resident_id".into(),
        acting_document_number: NUMBER.into(),
        materials: "营业执照副本，1份\n法定代表人身份证明，1份".into(),
        ..Bureau::form()
    }
}

fn registry() -> ApplicationForm {
    ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        ..Bureau::form()
    }
}

/// What was issued: the text with what the press was given, the package, and what the archive has beside it.
struct Issued {
    file: String,
    /// What the machine said at the point about third parties.
    point: String,
    package: Vec<u8>,
    beside: Vec<(String, Vec<u8>)>,
}

async fn issued(bureau: &Bureau, form: ApplicationForm) -> Issued {
    let (office, notary) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.apply_with(form).await.unwrap();
    for member in [&bureau.clerk, &bureau.notary, &bureau.other_notary, &bureau.approver] {
        declare(office, no, &member.officer, false).await.unwrap();
    }
    accept(office, no, notary).await.unwrap();
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, notary).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, command)).await.unwrap();
    set_fee(office, no, &bureau.clerk.officer, Fee::Waived).await.unwrap();
    issue(office, &bureau.desk, no, notary).await.unwrap();
    let file = String::from_utf8(certificate_file(office, no).await.unwrap()).unwrap();
    let archive = dossier(office, &bureau.archivist.officer, no).await.unwrap();
    let entries = container::read(&archive).unwrap();
    let package = entries.iter().find(|one| one.name == "evidence.heqi.zip").unwrap();
    let beside = entries.iter().filter(|one| one.name.starts_with("held/"));
    let view = matter(office, notary, no).await.unwrap();
    let [point, _] = view.content.evidence[&Item::ThirdPartiesMasked][0].clone();
    Issued {
        file,
        point,
        package: package.bytes.to_vec(),
        beside: beside.map(|one| (one.name.to_owned(), one.bytes.to_vec())).collect(),
    }
}

/// Entries of a bundle are stored as they are, so its bytes are searched whole.
fn holds(file: &[u8], planted: &str) -> bool {
    file.windows(planted.len()).any(|at| at == planted.as_bytes())
}

/// Every claim that is required of a bundle, and more, by anchors that name this office as the custodian.
fn assert_proved(bureau: &Bureau, story: &Story, package: &[u8]) {
    let mut anchors = story.anchors();
    let receipt_key = heqi_pki::keys::Signer::public_key(&*bureau.house.receipt_key);
    anchors.custodians = vec![CustodianAnchor {
        custodian: CUSTODIAN.into(),
        key: Spki(receipt_key),
        ..anchors.custodians[0].clone()
    }];
    let bundle = EvidenceBundle::read(package).unwrap();
    let question = Question { anchors: Some(&anchors), ..Question::default() };
    let verdict = examine(&bundle, &question);
    for name in REQUIRED {
        let claim = verdict.claim(name).unwrap();
        assert_eq!(claim.status, Status::Proved, "{name:?}: {}", claim.reason.code());
    }
    assert_eq!(verdict.conclude(&ClaimName::required_by_default()), Conclusion::Proved);
}

#[tokio::test]
async fn a_certificate_for_somebody_else_holds_nothing_of_who_signed_that_it_does_not_print() {
    for form in [company(), registry()] {
        let story = signed(true);
        let bureau = Bureau::of(&story).await;
        let held = deposit_of(&story, story.signing());
        let issued = Box::pin(issued(&bureau, form)).await;
        for planted in PLANTED {
            assert!(holds(&held.write().unwrap(), planted), "{planted} is held");
            assert!(!holds(&issued.package, planted), "{planted} is in the package");
        }
        assert_proved(&bureau, &story, &issued.package);

        // What it is about is open, and so is what is printed: names, the document, the photo.
        let parts = EvidenceBundle::read(&issued.package).unwrap().parts;
        let record = Disclosure::parse(&parts.record).unwrap();
        assert_eq!(record.root(), bureau.key.root.digest());
        assert_eq!(record.text("representative_name"), Some(SIGNER));
        for file in [story.photo(), story.document()] {
            assert!(parts.attachments.values().any(|bytes| *bytes == file));
        }

        // The text names what is held, and what is embedded: that is what the press was given.
        let manifest = DualDigest::of(&held.deposit_manifest().to_bytes().unwrap());
        assert_eq!(manifest.sha256, bureau.key.manifest);
        let package = DualDigest::of(&issued.package);
        for said in [
            format!("存证清单的SM3：{}；SHA-256：{}；", manifest.sm3, manifest.sha256),
            format!("附件四，SM3：{}；SHA-256：{}），其中第三人", package.sm3, package.sha256),
            format!("package {}", package.sha256),
        ] {
            assert!(issued.file.contains(&said), "{said} in {}", issued.file);
        }

        assert!(issued.point.contains("签署人不是申请人"), "{}", issued.point);

        // The archive keeps what the package does not carry.
        let mut wanted = [
            ("held/client.json".to_owned(), held.client.clone().unwrap()),
            ("held/record.json".to_owned(), held.record.clone()),
            (format!("held/attachments/{}.json", Digest::of(STROKES)), STROKES.to_vec()),
        ];
        wanted.sort();
        let mut beside = issued.beside;
        beside.sort();
        assert_eq!(beside, wanted);
    }
}

#[tokio::test]
async fn who_signed_gets_the_own_data_whole_and_the_digests_of_the_deposit() {
    let story = signed(false);
    let bureau = Bureau::of(&story).await;
    let issued = Box::pin(issued(&bureau, own())).await;
    for planted in PLANTED {
        assert!(holds(&issued.package, planted), "{planted} is the applicant's own");
    }
    assert_proved(&bureau, &story, &issued.package);
    let parts = EvidenceBundle::read(&issued.package).unwrap().parts;
    assert_eq!(parts.deposit_manifest().digest().unwrap(), bureau.key.manifest);
    assert!(issued.point.contains("按存证原样内嵌"), "{}", issued.point);
    assert!(issued.beside.is_empty() && !issued.file.contains("第三人"), "{}", issued.file);
}
