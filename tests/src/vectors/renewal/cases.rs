//! The cases: what each file of renewals is, and what it must prove.

use heqi_evidence::verdict::Status;
use heqi_renewal::{RenewalFile, SubjectLeaf};
use heqi_vocabulary::UtcMillis;

use super::ways::{DAY_MS, Made};
use super::{ANCHORS, BUNDLE, Case, DOCUMENT, written};

const TWO_YEARS_MS: i64 = 730 * DAY_MS;

/// All cases.
pub(super) fn all(made: &Made) -> Vec<Case> {
    let mut cases = that_hold(made);
    cases.extend(that_prove_nothing(made));
    cases.extend(that_contradict(made));
    cases.extend(of_a_document(made));
    cases
}

/// A case beside the bundle, asked twelve years after.
fn case(
    made: &Made,
    (name, about): (&'static str, &'static str),
    way: &RenewalFile,
    (status, code): (Status, &'static str),
) -> Case {
    Case {
        name,
        about,
        file: BUNDLE,
        renewals: written(way),
        keys: vec![made.key.clone()],
        anchors: Some(ANCHORS),
        at: Some(twelve_years(made)),
        status,
        code,
    }
}

fn twelve_years(made: &Made) -> UtcMillis {
    made.ends[0].plus_millis(TWO_YEARS_MS)
}

fn twenty_two_years(made: &Made) -> UtcMillis {
    made.ends[1].plus_millis(TWO_YEARS_MS)
}

fn changed(way: &RenewalFile, change: impl FnOnce(&mut RenewalFile)) -> RenewalFile {
    let mut way = way.clone();
    change(&mut way);
    way
}

fn flip(bytes: &mut [u8]) {
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
}

fn that_hold(made: &Made) -> Vec<Case> {
    let renewed = (Status::Proved, "renewed");
    let [once, twelve, twenty_two] = &made.record;
    let later = Some(twenty_two_years(made));
    vec![
        case(
            made,
            ("twelve-years", "The first certificate has ended, and its token was renewed."),
            twelve,
            renewed,
        ),
        Case {
            at: later,
            ..case(
                made,
                ("twenty-two-years", "Renewed twice: the second certificate has ended too."),
                twenty_two,
                renewed,
            )
        },
        Case {
            at: None,
            ..case(made, ("no-instant", "Asked without an instant."), twelve, renewed)
        },
        Case {
            at: Some(made.ends[0]),
            keys: Vec::new(),
            ..case(
                made,
                ("to-its-end", "Never renewed, asked when its certificate ends."),
                once,
                renewed,
            )
        },
    ]
}

fn that_prove_nothing(made: &Made) -> Vec<Case> {
    let [once, twelve, _] = &made.record;
    let ended = (Status::NotProved, "renewals_ended");
    let untrusted = (Status::NotProved, "renewals_untrusted");
    let token = changed(twelve, |way| {
        for token in way.links[0].tokens.values_mut() {
            flip(token);
        }
    });
    vec![
        case(made, ("ended", "Never renewed, and its certificate has ended."), once, ended),
        Case {
            at: Some(twenty_two_years(made)),
            ..case(
                made,
                ("ended-again", "Renewed once, and the certificate behind that has ended too."),
                twelve,
                ended,
            )
        },
        Case {
            at: Some(made.ends[0].plus_millis(1)),
            ..case(made, ("ended-just", "A millisecond after the end."), once, ended)
        },
        Case {
            keys: Vec::new(),
            ..case(made, ("no-key", "The platform's key is not given."), twelve, untrusted)
        },
        case(
            made,
            ("wrong-key", "Signed with a key that is not the one given."),
            &made.by_a_stranger,
            untrusted,
        ),
        case(
            made,
            ("stamp-late", "Stamped a day after the certificate before had ended."),
            &made.late,
            (Status::NotProved, "renewals_too_late"),
        ),
        case(
            made,
            ("stamped-by-a-stranger", "The renewal is stamped by nobody who is trusted."),
            &made.stamped_by_a_stranger,
            untrusted,
        ),
        case(made, ("flipped-token", "One bit of the first token."), &token, untrusted),
        Case {
            anchors: None,
            ..case(
                made,
                ("no-anchors", "No anchors are given."),
                twelve,
                (Status::NotProved, "renewals_no_anchors"),
            )
        },
    ]
}

fn that_contradict(made: &Made) -> Vec<Case> {
    let [_, twelve, twenty_two] = &made.record;
    let does_not_hold = (Status::Contradicted, "renewals_do_not_hold");
    let malformed = (Status::Contradicted, "renewals_malformed");
    let next = |change: fn(&mut heqi_renewal::Next)| {
        changed(twelve, |way| change(way.links[0].next.as_mut().unwrap()))
    };
    let middle = changed(twenty_two, |way| {
        way.links.remove(1);
    });
    let without_end = changed(twelve, |way| way.links.truncate(1));
    let another = |name, about, way: &RenewalFile| case(made, (name, about), way, does_not_hold);
    vec![
        case(
            made,
            ("of-another", "The way of another record of the same log."),
            &made.other_record,
            (Status::Contradicted, "renewals_of_another"),
        ),
        another("cut-in-the-middle", "The first of two renewals is left out.", &middle),
        another("cut-at-the-end", "The head over the renewal is left out.", &without_end),
        another(
            "other-list",
            "Another list of trusted keys.",
            &next(|next| flip(&mut next.anchors)),
        ),
        another(
            "other-place",
            "The token is another of the tree.",
            &next(|next| next.token.index = 1),
        ),
        another("other-count", "A tree of one token more.", &next(|next| next.token.count += 1)),
        another("other-leaf", "The renewal is another leaf.", &next(|next| next.index += 1)),
        another(
            "other-subject",
            "The record is another leaf.",
            &changed(twelve, |way| way.subject.index += 1),
        ),
        Case {
            renewals: written(twelve)[..1000].to_vec(),
            ..case(made, ("truncated", "Only the first 1000 bytes."), twelve, malformed)
        },
        Case {
            renewals: made.bundle.clone(),
            ..case(made, ("a-bundle", "The bundle itself in its place."), twelve, malformed)
        },
    ]
}

fn of_a_document(made: &Made) -> Vec<Case> {
    let [once, twelve] = &made.document;
    let of_another = (Status::Contradicted, "renewals_of_another");
    let salt = changed(twelve, |way| {
        if let SubjectLeaf::Statement { detail: Some(detail), .. } = &mut way.subject.leaf {
            detail.0 = "00".repeat(16);
        }
    });
    let of_document = |name, about, way: &RenewalFile, found| Case {
        file: DOCUMENT,
        keys: Vec::new(),
        ..case(made, (name, about), way, found)
    };
    vec![
        of_document(
            "document-twelve-years",
            "A certificate whose office renewed.",
            twelve,
            (Status::Proved, "renewed"),
        ),
        of_document(
            "document-ended",
            "The office never renewed.",
            once,
            (Status::NotProved, "renewals_ended"),
        ),
        of_document(
            "document-of-another",
            "The step names another file.",
            &made.other_document,
            of_another,
        ),
        of_document(
            "document-other-salt",
            "A salt that does not open the step's digest.",
            &salt,
            of_another,
        ),
        of_document(
            "document-by-a-stranger",
            "The renewal is signed with a key that is none of the office's.",
            &made.document_by_a_stranger,
            (Status::Contradicted, "renewals_do_not_hold"),
        ),
        of_document(
            "document-of-a-record",
            "The way of the platform's record.",
            &made.record[1],
            of_another,
        ),
    ]
}
