//! The two halves of the tally, for a changed copy: what the platform's half shows and what the
//! notary's holds, row by row, and which of the two contradicts.

use std::fmt::Write as _;

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::{Claim, ClaimName, Reason, Status};
use heqi_tlog::proof_file::ProofFile;
use heqi_verify::Examination;
use heqi_vocabulary::{Digest, Language};

use super::forgery::photo_of;

/// What both halves say, and what is found in each.
pub(crate) struct Halves {
    /// Claims that contradict without anything that the notary signed.
    ours: Vec<ClaimName>,
    /// Claims that what the notary signed speaks against.
    theirs: Vec<ClaimName>,
    /// The platform signed two heads of its log for one size, and the notary cosigned the other.
    is_forked: bool,
    pub(crate) rows: Vec<Row>,
    /// The place of the record in its chain, and of its entry in the log.
    seq: u64,
    index: u64,
}

/// One thing as the copy shows it and as the notary was given it.
pub(crate) struct Row {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) shown: String,
    pub(crate) held: String,
}

impl Row {
    pub(crate) fn differs(&self) -> bool {
        self.shown != self.held
    }
}

impl Halves {
    /// `None` when the good bundle is none.
    pub(super) fn of(
        examined: &Examination,
        is_forked: bool,
        (good, copy): (&[u8], &[u8]),
    ) -> Option<Self> {
        let good = EvidenceBundle::read(good).ok()?.parts;
        let copy = EvidenceBundle::read(copy).ok()?.parts;
        let claims = examined.verdict().claims();
        let contradicted = claims.iter().filter(|claim| claim.status == Status::Contradicted);
        let (ours, theirs): (Vec<&Claim>, Vec<&Claim>) =
            contradicted.partition(|claim| needs_no_notary(claim));
        let names = |claims: Vec<&Claim>| claims.into_iter().map(|claim| claim.name).collect();
        let proof = ProofFile::parse(good.proof.as_deref()?).ok()?;
        Some(Self {
            ours: names(ours),
            theirs: names(theirs),
            is_forked,
            rows: rows(&copy, &good),
            seq: examined.frame().map_or(0, |frame| frame.place.seq),
            index: proof.index(),
        })
    }

    /// Whether anything contradicts the copy.
    pub(crate) fn is_contradicted(&self) -> bool {
        self.is_ours_bad() || self.is_theirs_bad()
    }

    /// Whether the platform's half contradicts itself.
    pub(crate) fn is_ours_bad(&self) -> bool {
        !self.ours.is_empty()
    }

    /// Whether the notary's half contradicts the copy.
    pub(crate) fn is_theirs_bad(&self) -> bool {
        !self.theirs.is_empty() || self.is_forked
    }

    /// Which half contradicts, in one or two sentences.
    pub(crate) fn telling(&self, language: Language) -> String {
        let l = language;
        let found = match (self.is_ours_bad(), self.is_theirs_bad()) {
            (false, false) => l.pick(
                "两半相合：没有任何一方提出矛盾。",
                "The two halves match: neither contradicts.",
            ),
            (true, false) => l.pick(
                "不必问公证处：副本自己就对不上。",
                "Nobody has to be asked: the copy does not fit itself.",
            ),
            (true, true) => l.pick(
                "副本自己就对不上，公证处那一半也对不上。",
                "The copy does not fit itself, nor what the notary holds.",
            ),
            (false, true) => l.pick(
                "只看平台这一半，看不出任何问题；公证处那一半对不上。",
                "The platform's half alone would look fine; it is the notary's half that contradicts.",
            ),
        };
        let mut telling = found.to_owned();
        let halves = [
            (l.pick("平台一半", "Platform's half"), &self.ours),
            (l.pick("公证处一半", "Notary's half"), &self.theirs),
        ];
        for (half, claims) in halves.into_iter().filter(|(_, claims)| !claims.is_empty()) {
            let titles: Vec<&str> = claims.iter().map(|claim| claim.title(l)).collect();
            let titles = titles.join(l.pick("、", ", "));
            let _ = match l {
                Language::Zh => write!(telling, "{half}：{titles}。"),
                Language::En => write!(telling, " {half}: {titles}."),
            };
        }
        if self.is_forked {
            telling.push_str(l.pick(
                "同一长度的日志，平台签了两个不同的树头，另一个有公证处的核对签名。",
                " For one size of the log the platform signed two heads; the other bears the notary's cosignature.",
            ));
        }
        telling
    }

    /// Which record it is about.
    pub(crate) fn record(&self, language: Language) -> String {
        let (seq, entry) = (self.seq, self.index);
        match language {
            Language::Zh => format!("所涉记录：记录链第 {seq} 条，日志序号 {entry}"),
            Language::En => format!("The record: no. {seq} of its chain, entry {entry} of the log"),
        }
    }
}

/// Whether a contradiction stands on the copy and the platform's own signatures alone.
fn needs_no_notary(claim: &Claim) -> bool {
    match claim.name {
        ClaimName::Integrity | ClaimName::SignedBy | ClaimName::Identity | ClaimName::Logged => {
            true
        }
        ClaimName::Complete => {
            matches!(claim.reason, Reason::ChainBroken { .. } | Reason::NotInChain)
        }
        _ => false,
    }
}

/// What a bundle holds, beside what the good one holds: of the latter all is signed by the notary.
fn rows(copy: &BundleParts, good: &BundleParts) -> Vec<Row> {
    type Read = fn(&BundleParts) -> Option<String>;
    let all: [(&str, &str, Read); 4] = [
        ("照片", "Photo", photo),
        ("记录", "Record", record),
        ("记录链", "Chain", chain),
        ("日志", "Log", log),
    ];
    let read = |read: Read, parts| read(parts).unwrap_or_else(|| "—".to_owned());
    let row = |(zh, en, of): (&'static str, &'static str, Read)| Row {
        zh,
        en,
        shown: read(of, copy),
        held: read(of, good),
    };
    all.map(row).into()
}

fn photo(parts: &BundleParts) -> Option<String> {
    photo_of(parts).map(|(_, photo)| short(&Digest::of(photo).to_string()))
}

fn record(parts: &BundleParts) -> Option<String> {
    Some(short(&Disclosure::parse(&parts.record).ok()?.root().to_string()))
}

fn chain(parts: &BundleParts) -> Option<String> {
    let last = Disclosure::parse(parts.chain.last()?).ok()?.root().to_string();
    Some(format!("{} · {}", parts.chain.len(), short(&last)))
}

fn log(parts: &BundleParts) -> Option<String> {
    let proof = ProofFile::parse(parts.proof.as_deref()?).ok()?;
    let head = proof.checkpoint().checkpoint();
    Some(format!("{} · {}", head.size(), short(&head.root().to_hex())))
}

fn short(digest: &str) -> String {
    digest.chars().take(10).collect()
}
