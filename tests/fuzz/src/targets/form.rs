//! Forms with a file, as browsers send them: the first line is the `Content-Type`, the rest is
//! the body.

use heqi_service_kit::form::{FIELD_BYTES, Form, Parts, boundary};

/// What the file of the form is called.
const FILE: &str = "scan";

/// What was taken has one meaning: written again between other boundaries it is the same form,
/// with the same digest, and each part of it stood in the body.
pub(super) fn multipart(input: &[u8]) {
    let Some(at) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (kind, body) = (&input[..at], &input[at + 1..]);
    let Some(boundary) = str::from_utf8(kind).ok().and_then(boundary) else { return };
    let mut form = Form::default();
    let taken = form.take(body.to_vec().into(), &boundary, FILE);
    let parts: Vec<_> = Parts::of(body.to_vec().into(), &boundary).collect();
    assert!(parts.iter().rev().skip(1).all(Result::is_ok), "a refusal is the end");
    assert!(form.fields().all(|(_, text)| text.len() <= FIELD_BYTES));
    if taken.is_err() {
        return;
    }
    for part in parts.iter().map(|part| part.as_ref().unwrap()) {
        let is_there = body.windows(part.bytes.len().max(1)).any(|some| some == &part.bytes[..]);
        assert!(is_there || part.bytes.is_empty(), "a part says what nobody sent");
        let bytes = if part.name == FILE { form.file().to_vec() } else { text(&form, &part.name) };
        assert_eq!(bytes, part.bytes, "every part is taken, and once");
    }
    // Names of ours are plain; how others are quoted is the browser's business.
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !form.fields().all(|(name, _)| is_plain(name)) {
        return;
    }
    let (written, other) = written(&form);
    let mut again = Form::default();
    again.take(written.into(), &other, FILE).unwrap();
    assert!(again.fields().eq(form.fields()) && again.file() == form.file());
    assert_eq!(again.digest(), form.digest());
}

fn text(form: &Form, name: &str) -> Vec<u8> {
    form.field(name).unwrap().as_bytes().to_vec()
}

/// The form between boundaries that stand nowhere in it.
fn written(form: &Form) -> (Vec<u8>, String) {
    let file = form.file();
    let parts: Vec<(&str, &[u8])> = form
        .fields()
        .map(|(name, text)| (name, text.as_bytes()))
        .chain([(FILE, &file[..])])
        .collect();
    let stands =
        |text: &str, bytes: &[u8]| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    let boundary = (0..=u32::MAX)
        .map(|number| format!("other{number}"))
        .find(|text| !parts.iter().any(|(_, bytes)| stands(text, bytes)))
        .unwrap();
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (body, boundary)
}

/// The forms of the seal, of a correction and of a copy to compare, and what is refused.
pub(super) fn multipart_seeds() -> Vec<Vec<u8>> {
    let form = |kind: &str, parts: &[(&str, &str)]| {
        let boundary = boundary(kind).unwrap_or_else(|| "none".to_owned());
        let mut body = String::new();
        for (heads, said) in parts {
            let disposition = format!("Content-Disposition: form-data; {heads}");
            body = format!("{body}--{boundary}\r\n{disposition}\r\n\r\n{said}\r\n");
        }
        format!("{kind}\n{body}--{boundary}--\r\n").into_bytes()
    };
    let webkit = "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW";
    let short = "multipart/form-data; boundary=\"b\"";
    let png = "name=\"scan\"; filename=\"章.png\"\r\nContent-Type: image/png";
    let token = "0123456789abcdef".repeat(4);
    let seal =
        [("name=\"csrf\"", &*token), ("name=\"choice\"", "scan"), (png, "\u{89}PNG\r\n\r\n--")];
    let correction = [
        ("name=\"csrf\"", &*token),
        ("name=\"number\"", "2026 0000 0001"),
        ("name=\"new_name\"", "陈素瑛"),
        ("name=\"scan\"; filename*=UTF-8''%E8%AF%81.jpg", ""),
    ];
    vec![
        form(webkit, &seal),
        form(short, &correction),
        form(short, &[]),
        form(short, &[("name=\"csrf\"", &token), ("name=\"csrf\"", "twice")]),
        form(short, &[("name=\"a\\\"b\"", "quoted"), ("filename=\"nameless\"", "--b")]),
        b"multipart/form-data; boundary=b\npreamble\r\n--b \t\r\ncontent-disposition: form-data; name=scan\r\n\r\n\r\n--b--epilogue".to_vec(),
        b"multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"scan\"\r\n\r\nbroken off".to_vec(),
        b"application/x-www-form-urlencoded\ncsrf=token&choice=none".to_vec(),
    ]
}
