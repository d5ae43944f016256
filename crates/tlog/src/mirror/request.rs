use std::fmt;

use crate::{
    checkpoint::Origin,
    encoding::{
        from_base64, parse_decimal, put_u16_prefixed, take_array, take_u16_prefixed, to_base64,
    },
    mirror::{EntryPackage, MAX_PACKAGES, PackageRange, package_ranges},
};

/// What an upload says about itself before its packages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddEntriesHeader {
    origin: Origin,
    start: u64,
    end: u64,
    ticket: Vec<u8>,
}

impl AddEntriesHeader {
    /// An upload of the entries `[start, end)`, proved against the pending checkpoint of size `end`.
    pub fn new(
        origin: Origin,
        start: u64,
        end: u64,
        ticket: Vec<u8>,
    ) -> Result<Self, AddEntriesError> {
        if start > end {
            return Err(AddEntriesError::StartBeyondEnd);
        }
        if ticket.len() > usize::from(u16::MAX) {
            return Err(AddEntriesError::TicketTooLong);
        }
        Ok(Self { origin, start, end, ticket })
    }

    /// Which log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// First entry of the upload.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// One past its last entry, and the size of the checkpoint it is proved against.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// What the mirror handed out last time, opaque to the client.
    pub fn ticket(&self) -> &[u8] {
        &self.ticket
    }

    /// The packages of the whole upload.
    pub fn ranges(&self) -> impl Iterator<Item = PackageRange> + use<> {
        package_ranges(self.start, self.end)
    }

    fn take(bytes: &mut &[u8]) -> Result<Self, AddEntriesError> {
        let malformed = AddEntriesError::MalformedHeader;
        let origin = take_u16_prefixed(bytes)
            .and_then(|origin| str::from_utf8(origin).ok())
            .ok_or(malformed.clone())?;
        let origin = Origin::new(origin).map_err(|_| malformed.clone())?;
        let start = take_array(bytes).map(u64::from_be_bytes).ok_or(malformed.clone())?;
        let end = take_array(bytes).map(u64::from_be_bytes).ok_or(malformed.clone())?;
        let ticket = take_u16_prefixed(bytes).ok_or(malformed)?;
        Self::new(origin, start, end, ticket.to_vec())
    }
}

/// The body of `POST add-entries`: a header and a prefix of its canonical sequence of packages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AddEntries {
    header: AddEntriesHeader,
    packages: Vec<EntryPackage>,
}

impl AddEntries {
    /// Puts a request together; at most [`MAX_PACKAGES`], each with exactly the entries of its range.
    pub fn new(
        header: AddEntriesHeader,
        packages: Vec<EntryPackage>,
    ) -> Result<Self, AddEntriesError> {
        let mut ranges = header.ranges();
        let fits = |package: &EntryPackage| {
            ranges.next().is_some_and(|range| {
                u64::try_from(package.entries().len()) == Ok(range.end - range.start)
            })
        };
        if packages.len() > MAX_PACKAGES || !packages.iter().all(fits) {
            return Err(AddEntriesError::NotCanonical);
        }
        Ok(Self { header, packages })
    }

    /// Reads a body. A package cut short, and everything past the first [`MAX_PACKAGES`], counts as not received; bytes
    /// after the last package of the sequence are an error, answered like every error here with 400.
    pub fn parse(mut body: &[u8]) -> Result<Self, AddEntriesError> {
        let header = AddEntriesHeader::take(&mut body)?;
        let packages = header
            .ranges()
            .take(MAX_PACKAGES)
            .map_while(|range| EntryPackage::take(&mut body, range))
            .collect::<Vec<_>>();
        let sequence_is_complete = header.ranges().take(MAX_PACKAGES + 1).count() == packages.len();
        if sequence_is_complete && !body.is_empty() {
            return Err(AddEntriesError::TrailingBytes);
        }
        Ok(Self { header, packages })
    }

    /// The exact bytes of the body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let AddEntriesHeader { origin, start, end, ticket } = &self.header;
        let mut out = Vec::new();
        // Both lengths were checked when the header was made.
        put_u16_prefixed(&mut out, origin.as_str().as_bytes()).unwrap_or_default();
        out.extend_from_slice(&start.to_be_bytes());
        out.extend_from_slice(&end.to_be_bytes());
        put_u16_prefixed(&mut out, ticket).unwrap_or_default();
        self.packages.iter().for_each(|package| package.put(&mut out));
        out
    }

    /// The header.
    pub const fn header(&self) -> &AddEntriesHeader {
        &self.header
    }

    /// The packages received whole.
    pub fn packages(&self) -> &[EntryPackage] {
        &self.packages
    }

    /// Header and packages.
    pub fn into_parts(self) -> (AddEntriesHeader, Vec<EntryPackage>) {
        (self.header, self.packages)
    }
}

/// Why a body is not an `add-entries` request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddEntriesError {
    /// The header is cut short or its origin is no origin.
    #[error("malformed add-entries header")]
    MalformedHeader,
    /// The upload ends before it starts.
    #[error("the upload starts beyond its end")]
    StartBeyondEnd,
    /// The ticket does not fit a 16-bit length.
    #[error("the ticket is longer than 65535 bytes")]
    TicketTooLong,
    /// An entry does not fit a 16-bit length.
    #[error("an entry is longer than 65535 bytes")]
    EntryTooLong,
    /// More hashes than a proof may have.
    #[error("a subtree proof has more than 63 hashes")]
    TooManyHashes,
    /// The packages are not a prefix of the canonical sequence.
    #[error("the packages are not a prefix of the canonical sequence")]
    NotCanonical,
    /// Bytes after the last package.
    #[error("there are bytes after the last package")]
    TrailingBytes,
}

/// The body of a 202 or 409: where the mirror stands. `Display` is its exact text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MirrorInfo {
    /// Size of a pending checkpoint to upload towards.
    pub pending_size: u64,
    /// First entry the mirror lacks.
    pub next_entry: u64,
    /// Opaque, to be sent back.
    pub ticket: Vec<u8>,
}

impl MirrorInfo {
    /// Reads the three lines.
    pub fn parse(body: &[u8]) -> Result<Self, MirrorInfoError> {
        let text = str::from_utf8(body)
            .ok()
            .and_then(|text| text.strip_suffix('\n'))
            .ok_or(MirrorInfoError)?;
        let [pending_size, next_entry, ticket] =
            text.split('\n').collect::<Vec<_>>().try_into().map_err(|_| MirrorInfoError)?;
        Ok(Self {
            pending_size: parse_decimal(pending_size).ok_or(MirrorInfoError)?,
            next_entry: parse_decimal(next_entry).ok_or(MirrorInfoError)?,
            ticket: from_base64(ticket).ok_or(MirrorInfoError)?,
        })
    }
}

impl fmt::Display for MirrorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.pending_size, self.next_entry, to_base64(&self.ticket))
    }
}

/// Not the three lines of a mirror-info body.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("malformed mirror-info body")]
pub struct MirrorInfoError;
