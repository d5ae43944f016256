//! Several PEM blocks in one text (RFC 7468).

use der::pem::LineEnding;

/// The blocks of a text, each as written from its BEGIN to its END line.
pub(crate) struct PemBlocks<'a> {
    rest: &'a str,
}

impl<'a> PemBlocks<'a> {
    pub(crate) const fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for PemBlocks<'a> {
    type Item = &'a str;

    /// The next block with its line ending, or whatever is left when it has no END line,
    /// for the block's own reader to refuse.
    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest;
        if text.is_empty() {
            return None;
        }
        let end = text.find(END_LINE).map_or(text.len(), |at| {
            let line = text.get(at..).unwrap_or_default();
            at + line.find('\n').map_or(line.len(), |newline| newline + 1)
        });
        let (block, rest) = text.split_at_checked(end)?;
        self.rest = rest;
        Some(block)
    }
}

/// One certificate as a PEM block with line feeds; `None` only when it cannot be
/// encoded at all.
pub(crate) fn write_certificate(der: &[u8]) -> Option<String> {
    der::pem::encode_string(CERTIFICATE_LABEL, LineEnding::LF, der).ok()
}

/// The DER inside one certificate block.
pub(crate) fn read_certificate(block: &str) -> Option<Vec<u8>> {
    let (label, der) = der::pem::decode_vec(block.as_bytes()).ok()?;
    (label == CERTIFICATE_LABEL).then_some(der)
}

const CERTIFICATE_LABEL: &str = "CERTIFICATE";
const END_LINE: &str = "-----END ";
