//! What whoever works on a matter can look at of the held evidence.

use heqi_notarization::matter::held_file::{HeldFile, HeldKind};
use heqi_pages::office::HeldRow;
use heqi_vocabulary::Language;

/// What can be looked at of the held evidence.
pub(in crate::routes::office) fn held(files: Vec<HeldFile>, l: Language) -> Vec<HeldRow> {
    let row = |file: HeldFile| {
        let kind = match file.kind {
            HeldKind::Photo => l.pick("签署照片", "photo of the signing"),
            HeldKind::Document => l.pick("所签文件", "document signed"),
            HeldKind::Data => l.pick("手写笔迹等数据", "handwriting or other data"),
        };
        let what = match file.title {
            Some(title) => format!("{kind}{}《{title}》", l.pick("", " ")),
            None => kind.to_owned(),
        };
        HeldRow { what, size_bytes: file.size_bytes, sha256: file.sha256.to_string() }
    };
    files.into_iter().map(row).collect()
}
