//! How a document is shown: a picture of each page and the text on it, both made here from
//! its exact bytes, once, and kept. What a signer is shown is what evidence names by digest.

use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_evidence::canonical;
use heqi_evidence::schema::RetentionClass;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::{Document, Filing};
use heqi_paper::{Block, PageText, RENDERER, RenderError, RenderedPage};
use heqi_vocabulary::{Digest, DocumentId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::act::Attempts;
use crate::data_keys::{Sealing, data_key};
use crate::decoding;
use crate::fault::{ActError, Fault, Thing};
use crate::objects;
use crate::platform::{Platform, Ports};
use crate::read_document::of_caller;
use crate::request::Actor;
use crate::rows;

/// The most pages of a document that are shown as pictures. A longer document is read in the
/// file itself, and the page says so.
pub const MAX_PICTURES: usize = 200;
/// The most bytes the pictures of a document have together.
const MAX_PICTURES_BYTES: usize = 48 << 20;

/// How a document is shown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DocumentPages {
    /// The version.
    pub document: DocumentId,
    /// SHA-256 of its exact bytes.
    pub sha256: Digest,
    /// What made the pictures.
    pub renderer: String,
    /// Whether fonts that the file does not bring were replaced.
    pub fonts_replaced: bool,
    /// Pictures, in the order of the pages. None: the document is read in the file itself.
    pub pictures: Vec<Picture>,
    /// The text of each page that has a picture.
    pub texts: Vec<ReflowedPage>,
    /// SHA-256 of [`plain_text`]; `None` when there are no words in it.
    pub text_sha256: Option<Digest>,
    /// Digest of all of this: renderer, pictures, text.
    pub shown_sha256: Digest,
}

/// A picture of a page.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Picture {
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// In dots.
    pub width: u16,
    /// In dots.
    pub height: u16,
    /// Length of the file.
    pub size_bytes: u32,
    object: String,
}

/// The words of a page.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReflowedPage {
    /// Which, from 1.
    pub number: u32,
    /// Whether it is a picture without words, such as a scan.
    pub is_picture: bool,
    /// Its paragraphs.
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Paragraph {
    /// Whether it is a heading.
    pub is_heading: bool,
    /// Its text, on one line.
    pub text: String,
}

/// A picture and its bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PictureBytes {
    /// What is known of it.
    pub picture: Picture,
    /// The file.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// The text whose digest is evidence: paragraphs end with a line feed, pages with a form
/// feed.
pub fn plain_text(pages: &[ReflowedPage]) -> String {
    let mut text = String::new();
    for page in pages {
        for paragraph in &page.paragraphs {
            text.push_str(&paragraph.text);
            text.push('\n');
        }
        text.push('\u{C}');
    }
    text
}

/// What is kept of a document that was made to be shown. Nothing in it is personal.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenditionRow {
    renderer: String,
    fonts_replaced: bool,
    pictures: Vec<Picture>,
    /// The object with the words, and their digest.
    text: Option<(String, Digest)>,
}

impl RenditionRow {
    /// SHA-256 of each picture.
    pub(crate) fn page_images(&self) -> Vec<Digest> {
        self.pictures.iter().map(|picture| picture.sha256).collect()
    }

    pub(crate) fn renderer(&self) -> &str {
        &self.renderer
    }

    pub(crate) fn text_sha256(&self) -> Option<Digest> {
        self.text.as_ref().map(|(_, sha256)| *sha256)
    }

    /// Digest of everything that is shown.
    pub(crate) fn shown_sha256(&self) -> Result<Digest, Fault> {
        let shown = json!({
            "page_images": self.page_images(),
            "renderer": self.renderer,
            "text_sha256": self.text_sha256(),
        });
        Ok(Digest::of(&canonical::to_bytes(&shown).map_err(Fault::broken)?))
    }

    fn objects(&self) -> impl Iterator<Item = &str> {
        let text = self.text.iter().map(|(object, _)| object.as_str());
        self.pictures.iter().map(|picture| picture.object.as_str()).chain(text)
    }
}

