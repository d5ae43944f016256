//! What all documents have in common: head, numbered steps, signature block, tables, code,
//! files inside and their list.

use heqi_fonts::Style;
use heqi_paper::write::{
    Align, Attachment, Colour, Column, Fonts, Look, Picture, Profile, Relationship, RoundSeal,
    Settings, Sheet, Table, WriteError,
};
use heqi_sealed_pdf::{MANIFEST_NAME, Manifest, UnsignedPdf};
use heqi_vocabulary::UtcMillis;

use crate::certificate::Bundle;
use crate::{Office, RenderError, SealFace, dates};

/// What a sample says on every page and on its seal.
pub(crate) const SAMPLE: &str = "演示样章·无法律效力";

/// A document while it is written.
pub(crate) struct Page<'f> {
    sheet: Sheet<'f>,
    office: Office,
    manifest: Manifest,
    issued_at: UtcMillis,
}

/// What a document is.
pub(crate) struct Identity<'a> {
    /// For programs: `certificate`.
    pub(crate) kind: &'a str,
    /// For people: `公证书`.
    pub(crate) title: &'a str,
    pub(crate) number: &'a str,
    pub(crate) issued_at: UtcMillis,
    pub(crate) profile: Profile,
}

fn foot(identity: &Identity<'_>, office: &Office) -> String {
    let sample = if office.seal.is_sample() { format!("　{SAMPLE}") } else { String::new() };
    format!("{}　{}{sample}", office.name, identity.number)
}

/// A file that goes inside.
pub(crate) struct Inside {
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    pub(crate) description: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) relationship: Relationship,
    pub(crate) deposit_no: Option<String>,
}

const TITLE: Look = Look {
    size: 24.0,
    style: Style::Bold,
    align: Align::Centre,
    indent: 0.0,
    leading: 1.6,
    below: 6.0,
    spread: 0.0,
    colour: Colour::BLACK,
};
const HEADING: Look = Look {
    size: 13.0,
    style: Style::Bold,
    align: Align::Left,
    indent: 0.0,
    leading: 1.9,
    below: 2.0,
    spread: 0.0,
    colour: Colour::BLACK,
};
const NOTE: Look = Look {
    size: 9.0,
    indent: 0.0,
    leading: 1.6,
    colour: Colour::GREY,
    align: Align::Left,
    ..Look::BODY
};

impl<'f> Page<'f> {
    /// Title and number at the head of the first page.
    pub(crate) fn begin(
        identity: &Identity<'_>,
        office: &Office,
        fonts: &'f Fonts,
    ) -> Result<Self, RenderError> {
        let settings = Settings {
            title: format!("{} {}", identity.title, identity.number),
            author: office.name.clone(),
            identifier: format!("{}/{}/{}", identity.kind, office.name, identity.number),
            created_at: identity.issued_at,
            language: "zh-CN",
            foot: foot(identity, office),
            page_words: "第 {page} 页，共 {pages} 页",
            watermark: office.seal.is_sample().then(|| SAMPLE.to_owned()),
            profile: identity.profile,
        };
        let mut sheet = Sheet::new(settings, fonts);
        // Spaced by wider characters, not by spaces, so that the word is found.
        let spread = if identity.title.chars().count() <= 4 { 0.9 } else { 0.15 };
        sheet.text(identity.title, &Look { spread, ..TITLE })?;
        let right = Look { align: Align::Right, indent: 0.0, below: 8.0, ..Look::BODY };
        sheet.text(identity.number, &right)?;
        let manifest =
            Manifest::new(identity.kind, identity.number, &office.name, identity.issued_at);
        Ok(Self { sheet, office: office.clone(), manifest, issued_at: identity.issued_at })
    }

