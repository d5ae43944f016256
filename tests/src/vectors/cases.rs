//! The bundles: what each is, what was done to it, and the verdict it must get.

use std::collections::BTreeMap;

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::UtcMillis;

mod altered;
mod by_anchors;
mod chain;
mod container;
mod custody;
mod good;
mod identity;
mod log;
mod signing;
mod successor;
mod time;

/// One bundle with the verdict it must get.
pub struct Case {
    /// What was done to it, in one sentence.
    pub about: &'static str,
    /// The anchors file it is examined by.
    pub anchors: Option<&'static str>,
    /// The instant of the question.
    pub at: Option<UtcMillis>,
    /// What must come out.
    pub expected: Expected,
    /// The bytes.
    pub file: Vec<u8>,
    /// Its name, and without ending its file's.
    pub name: &'static str,
}

/// What must come out of a case.
pub enum Expected {
    /// A verdict with this exit code when nothing but the default is required, and these
    /// claims among the ten.
    Verdict {
        /// The exit code.
        exit: u8,
        /// What the case is about: claim, status, reason code.
        claims: &'static [(ClaimName, Status, &'static str)],
    },
    /// No verdict; the error's code.
    Unreadable(&'static str),
}

impl Case {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.heqi.zip", self.name)
    }
}

const ANCHORS: &str = "anchors.json";
const DISTRUSTED: &str = "anchors-log-distrusted.json";
const TIME_DISTRUSTED: &str = "anchors-time-distrusted.json";
/// Log and custodians are distrusted from a minute after all was seen.
const DISTRUSTED_LATER: &str = "anchors-all-distrusted-later.json";
/// The custodians are distrusted from an hour before the record.
const CUSTODIANS_DISTRUSTED: &str = "anchors-custodians-distrusted.json";
/// The log is distrusted from 40 seconds after all was seen at the earliest.
const DISTRUSTED_SOON: &str = "anchors-log-distrusted-soon.json";
const LAPSED: &str = "anchors-witness-lapsed.json";
const SEED: u64 = 1;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn story(twists: &Twists) -> Story {
    Story::tell(SEED, twists)
}

/// The anchors files. All of them name the same people.
pub(super) fn anchors() -> BTreeMap<String, Vec<u8>> {
    let story = story(&Twists::default());
    let early = story.seen_at().plus_millis(-3_600_000);
    let mut distrusted = story.anchors();
    let mut lapsed = story.anchors();
    let mut time_distrusted = story.anchors();
    let mut later = story.anchors();
    let after = story.seen_at().plus_millis(60_000);
    let logs = later.logs.iter_mut().map(|log| &mut log.validity);
    let custodians = later.custodians.iter_mut().map(|custodian| &mut custodian.validity);
    for validity in logs.chain(custodians) {
        validity.distrust_after = Some(after);
    }
    let mut custodians = story.anchors();
    for custodian in &mut custodians.custodians {
        custodian.validity.distrust_after = Some(early);
    }
    let frozen = successor::anchors(&story, after);
    let frozen_before = successor::anchors(&story, early);
    for root in &mut time_distrusted.time_roots {
        root.validity.distrust_after = Some(early);
    }
    let mut soon = story.anchors();
    for log in &mut soon.logs {
        log.validity.distrust_after = Some(story.seen_at().plus_millis(40_000));
    }
    for log in &mut distrusted.logs {
        log.validity.distrust_after = Some(early);
    }
    for cosigner in &mut lapsed.cosigners {
        cosigner.validity.valid_until = Some(story.seen_at().plus_millis(60_000));
    }
    let providers = identity::anchors(&story, early);
    let providers = providers.map(|(name, list)| (name.to_owned(), story.cast.publish(&list)));
    let mut files = BTreeMap::from([
        (ANCHORS.to_owned(), story.anchors_file()),
        (DISTRUSTED.to_owned(), story.cast.publish(&distrusted)),
        (DISTRUSTED_LATER.to_owned(), story.cast.publish(&later)),
        (CUSTODIANS_DISTRUSTED.to_owned(), story.cast.publish(&custodians)),
        (DISTRUSTED_SOON.to_owned(), story.cast.publish(&soon)),
        (LAPSED.to_owned(), story.cast.publish(&lapsed)),
        (TIME_DISTRUSTED.to_owned(), story.cast.publish(&time_distrusted)),
        (successor::FROZEN.to_owned(), story.cast.publish(&frozen)),
        (successor::FROZEN_BEFORE.to_owned(), story.cast.publish(&frozen_before)),
    ]);
    files.extend(providers);
    files
}

/// All cases.
pub(super) fn all() -> Vec<Case> {
    let plain = story(&Twists::default());
    let mut cases = good::good(&plain);
    cases.extend(altered::altered(&plain));
    cases.extend(signing::at_the_signing());
    cases.extend(log::in_the_log(&plain));
    cases.extend(custody::in_custody(&plain));
    cases.extend(chain::in_the_chain(&plain));
    cases.extend(container::in_the_container(&plain));
    cases.extend(by_anchors::by_the_anchors(&plain));
    cases.extend(successor::in_two_logs(&plain));
    cases.extend(time::in_time(&plain));
    cases.extend(identity::who_signed(&plain));
    cases
}

fn case(
    name: &'static str,
    about: &'static str,
    file: Vec<u8>,
    exit: u8,
    claims: &'static [(ClaimName, Status, &'static str)],
) -> Case {
    let expected = Expected::Verdict { exit, claims };
    Case { about, anchors: Some(ANCHORS), at: None, expected, file, name }
}

fn unreadable(name: &'static str, about: &'static str, file: Vec<u8>, code: &'static str) -> Case {
    let expected = Expected::Unreadable(code);
    Case { about, anchors: Some(ANCHORS), at: None, expected, file, name }
}

fn signing(story: &Story) -> BundleParts {
    story.bundle(story.signing())
}