/// How a document the caller may see is shown. The first time it is made, which takes some
/// tens of milliseconds a page.
///
/// # Errors
/// No such document for this caller, or the store could not be read or written.
pub async fn document_pages(
    platform: &Platform,
    actor: &Actor,
    document: DocumentId,
) -> Result<DocumentPages, ActError> {
    let (filing, document) = of_caller(platform, actor, document).await?;
    let row = row(platform, &filing, &document).await?;
    let texts = match &row.text {
        Some((object, _)) => {
            let text = objects::read(platform, object, &objects::of_text(document.id)).await?;
            serde_json::from_slice(&text).map_err(Fault::broken)?
        }
        None => Vec::new(),
    };
    Ok(DocumentPages {
        document: document.id,
        sha256: document.sha256,
        shown_sha256: row.shown_sha256()?,
        text_sha256: row.text_sha256(),
        renderer: row.renderer,
        fonts_replaced: row.fonts_replaced,
        pictures: row.pictures,
        texts,
    })
}

/// One picture of a document the caller may see; pages count from 1.
///
/// # Errors
/// No such page for this caller, or the store could not be read.
pub async fn page_picture(
    platform: &Platform,
    actor: &Actor,
    document: DocumentId,
    number: u32,
) -> Result<PictureBytes, ActError> {
    let (filing, document) = of_caller(platform, actor, document).await?;
    let row = row(platform, &filing, &document).await?;
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let picture = place.and_then(|place| row.pictures.get(place)).cloned();
    let picture = picture.ok_or(ActError::NotFound(Thing::Document))?;
    let what = objects::of_page(document.id, number);
    let bytes = objects::read(platform, &picture.object, &what).await?;
    Ok(PictureBytes { picture, bytes })
}

/// What was kept, if the document has been shown to anybody.
pub(crate) async fn kept(
    platform: &Platform,
    document: DocumentId,
) -> Result<Option<RenditionRow>, Fault> {
    let row = rows::RENDITIONS.row(platform.backend(), &document).await?;
    Ok(row.map(|row| row.value))
}

async fn row(
    platform: &Platform,
    filing: &Filing,
    document: &Document,
) -> Result<RenditionRow, ActError> {
    if let Some(row) = kept(platform, document.id).await? {
        return Ok(row);
    }
    // Fifty people may open the same document at the same moment: one makes it, the others wait.
    let _turn = platform.turns.of(document.id).lock().await;
    let mut attempts = Attempts::default();
    loop {
        if let Some(row) = kept(platform, document.id).await? {
            return Ok(row);
        }
        let made = make(platform, filing, document).await?;
        let mut changes = Changeset::new();
        rows::RENDITIONS.insert(&mut changes, &document.id, &made).map_err(Fault::from)?;
        let written = attempts.commit(platform, changes).await;
        match &written {
            Ok(Some(_)) => return Ok(made),
            Err(Fault::Stopped) => {}
            _ => {
                for object in made.objects() {
                    objects::forget(platform, object).await;
                }
            }
        }
        written?;
    }
}

/// Makes pictures and text, on one thread beside the request threads.
async fn make(
    platform: &Platform,
    filing: &Filing,
    document: &Document,
) -> Result<RenditionRow, ActError> {
    let key = data_key(platform, filing.id(), None, Sealing::Class(RetentionClass::Matter))?;
    let what = objects::of_document(document.id);
    let bytes = Arc::new(objects::read(platform, document.object.as_str(), &what).await?);
    let (ports, id) = (platform.ports.clone(), document.id);
    let is_short = usize::try_from(document.pages.get()).is_ok_and(|pages| pages <= MAX_PICTURES);
    let made = decoding::run(platform, move || {
        let mut making =
            Making { ports, key, id, bytes: 0, pictures: Vec::new(), texts: Vec::new() };
        if !is_short {
            return making.nothing();
        }
        let mut fault = None;
        let result = heqi_paper::render(bytes, |page| match making.keep(page) {
            Ok(flow) => flow,
            Err(kept) => {
                fault = Some(kept);
                ControlFlow::Break(())
            }
        });
        match (fault, result) {
            (Some(fault), _) => making.failed(fault),
            (None, Err(RenderError::NoThread)) => making.failed(Fault::Busy),
            (None, Ok(rendition)) => making.finish(rendition),
            // It is a PDF that passed the door and cannot be shown: it is read in the file.
            (None, Err(_)) => making.nothing(),
        }
    });
    let Made { row, spare } = made.await?.ok_or(Fault::Stopped)?;
    objects::take_back(platform, &spare).await;
    Ok(row?)
}

