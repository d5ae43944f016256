//! Files written by hand, revision by revision: the smallest that is what a test is about.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;

/// A file that is being written.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// Where each object stands that no table has yet.
    places: BTreeMap<u32, usize>,
    /// Where the newest table stands.
    table: Option<usize>,
}

impl Written {
    pub(super) fn new() -> Self {
        Self { bytes: b"%PDF-1.7\n".to_vec(), places: BTreeMap::new(), table: None }
    }

    /// One more object.
    pub(super) fn object(self, number: u32, value: &str) -> Self {
        self.value(number, value.as_bytes())
    }

    /// One more stream; its dictionary has these entries.
    pub(super) fn stream(self, number: u32, entries: &str, data: &[u8]) -> Self {
        let head = format!("<<{entries}>>\nstream\n");
        self.value(number, &[head.as_bytes(), data, b"\nendstream"].concat())
    }

    fn value(mut self, number: u32, value: &[u8]) -> Self {
        self.places.insert(number, self.bytes.len());
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\nendobj\n");
        self
    }

    /// The table of what was written since the last, and a trailer that names that one and has these
    /// entries.
    pub(super) fn table(mut self, trailer: &str) -> Self {
        let mut text = String::from("xref\n");
        for (number, place) in std::mem::take(&mut self.places) {
            let _ = write!(text, "{number} 1\n{place:010} 00000 n\r\n");
        }
        let previous = self.table.map_or_else(String::new, |at| format!("/Prev {at}"));
        let _ = writeln!(text, "trailer\n<<{trailer}{previous}>>");
        self.table = Some(self.bytes.len());
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// A revision's table and its end.
    pub(super) fn end(self, trailer: &str) -> Self {
        let mut ended = self.table(trailer);
        let table = ended.table.unwrap();
        ended.bytes.extend_from_slice(format!("startxref\n{table}\n%%EOF\n").as_bytes());
        ended
    }
}

/// A document of one page, objects 1, 2 and 4, whose catalog and page have these entries too.
pub(super) fn page(catalog: &str, page: &str) -> Written {
    Written::new()
        .object(1, &format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"))
        .object(2, "<</Type/Pages/Kids[4 0 R]/Count 1>>")
        .object(4, &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]{page}>>"))
}

/// The same document, ended.
pub(super) fn plain() -> Vec<u8> {
    page("", "").end("/Root 1 0 R").bytes
}

pub(super) fn note() -> SealNote {
    SealNote { office: "印 a".to_owned(), reason: "a😀".to_owned(), at: NOW.parse().unwrap() }
}