    /// A paragraph of running text.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), WriteError> {
        self.sheet.text(text, &Look::BODY)
    }

    /// A line without room before it: who applies, what is applied for.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), WriteError> {
        self.sheet.text(text, &Look { indent: 0.0, ..Look::BODY })
    }

    /// A small line beside the text.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), WriteError> {
        self.sheet.text(text, &NOTE)
    }

    /// A heading, never alone at the foot of a page: with what follows, and with some lines of it.
    pub(crate) fn heading(&mut self, text: &str) -> Result<(), WriteError> {
        self.sheet.skip(8.0);
        self.sheet.keep(90.0);
        self.sheet.heading(text, &HEADING)
    }

    pub(crate) fn new_page(&mut self) {
        self.sheet.new_page();
    }

    pub(crate) fn skip(&mut self, points: f32) {
        self.sheet.skip(points);
    }

    /// A table with a head.
    pub(crate) fn table(
        &mut self,
        columns: &[(&str, f32)],
        rows: Vec<Vec<String>>,
    ) -> Result<(), WriteError> {
        let columns = columns.iter().map(|(title, share)| Column::new(*title, *share)).collect();
        let table = Table { columns, has_head: true, names_first: false, rows, size: 9.0 };
        self.sheet.table(&table)?;
        self.sheet.skip(6.0);
        Ok(())
    }

    /// A table, or that there is nothing.
    pub(crate) fn listed(
        &mut self,
        columns: &[(&str, f32)],
        rows: Vec<Vec<String>>,
    ) -> Result<(), WriteError> {
        if rows.is_empty() { self.text("无记录。") } else { self.table(columns, rows) }
    }

    /// A table of names and what stands beside them.
    pub(crate) fn pairs(&mut self, rows: Vec<(&str, String)>) -> Result<(), WriteError> {
        let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        let columns = vec![Column::new("", 1.0), Column::new("", 3.6)];
        let table = Table { columns, has_head: false, names_first: true, rows, size: 9.5 };
        self.sheet.table(&table)?;
        self.sheet.skip(6.0);
        Ok(())
    }

    /// Office, who signs, day, and the seal over them; on one page.
    pub(crate) fn signature(&mut self, signers: &[(&str, &str)]) -> Result<(), RenderError> {
        self.sheet.skip(18.0);
        self.sheet.keep(150.0);
        let right = Look { align: Align::Right, indent: 0.0, ..Look::BODY };
        let office = self.office.full_name.clone();
        self.sheet.text(&office, &right)?;
        for (role, name) in signers {
            self.sheet.text(&format!("{role}：{name}"), &right)?;
        }
        self.sheet.text(&dates::day(self.issued_at), &right)?;
        let lines = match &self.office.seal {
            SealFace::Absent => {
                self.sheet.skip(12.0);
                return Ok(());
            }
            SealFace::Sample => vec!["演示样章".to_owned(), "无法律效力".to_owned()],
            SealFace::Licensed { lines } => lines.clone(),
        };
        let seal = RoundSeal { name: self.office.name.clone(), lines };
        self.sheet.round_seal(&seal, 140.0, 24.0)?;
        // The lower half of the seal, where few lines stand beside it.
        self.sheet.skip(if signers.is_empty() { 56.0 } else { 34.0 });
        Ok(())
    }

    /// A code with what it is for.
    pub(crate) fn code(&mut self, address: &str, beside: &[String]) -> Result<(), WriteError> {
        self.sheet.skip(6.0);
        self.sheet.keep(90.0);
        self.sheet.rule();
        self.sheet.code(address, 74.0, beside)
    }

    /// A photo, small.
    pub(crate) fn picture(&mut self, picture: &Picture) {
        self.sheet.picture(picture, 150.0);
    }

    /// Puts a file inside and on the list.
    pub(crate) fn inside(&mut self, file: Inside) -> Result<(), WriteError> {
        self.manifest.add(&file.name, &file.bytes, file.deposit_no);
        self.sheet.attach(Attachment {
            name: file.name,
            media_type: file.media_type,
            description: file.description,
            bytes: file.bytes,
            relationship: file.relationship,
            modified_at: self.issued_at,
        })
    }

    /// Puts the bundles inside that the document rests on, in their order.
    pub(crate) fn bundles_inside(&mut self, bundles: &[Bundle]) -> Result<(), WriteError> {
        for (place, bundle) in bundles.iter().enumerate() {
            self.inside(Inside {
                name: format!("evidence-{:03}.heqi.zip", place + 1),
                media_type: "application/zip",
                description: format!("存证编号{}的证据包", bundle.deposit_no),
                bytes: bundle.bytes.clone(),
                relationship: Relationship::Source,
                deposit_no: Some(bundle.deposit_no.clone()),
            })?;
        }
        Ok(())
    }

    /// What is inside so far: name, SHA-256, SM3.
    pub(crate) fn inside_rows(&self) -> Vec<Vec<String>> {
        let row = |file: &heqi_sealed_pdf::ManifestFile| {
            let digests = format!("SHA-256：{}\nSM3：{}", file.sha256, file.sm3);
            vec![file.name.clone(), format!("{} 字节", file.size_bytes), digests]
        };
        self.manifest.files.iter().map(row).collect()
    }

    /// The document, with the list of what is inside.
    pub(crate) fn finish(mut self) -> Result<UnsignedPdf, RenderError> {
        let list = self.manifest.to_json();
        self.sheet.attach(Attachment {
            name: MANIFEST_NAME.to_owned(),
            media_type: "application/json",
            description: "机读清单：本文书的编号与内嵌文件的摘要值".to_owned(),
            bytes: list,
            relationship: Relationship::Data,
            modified_at: self.issued_at,
        })?;
        let is_sample = self.office.seal.is_sample();
        Ok(UnsignedPdf::new(self.sheet.finish()?, is_sample))
    }
}