/// What came of making a row.
struct Made {
    row: Result<RenditionRow, Fault>,
    /// What was put and no row names.
    spare: Vec<String>,
}

/// Pictures and words as they come.
struct Making {
    ports: Ports,
    key: heqi_evidence_store::vault::DataKey,
    id: DocumentId,
    bytes: usize,
    pictures: Vec<Picture>,
    texts: Vec<ReflowedPage>,
}

impl Making {
    fn keep(&mut self, page: RenderedPage) -> Result<ControlFlow<()>, Fault> {
        let image = &page.image;
        self.bytes += image.bytes.len();
        if self.bytes > MAX_PICTURES_BYTES {
            return Ok(ControlFlow::Break(()));
        }
        let object = self.put(&objects::of_page(self.id, page.number), &image.bytes)?;
        self.pictures.push(Picture {
            sha256: Digest::of(&image.bytes),
            media_type: image.media_type.as_str().to_owned(),
            width: image.width,
            height: image.height,
            size_bytes: u32::try_from(image.bytes.len()).map_err(Fault::broken)?,
            object,
        });
        let (is_picture, blocks) = match page.text {
            PageText::Blocks(blocks) => (false, blocks),
            PageText::Picture => (true, Vec::new()),
        };
        let paragraphs =
            blocks.into_iter().map(|Block { is_heading, text, .. }| Paragraph { is_heading, text });
        let paragraphs = paragraphs.collect();
        self.texts.push(ReflowedPage { number: page.number, is_picture, paragraphs });
        Ok(ControlFlow::Continue(()))
    }

    fn finish(self, rendition: heqi_paper::Rendition) -> Made {
        if u32::try_from(self.pictures.len()) != Ok(rendition.pages) {
            // Pictures of some pages would look like the whole.
            return self.nothing();
        }
        let text = match self.keep_text() {
            Ok(text) => text,
            Err(fault) => return self.failed(fault),
        };
        let row = RenditionRow {
            renderer: RENDERER.to_owned(),
            fonts_replaced: rendition.fonts_replaced,
            pictures: self.pictures,
            text,
        };
        Made { row: Ok(row), spare: Vec::new() }
    }

    /// The words, where there are any.
    fn keep_text(&self) -> Result<Option<(String, Digest)>, Fault> {
        if self.texts.iter().all(|page| page.paragraphs.is_empty()) {
            return Ok(None);
        }
        let words = serde_json::to_vec(&self.texts).map_err(Fault::broken)?;
        let object = self.put(&objects::of_text(self.id), &words)?;
        Ok(Some((object, Digest::of(plain_text(&self.texts).as_bytes()))))
    }

    /// A row without pictures, and what was put before that became clear.
    fn nothing(self) -> Made {
        let renderer = RENDERER.to_owned();
        let row =
            RenditionRow { renderer, fonts_replaced: false, pictures: Vec::new(), text: None };
        Made { row: Ok(row), spare: self.put_so_far() }
    }

    /// No row, and what was put before the store did not do its part.
    fn failed(self, fault: Fault) -> Made {
        Made { row: Err(fault), spare: self.put_so_far() }
    }

    fn put_so_far(self) -> Vec<String> {
        self.pictures.into_iter().map(|picture| picture.object).collect()
    }

    fn put(&self, what: &str, bytes: &[u8]) -> Result<String, Fault> {
        let (backend, entropy) = (&*self.ports.backend, &*self.ports.entropy);
        let object = objects::put(backend, &self.key, what, bytes, entropy)?;
        Ok(objects::name_of(&object)?.as_str().to_owned())
    }
}
