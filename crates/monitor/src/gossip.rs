//! Where the monitor hears what others were told: files, folders, files behind addresses,
//! and the publication points of witnesses, mirrors and other monitors.

use std::io;
use std::path::{Path, PathBuf};

use heqi_notary_protocol::{CallError, HttpPool, LogClient, document};

use crate::source::Site;
use crate::{Finding, Heard, Patience, Source};

/// Longer than any receipt, proof or bundle.
const MOST_BYTES: usize = 64 << 20;

/// One place to listen at.
#[derive(Clone, Debug)]
pub(crate) enum Ear {
    /// A file, or a folder of them.
    Path(PathBuf),
    /// A file behind an address.
    Document(String),
    /// `<address>/<sha256(origin)>/checkpoint`, as c2sp.org/tlog-witness publishes what was
    /// cosigned last; a mirror has tiles beside it.
    Point {
        /// The address.
        prefix: String,
        /// Whether it is an error that it publishes nothing of this log.
        is_expected: bool,
    },
}

impl Ear {
    /// An address that ends in a slash is a publication point, any other a file.
    pub(crate) fn of(place: &str) -> Self {
        if !is_address(place) {
            return Self::Path(PathBuf::from(place));
        }
        if place.ends_with('/') {
            return Self::Point { prefix: place.to_owned(), is_expected: true };
        }
        Self::Document(place.to_owned())
    }
}

pub(crate) fn is_address(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

/// Listens everywhere once. What cannot be heard is a finding.
pub(crate) struct Listener<'a> {
    pub(crate) pool: &'a HttpPool,
    pub(crate) patience: &'a Patience,
    /// Where this log stands at a publication point.
    pub(crate) monitoring_path: &'a str,
}

impl Listener<'_> {
    pub(crate) async fn listen(&self, ears: &[Ear]) -> (Vec<Heard>, Vec<Finding>) {
        let (mut heard, mut findings) = (Vec::new(), Vec::new());
        for ear in ears {
            match ear {
                Ear::Path(path) => read_path(path, &mut heard, &mut findings),
                Ear::Document(url) => self.document(url, &mut heard, &mut findings).await,
                Ear::Point { prefix, is_expected } => {
                    self.point(prefix, *is_expected, &mut heard, &mut findings).await;
                }
            }
        }
        (heard, findings)
    }

    async fn document(&self, url: &str, heard: &mut Vec<Heard>, findings: &mut Vec<Finding>) {
        match self.patience.ask(async || document(self.pool, url, MOST_BYTES).await).await {
            Ok(bytes) => take(url, bytes, heard, findings),
            Err(error) => findings.push(failed(url, &error)),
        }
    }

    async fn point(
        &self,
        prefix: &str,
        is_expected: bool,
        heard: &mut Vec<Heard>,
        findings: &mut Vec<Finding>,
    ) {
        let prefix = format!("{}/{}", prefix.trim_end_matches('/'), self.monitoring_path);
        let client = LogClient::new(self.pool.clone(), &prefix);
        match self.patience.ask(async || client.checkpoint().await).await {
            Ok(Some(checkpoint)) => {
                let site = Site { client, patience: self.patience.clone() };
                let from = format!("{prefix}/checkpoint");
                let told = Heard::of_head(from, checkpoint);
                heard.push(Heard { at: Some(Source::Http(site)), ..told });
            }
            Ok(None) | Err(CallError::Refused { .. }) if !is_expected => return,
            Ok(None) => {
                return findings.push(Finding::Unreadable { what: format!("{prefix}/checkpoint") });
            }
            Err(error) => return findings.push(failed(&prefix, &error)),
        }
        // A witness that was lied to publishes the proof; most have none, and many no such place.
        let url = format!("{prefix}/fork-proof");
        if let Ok(Some(bytes)) = document(self.pool, &url, MOST_BYTES).await {
            take(&url, Some(bytes), heard, findings);
        }
    }
}

fn failed(place: &str, error: &CallError) -> Finding {
    Finding::Unreadable { what: format!("{place}: {error}") }
}

/// Reads a file, or every file of a folder.
fn read_path(path: &Path, heard: &mut Vec<Heard>, findings: &mut Vec<Finding>) {
    let read = || -> io::Result<Vec<PathBuf>> {
        if path.is_dir() {
            std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect()
        } else {
            Ok(vec![path.to_owned()])
        }
    };
    let files = read().unwrap_or_else(|_| vec![path.to_owned()]);
    for file in files {
        let small = std::fs::metadata(&file)
            .is_ok_and(|about| usize::try_from(about.len()).is_ok_and(|len| len <= MOST_BYTES));
        let bytes = small.then(|| std::fs::read(&file).ok()).flatten();
        take(&file.display().to_string(), bytes, heard, findings);
    }
}

fn take(name: &str, bytes: Option<Vec<u8>>, heard: &mut Vec<Heard>, findings: &mut Vec<Finding>) {
    match bytes.map(|bytes| Heard::read(name, &bytes)) {
        Some(Ok(one)) => heard.push(one),
        Some(Err(error)) => {
            findings.push(Finding::Unreadable { what: format!("{name}: {error}") });
        }
        None => findings.push(Finding::Unreadable { what: name.to_owned() }),
    }
}
