//! The checklist of a matter, point by point: what the machine, a person or the procedure answers.

use heqi_notarization::matter::Matter;
use heqi_notarization::matter::checklist::{AnsweredBy, Item, Outcome};
use heqi_notarization::matter::extraction::Extraction;
use heqi_notarization::matter::rows::Content;
use heqi_notarization::matter::state::Fee;
use heqi_pages::office::{PointRow, PointState};
use heqi_vocabulary::{Language, UtcMillis};

use super::Names;

/// The checklist.
pub(in crate::routes::office) fn points(
    matter: &Matter,
    content: &Content,
    names: &Names,
    (may_tick, l): (bool, Language),
) -> Vec<PointRow> {
    if matter.acceptance().is_none() {
        return Vec::new();
    }
    let point = |item: Item| {
        let (check, tick) = (matter.checklist().machine(item), matter.checklist().tick(item));
        let state = match item.answered_by() {
            AnsweredBy::Procedure => procedure(matter, item),
            _ => match (check.map(|check| check.outcome), tick) {
                (Some(Outcome::Passed), _) => PointState::Passed,
                (Some(Outcome::Failed), _) => PointState::Failed,
                (_, Some(tick)) if tick.passed => PointState::Passed,
                (_, Some(_)) => PointState::Failed,
                (Some(Outcome::Unproved), None) => PointState::Unproved,
                (None, None) => PointState::Open,
            },
        };
        let sentences = content.evidence.get(&item).into_iter().flatten();
        let remark =
            tick.and_then(|tick| Some((content.remarks.get(&item)?.clone(), names.of(tick.by))));
        let at = tick.map(|tick| tick.at).or(check.map(|check| check.at));
        PointRow {
            number: item.number(),
            title: item.title(l).to_owned(),
            is_machine: check.is_some() && tick.is_none(),
            state,
            at: at.map(UtcMillis::for_people).unwrap_or_default(),
            evidence: sentences
                .map(|[zh, en]| l.pick(zh, en).to_owned())
                .chain((item == Item::Approval).then(|| discussion(matter, names, l)).flatten())
                .collect(),
            remark,
            may_tick: may_tick && matter.checklist().takes_tick(item),
        }
    };
    Item::ALL.into_iter().map(point).collect()
}

/// That a matter is to be discussed together, where it was marked.
fn discussion(matter: &Matter, names: &Names, l: Language) -> Option<String> {
    let complex = matter.checklist().complex()?;
    let (who, at) = (names.of(complex.by), complex.at.for_people());
    Some(match l {
        Language::Zh => format!(
            "承办公证员（{who}）于{at}标记为重大、复杂：审批前须集体讨论，请在此记录讨论情况和形成的意见"
        ),
        Language::En => format!(
            "marked as major or complex by {who} at {at}: to be discussed together before the approval; note here what was discussed and concluded"
        ),
    })
}

/// What the procedure itself answers.
fn procedure(matter: &Matter, item: Item) -> PointState {
    let is_done = match item {
        Item::ExtractionLog => matter.extraction().is_some_and(Extraction::is_sealed),
        Item::Fee => matches!(matter.fee(), Fee::Paid { .. } | Fee::Waived),
        Item::DraftReviewed | Item::Approval => matter.approval().is_some(),
        _ => false,
    };
    let said_no = matter.checklist().tick(item).is_some_and(|tick| !tick.passed);
    if said_no && !is_done {
        return PointState::Failed;
    }
    if is_done { PointState::Passed } else { PointState::Open }
}
