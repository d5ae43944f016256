//! The queue, by how far applications have come, what of it waits for whoever looks, and the figures over it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use heqi_notarization::matter::clock::Warning;
use heqi_notarization::matter::due::{Awaited, awaited};
use heqi_notarization::matter::overview::{InHand, Overview, overview};
use heqi_notarization::matter::queue::{COUNTED, Group, PAGE, count, queue};
use heqi_notarization::matter::to_approve::{Asked as AskedFor, ToApprove, to_approve};
use heqi_notarization::matter::{ApplicationNo, Matter};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_pages::office::{
    Bars, FiguresPage, OfficeAlarm, OfficeQueuePage, OfficeQueueRow, QueueGroup, Workload,
};
use heqi_pages::{Link, OfficeLink};
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Alarms, Problem};
use heqi_vocabulary::{Language, UtcMillis};
use serde::Deserialize;

use super::matters::{desk, names, number};
use super::{shown, words};
use crate::bench::{Bench, Shown, page, refused};
use crate::service::State;
use crate::visitor::{Reader, Visitor};

/// How many of each group stand on the first page.
const FIRST: usize = 10;
/// The word in addresses of what waits for whoever looks.
const TO_APPROVE: &str = "to_approve";

/// What is shown by pages, where it is not the first of everything.
#[derive(Clone, Copy)]
enum One {
    Group(Group),
    ToApprove,
}

impl One {
    fn of_word(word: &str) -> Option<Self> {
        if word == TO_APPROVE {
            return Some(Self::ToApprove);
        }
        Group::of_word(word).map(Self::Group)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Group(group) => group.as_str(),
            Self::ToApprove => TO_APPROVE,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    at: String,
    after: String,
}

pub(super) async fn show(
    state: Data<State>,
    reader: Reader,
    visitor: Visitor,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let one = match asked.at.as_str() {
        "" => None,
        word => Some(One::of_word(word).ok_or(RequestProblem::NotFound)?),
    };
    let after = match asked.after.as_str() {
        "" => None,
        no => Some(number(no)?),
    };
    let here = match one {
        None => OfficeLink::Queue,
        Some(one) => OfficeLink::Group(one.word().to_owned(), after.map(|no| no.to_string())),
    };
    let shown = Shown::to(bench, reader, Link::Office(here)).with(&visitor);
    let (by, l) = (visitor.officer()?, shown.language());
    // Asked for by name it is refused to whoever approves nothing, as every other page that is not theirs.
    let is_theirs = by.role == OfficeRole::Approver || matches!(one, Some(One::ToApprove));
    let waiting = if is_theirs {
        let calendar = &bench.desk.calendar;
        Some(to_approve(&state.office, calendar, &by).await.map_err(refused)?)
    } else {
        None
    };
    let own = |after, limit| {
        let now = state.office.clock().now();
        waiting.as_deref().map(|waiting| own_group(waiting, bench, (after, limit), (now, l)))
    };
    let mut groups = Vec::new();
    match one {
        Some(One::Group(one)) => {
            groups.push(group(&state, bench, &by, (one, after, PAGE), l).await?);
        }
        Some(One::ToApprove) => groups.extend(own(after, PAGE)),
        None => {
            groups.extend(own(None, FIRST));
            for one in Group::OPEN {
                groups.push(group(&state, bench, &by, (one, None, FIRST), l).await?);
            }
        }
    }
    let mut over = Vec::new();
    for one in Group::OVER {
        let count = count(&state.office, &by, one).await.map_err(refused)?;
        if count > 0 {
            over.push((one.as_str().to_owned(), words::group(one, l).to_owned(), counted(count)));
        }
    }
    let to_approve = waiting.map(|waiting| (TO_APPROVE.to_owned(), counted(waiting.len())));
    let desk = desk(&state, &visitor, &shown).await?;
    Ok(page(&OfficeQueuePage { desk, to_approve, groups, is_one: one.is_some(), over }, &shown))
}

fn counted(count: usize) -> String {
    if count >= COUNTED { format!("{COUNTED}+") } else { count.to_string() }
}

async fn group(
    state: &State,
    bench: &Bench,
    by: &Officer,
    (group, after, limit): (Group, Option<ApplicationNo>, usize),
    l: Language,
) -> Result<QueueGroup, Problem> {
    let listed = queue(&state.office, by, group, (after, limit)).await.map_err(refused)?;
    let all = count(&state.office, by, group).await.map_err(refused)?;
    let now = state.office.clock().now();
    Ok(QueueGroup {
        word: group.as_str().to_owned(),
        title: words::group(group, l).to_owned(),
        count: counted(all),
        rows: listed.matters.iter().map(|matter| row(matter, bench, (now, l))).collect(),
        more: listed.next.map(|no| no.to_string()),
    })
}

/// What waits for whoever looks, from behind `after` on.
fn own_group(
    waiting: &[ToApprove],
    bench: &Bench,
    (after, limit): (Option<ApplicationNo>, usize),
    at: (UtcMillis, Language),
) -> QueueGroup {
    // What was decided meanwhile is behind nothing: then it begins anew.
    let place = after.and_then(|no| waiting.iter().position(|one| one.matter.no() == no));
    let rest = waiting.iter().skip(place.map_or(0, |place| place + 1));
    let shown: Vec<&ToApprove> = rest.take(limit).collect();
    let last = shown.last().map(|one| one.matter.no());
    let is_last = last == waiting.last().map(|one| one.matter.no());
    QueueGroup {
        word: TO_APPROVE.to_owned(),
        title: at.1.pick("待您审批", "waiting for your approval").to_owned(),
        count: counted(waiting.len()),
        rows: shown.into_iter().map(|one| own_row(one, bench, at)).collect(),
        more: last.filter(|_| !is_last).map(|no| no.to_string()),
    }
}

fn own_row(one: &ToApprove, bench: &Bench, (now, l): (UtcMillis, Language)) -> OfficeQueueRow {
    let what = match one.asked {
        AskedFor::Draft => l.pick("公证书草稿", "draft of the certificate").to_owned(),
        AskedFor::Change(what) => shown::change_words(what, l),
    };
    let mut stage = format!("{} · {what}", words::stage(one.matter.stage(), l));
    if one.is_undeclared {
        stage.push_str(l.pick(" · 请先申报利益冲突", " · declare your interest first"));
    }
    OfficeQueueRow { stage, ..row(&one.matter, bench, (now, l)) }
}

const fn waits(l: Language) -> &'static str {
    l.pick("有待审批的处理", "something waits for approval")
}

