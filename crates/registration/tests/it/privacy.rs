//! What people are called, where they are and what they look like stands in nothing but
//! sealed bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use heqi_filing::{Capacity, Matter, PartyKind};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::disclose::{Attributes, disclose};
use heqi_registration::document_pages::document_pages;
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_testkit::files;

use crate::world::{Visitor, World};

/// Whatever a planted text could be written as.
pub(crate) fn spellings(text: &str) -> Vec<Vec<u8>> {
    let escaped: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let hex: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut spellings =
        vec![text.as_bytes().to_vec(), escaped.concat().into(), hex.concat().into()];
    for shift in 0..3 {
        // Base64 of the text behind 0, 1 or 2 other bytes, without the characters that
        // those bytes share.
        let shifted = [&b"\0\0"[..shift], text.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let inner = encoded.get(4..encoded.len() - 2).unwrap();
            spellings.push(inner.as_bytes().to_vec());
        }
    }
    spellings
}

pub(crate) fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn nothing_personal_stands_in_rows_keys_entries_records_or_objects() {
    let world = World::new().await;
    let name = "欧阳娜娜甲乙丙丁";
    let company = "杭州示例隐私保护茶业有限公司";
    let platform = &world.platform;
    let opening = OpenFiling {
        matter: Matter::Establishment,
        company_name: company.parse().unwrap(),
        handler_name: Some("何静静静静静静".parse().unwrap()),
        number: None,
    };
    let request = world.named_request(&world.staff, "13800001111@planted.example");
    let filing = open_filing(platform, &request, opening).await.unwrap().filing_id;
    let represented = AddParty {
        filing,
        who: PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "周建国国国国国".parse().unwrap(),
        },
        capacities: [Capacity::CorporateShareholderRepresentative].into(),
    };
    add_party(platform, &world.request(&world.staff), represented).await.unwrap();
    let party = world.add(filing, name, Capacity::Shareholder).await;
    let document = AttachDocument {
        filing,
        title: "关于秘密事项的决议文书".parse().unwrap(),
        replaces: None,
        bytes: files::pdf("PlantedDocumentTitle", 1).into(),
    };
    let attached = attach_document(platform, &world.request(&world.staff), document).await.unwrap();
    document_pages(platform, &world.staff, attached.document_id).await.unwrap();
    let Visitor { actor, device, .. } = world.visitor(filing, party).await;
    let visitor = Visitor { actor, device, label: "planted-photo-bytes".into() };
    let receipt = world.sign(&visitor).await;
    let objection = Object {
        filing,
        party,
        against: None,
        ground: Ground::Other,
        reason: Some("因为我从未到过临安市".into()),
    };
    object(platform, &world.request(&visitor.actor), objection).await.unwrap();
    disclose(platform, &visitor.actor, &world.facts(), receipt.record_id, &Attributes::All)
        .await
        .unwrap();
    world.cosign_head().await;
    world.deposit_all().await;

    let contents = world.contents().await;
    // Document and photo, and of the document a picture and its words.
    assert!(contents.rows.len() > 50 && contents.entries.len() > 8 && contents.objects.len() == 4);
    let planted = [
        name,
        company,
        "何静静静静静静",
        "杭州示例云栖投资有限公司",
        "周建国国国国国",
        "关于秘密事项的决议文书",
        "PlantedDocumentTitle",
        "planted-photo-bytes",
        "因为我从未到过临安市",
        "13800001111@planted.example",
        "203.0.113.77",
        "198.51.100.23",
        "PlantedAgent/9.9",
        // What the device reported of itself.
        "30274084",
        "webcrypto_non_extractable",
        "Mozilla/5.0 (example)",
    ];
    for text in planted {
        for needle in spellings(text) {
            for (key, row) in &contents.rows {
                assert!(!holds(key.as_bytes(), &needle), "{text} in the key of {key}");
                assert!(!holds(&row.value, &needle), "{text} in row {key}");
            }
            for (place, (entry, record)) in contents.entries.iter().enumerate() {
                assert!(!holds(entry, &needle), "{text} in entry {place}");
                assert!(!holds(record, &needle), "{text} in the record beside entry {place}");
            }
            for (id, object) in &contents.objects {
                assert!(!holds(object, &needle), "{text} in object {id}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_key_sealed_is_gone_with_the_key_and_the_rest_stays() {
    use heqi_evidence_store::vault::DataKeyId;
    use heqi_registration::fault::{Class, Refusal as _};

    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let (visitor, receipt) = world.all_sign(&drafted).await.remove(0);
    let (filing, party) = (drafted.filing.to_string(), drafted.parties[0].to_string());
    let id = DataKeyId::of(&[filing.as_bytes(), party.as_bytes(), b"biometric"]);
    world.platform.backend().vault().shred(&[id]).unwrap();
    let (platform, facts) = (&world.platform, world.facts());
    let all = Attributes::All;
    let gone = disclose(platform, &visitor.actor, &facts, receipt.record_id, &all).await;
    assert_eq!(gone.unwrap_err().class(), Class::Gone);
    let wait = heqi_registration::receipt::Wait::default();
    let stays =
        heqi_registration::receipt::receipt(platform, &visitor.actor, receipt.record_id, &wait);
    assert_eq!(stays.await.unwrap().record_root, receipt.record_root);
}
