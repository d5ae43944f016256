//! Documents that are none, and their bounds.

use bytes::Bytes;
use heqi_registration::attach_document::{AttachDocument, AttachDocumentError, attach_document};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::files;
use heqi_vocabulary::{DocumentId, Explain as _, FilingId};

use crate::world::World;

async fn attach(
    world: &World,
    filing: FilingId,
    replaces: Option<DocumentId>,
    bytes: impl Into<Bytes>,
) -> Result<DocumentId, AttachDocumentError> {
    let title = "公司章程".parse().unwrap();
    let command = AttachDocument { filing, title, replaces, bytes: bytes.into() };
    let request = world.request(&world.staff);
    attach_document(&world.platform, &request, command).await.map(|attached| attached.document_id)
}

/// The trailer names an encryption dictionary.
fn encrypted() -> Vec<u8> {
    let pdf = String::from_utf8(files::pdf("Secret", 1)).unwrap();
    pdf.replace("/Root 1 0 R>>", "/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(y)/P -4>>>>")
        .into_bytes()
}

#[tokio::test]
async fn what_is_not_a_readable_pdf_is_refused_and_nothing_is_kept() {
    let world = World::new().await;
    let filing = world.open().await;
    let before = world.contents().await;
    let whole = files::pdf("Articles", 3);
    let no_page = files::pdf("Articles", 0);
    for (bytes, code, class) in [
        (Vec::new(), "document_not_pdf", Class::WrongFormat),
        (b"<html>%PDF-1.7".to_vec(), "document_not_pdf", Class::WrongFormat),
        (files::photo("x"), "document_not_pdf", Class::WrongFormat),
        (b"%PDF-1.7\n".to_vec(), "document_damaged", Class::BadInput),
        (whole[..whole.len() / 2].to_vec(), "document_damaged", Class::BadInput),
        (no_page, "document_empty", Class::BadInput),
        (encrypted(), "document_encrypted", Class::BadInput),
        (vec![b'%'; (20 << 20) + 1], "document_too_large", Class::TooLarge),
    ] {
        let error = attach(&world, filing, None, bytes).await.unwrap_err();
        assert_eq!((error.code(), error.class()), (code, class), "{error}");
        assert_eq!(world.contents().await, before, "{code}");
    }
    attach(&world, filing, None, whole).await.unwrap();
}

#[tokio::test]
async fn a_refused_document_leaves_no_object_behind() {
    let world = World::new().await;
    let filing = world.open().await;
    let first = attach(&world, filing, None, files::pdf("Articles", 1)).await.unwrap();
    let before = world.contents().await;
    let twice = attach(&world, filing, None, files::pdf("Articles", 1)).await.unwrap_err();
    assert_eq!(twice.class(), Class::Conflict);
    let unknown = Some(DocumentId::from_bytes([1; 16]));
    let nowhere = attach(&world, filing, unknown, files::pdf("New", 1)).await.unwrap_err();
    assert_eq!(nowhere.class(), Class::NotFound);
    assert_eq!(world.contents().await, before);

    let second = attach(&world, filing, Some(first), files::pdf("New", 1)).await.unwrap();
    let again = attach(&world, filing, Some(first), files::pdf("Newer", 1)).await.unwrap_err();
    assert_eq!(again.class(), Class::Conflict);
    assert_ne!(first, second);
}

#[tokio::test]
async fn the_documents_of_a_filing_fit_one_bundle() {
    let world = World::new().await;
    let filing = world.open().await;
    // A comment of 17 MB behind the header keeps the file readable.
    let long = |mark: &str| {
        let pdf = files::pdf(mark, 1);
        let padding = vec![b'x'; 17 << 20];
        let mut document = lopdf::Document::load_mem(&pdf).unwrap();
        document.add_object(lopdf::Stream::new(lopdf::Dictionary::new(), padding));
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    };
    attach(&world, filing, None, long("One")).await.unwrap();
    attach(&world, filing, None, long("Two")).await.unwrap();
    let third = attach(&world, filing, None, long("Three")).await.unwrap_err();
    assert_eq!((third.code(), third.class()), ("documents_too_large", Class::TooLarge));
}
