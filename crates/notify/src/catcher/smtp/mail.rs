//! Reads what our own mails look like (RFC 5322, RFC 2045, RFC 2047): one text part. What it
//! cannot read it shows as it came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail as a person sees it.
pub(super) struct Mail {
    /// The local part of its Message-ID.
    pub(super) message: String,
    pub(super) subject: String,
    pub(super) text: String,
}

impl Mail {
    pub(super) fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let header = |name: &str| {
            unfolded.lines().find_map(|line| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let id = header("message-id").unwrap_or_default();
        let message = id.trim_matches(['<', '>']).split('@').next().unwrap_or_default().to_owned();
        let encoding = header("content-transfer-encoding").unwrap_or_default().to_lowercase();
        let text = match encoding.as_str() {
            "base64" => {
                let bare: String = body.split_whitespace().collect();
                STANDARD.decode(bare).ok().map(lossy)
            }
            "quoted-printable" => Some(lossy(quoted_printable(body.as_bytes(), false))),
            _ => None,
        };
        let subject = words(&header("subject").unwrap_or_default());
        Self { message, subject, text: text.unwrap_or_else(|| body.to_owned()) }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "this is how decoders hand bytes over")]
fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Encoded words. Between two of them the white space is not meant.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut after_word = false;
    while let Some((before, from)) = rest.split_once("=?") {
        let Some(word) = Word::parse(from) else { break };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&lossy(word.bytes));
        (rest, after_word) = (word.rest, true);
    }
    out + rest
}

struct Word<'a> {
    bytes: Vec<u8>,
    rest: &'a str,
}

impl<'a> Word<'a> {
    fn parse(from: &'a str) -> Option<Self> {
        let (_, from) = from.split_once('?')?;
        let (coding, from) = from.split_once('?')?;
        let (coded, rest) = from.split_once("?=")?;
        let bytes = match coding {
            "b" | "B" => STANDARD.decode(coded).ok()?,
            "q" | "Q" => quoted_printable(coded.as_bytes(), true),
            _ => return None,
        };
        Some(Self { bytes, rest })
    }
}

fn quoted_printable(text: &[u8], in_word: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => tail,
            [b'=', high, low, tail @ ..] => {
                let digits = (char::from(*high).to_digit(16), char::from(*low).to_digit(16));
                if let (Some(high), Some(low)) = digits {
                    out.extend(u8::try_from(high * 16 + low).ok());
                    tail
                } else {
                    out.push(b'=');
                    rest.get(1..).unwrap_or_default()
                }
            }
            [b'_', tail @ ..] if in_word => {
                out.push(b' ');
                tail
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                tail
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_as_a_person_reads_it() {
        let raw = "Message-ID: <msg_1@example.com>\r\nSubject: =?utf-8?b?562+572y?=\r\n =?utf-8?q?_=41?=\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E7=AD=\r\n=BE=3D\r\n";
        let mail = Mail::parse(raw);
        assert_eq!((mail.message.as_str(), mail.subject.as_str()), ("msg_1", "签署 A"));
        assert_eq!(mail.text, "签=\r\n");
        let plain = Mail::parse("a: b\r\n\r\n=?x");
        assert_eq!((plain.subject.as_str(), plain.text.as_str()), ("", "=?x"));
    }
}