fn row(matter: &Matter, bench: &Bench, (now, l): (UtcMillis, Language)) -> OfficeQueueRow {
    let clock = matter.clock().filter(|_| matter.issue().is_none());
    let (calendar, today) = (&bench.desk.calendar, now.shanghai_date());
    let standing = clock.map(|clock| clock.standing(calendar, today));
    let awaited = awaited(matter, calendar, today).map(|one| {
        let what = match one.what {
            Awaited::Supplement => l.pick("补充材料", "supplement"),
            Awaited::Reexamination => l.pick("复查决定", "decision of the re-examination"),
        };
        (what.to_owned(), one.last_day.to_string(), one.warning != Warning::None)
    });
    OfficeQueueRow {
        no: matter.no().to_string(),
        stage: match matter.proposed() {
            Some(_) => format!("{} · {}", words::stage(matter.stage(), l), waits(l)),
            None => words::stage(matter.stage(), l).to_owned(),
        },
        is_over: matter.stage().is_closed(),
        applicant: words::applicant(matter.applicant(), l).to_owned(),
        deposit: matter.deposit_no().to_string(),
        submitted_at: matter.submitted_at().for_people(),
        clock: standing.map(|one| (one.left, one.last_day.to_string())),
        is_urgent: standing.is_some_and(|one| one.warning != Warning::None),
        awaited,
        is_quarantined: matter.quarantined_at().is_some(),
        certificate: matter.certificate().map(ToString::to_string),
    }
}

pub(super) async fn figures(
    state: Data<State>,
    alarms: Data<Alarms>,
    reader: Reader,
    visitor: Visitor,
) -> Result<HttpResponse, Problem> {
    let bench = state.bench()?;
    let shown = Shown::to(bench, reader, Link::Office(OfficeLink::Figures)).with(&visitor);
    let (by, l) = (visitor.officer()?, shown.language());
    let day = state.office.clock().now().shanghai_day();
    let year: u16 = day.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0);
    let Overview { stages, days_left, in_hand, months, is_partial, .. } =
        overview(&state.office, &bench.desk, &by, year).await.map_err(refused)?;
    let names = names(&state).await?;
    let workload = |(account, hand): (_, InHand)| {
        let InHand { open, urgent, paused } = hand;
        Workload { who: names.of(account), open, urgent, paused }
    };
    let raised = alarms.report(l).into_iter().filter_map(|alarm| {
        Some(OfficeAlarm {
            since: alarm.since?.for_people(),
            means: alarm.means?.to_owned(),
            next: alarm.next_step?.to_owned(),
        })
    });
    let stages =
        stages.into_iter().map(|(group, count)| (words::group(group, l).to_owned(), count));
    let clock = [
        (l.pick("已超期", "over"), days_left.over),
        (l.pick("3日以内", "3 or fewer"), days_left.to_three),
        (l.pick("4至7日", "4 to 7"), days_left.to_seven),
        (l.pick("8日以上", "8 or more"), days_left.more),
    ];
    let month = |(place, count): (usize, usize)| match l {
        Language::Zh => (format!("{}月", place + 1), count),
        Language::En => (format!("{:02}", place + 1), count),
    };
    let figures = FiguresPage {
        desk: desk(&state, &visitor, &shown).await?,
        stages: Bars { rows: stages.collect() },
        clock: Bars { rows: clock.map(|(name, count)| (name.to_owned(), count)).to_vec() },
        people: in_hand.into_iter().map(workload).collect(),
        alarms: raised.collect(),
        months: (year, Bars { rows: months.into_iter().enumerate().map(month).collect() }),
        is_partial,
    };
    Ok(page(&figures, &shown))
}
