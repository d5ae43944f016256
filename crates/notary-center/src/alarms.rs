//! Which figures of the office somebody is told of: `/alarms`, `heqi_alarm{…}` and a log line,
//! as at the platform.

use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::reconciliation::{Side, differs};
use heqi_evidence_store::stamping;
use heqi_evidence_store::witness::kept_against_logs;
use heqi_notarization::matter::approve::stuck_numbers;
use heqi_notarization::matter::due::matters_due;
use heqi_service_kit::alarms::Watch;
use heqi_service_kit::{AlarmLimits, Alarms, Shutdown};
use heqi_tlog::note::VerifiedSignature;
use heqi_vocabulary::UtcMillis;

use crate::board;
use crate::figures::{Count, Figures};
use crate::service::{PeerWitness, State};

/// How long one figure is waited for, as at the platform: a disk that stalls is told by those that need none.
const PATIENCE: Duration = Duration::from_secs(2);

const CHECKPOINT_AGE: Watch = Watch {
    name: "checkpoint_age",
    unit: "s",
    limit: 0,
    lasting: false,
    means: (
        "本机构日志的树头长时间没有得到平台的共同签名。",
        "The head of the office's own log has not been cosigned by the platform for a long time.",
    ),
    next_step: (
        "检查到平台的网络和证书，并查看平台的 /readyz。",
        "Check the network and certificates towards the platform, and its /readyz.",
    ),
};

const COSIGNATURE_LAG: Watch = Watch {
    name: "cosignature_lag",
    unit: "leaves",
    means: (
        "本机构日志中大量条目尚未得到共同签名。",
        "Many entries of the office's own log have not been cosigned.",
    ),
    ..CHECKPOINT_AGE
};

const MIRROR_LAG: Watch = Watch {
    name: "mirror_lag",
    unit: "leaves",
    means: (
        "平台已宣布的大量条目尚未送达镜像。",
        "Many entries that the platform announced have not reached the mirror.",
    ),
    next_step: (
        "检查磁盘空间和平台的 /alarms；条目由平台补送。",
        "Check the free space of the disk and the platform's /alarms; the platform sends them again.",
    ),
    ..CHECKPOINT_AGE
};

const LOG_MISBEHAVED: Watch = Watch {
    name: "log_misbehaved",
    unit: "heads",
    lasting: true,
    means: (
        "平台的日志出示了与此前不符的日志头，已拒绝联署并留存。",
        "The platform's log showed a head that does not fit what it showed before; it was refused and kept.",
    ),
    next_step: (
        "不要删除任何数据。从 /witness/<来源摘要>/fork-proof 取得证明，用 heqi verify 核验后书面质询平台。",
        "Delete nothing. Take the proof from /witness/<sha256 of the origin>/fork-proof, check it with heqi verify and confront the platform in writing.",
    ),
    ..CHECKPOINT_AGE
};

const CHAIN_MISBEHAVED: Watch = Watch {
    name: "chain_misbehaved",
    unit: "records",
    means: (
        "平台为同一位置提交了第二份记录，两份均已留存。",
        "The platform deposited a second record for one place; both are kept.",
    ),
    next_step: (
        "保留两份记录，与平台逐条核对，查明以哪一份为准。",
        "Keep both and ask the platform in writing which one it stands by.",
    ),
    ..LOG_MISBEHAVED
};

const CLOCK_OFFSET: Watch = Watch {
    name: "clock_offset",
    unit: "ms",
    means: (
        "本机时钟与平台或时间戳机构相差过多；超过一分钟将停止审批和出具公证书。",
        "This clock is too far from the platform's, or a time authority's; beyond a minute nothing is approved or issued.",
    ),
    next_step: (
        "检查两边的时间同步服务，查明哪一边有误。",
        "Check the time synchronisation of both sides and find out which one is wrong.",
    ),
    ..CHECKPOINT_AGE
};

const NUMBERS_STUCK: Watch = Watch {
    name: "certificate_numbers_stuck",
    unit: "applications",
    means: (
        "案件系统没有给出可用的公证书编号，已审批的公证书不能签章。",
        "The case system gives no usable certificate number; what was approved cannot be sealed.",
    ),
    next_step: (
        "在工作台查看待取号的申请及原因，联系案件系统管理员；系统会自动再次取号。",
        "Look at the applications that wait for a number and the reason, and ask whoever runs the case system; it is asked again by itself.",
    ),
    ..CHECKPOINT_AGE
};

const MATTERS_URGENT: Watch = Watch {
    name: "matters_urgent",
    unit: "applications",
    means: (
        "有公证申请的法定期限剩余不超过3个工作日。",
        "Applications have three working days or fewer left of their statutory period.",
    ),
    next_step: (
        "在工作台的公证申请列表中查看标出的申请，提醒承办公证员；需要补充材料或核实的，应办理中止。",
        "Look at the marked ones in the queue of the workbench and remind the responsible notary; pause the clock where materials or a verification are waited for.",
    ),
    ..CHECKPOINT_AGE
};

const MATTERS_OVERDUE: Watch = Watch {
    name: "matters_overdue",
    means: (
        "有公证申请已超过15个工作日的法定期限（《公证法》第三十条）。",
        "Applications are beyond the statutory period of fifteen working days (Notarisation Law art. 30).",
    ),
    next_step: (
        "立即由负责人查看超期的申请并督办，向申请人说明原因。",
        "Have the head of the office look at them now, and tell the applicants why.",
    ),
    ..MATTERS_URGENT
};

const SUPPLEMENTS_OVERDUE: Watch = Watch {
    name: "supplements_overdue",
    means: (
        "有公证申请的补充材料已过应提交之日，仍未收到，法定期限处于中止。",
        "Supplements of applications should have been handed in by now, and the clock stands still for them.",
    ),
    next_step: (
        "在工作台待补正的申请中查看标出的，联系申请人；不能补充的，由承办公证员依法终止或者不予办理。",
        "Look at the marked ones among those that wait for a supplement and ask the applicants; what cannot be supplemented is terminated or refused by the responsible notary.",
    ),
    ..MATTERS_URGENT
};

const REEXAMINATIONS_URGENT: Watch = Watch {
    name: "reexaminations_urgent",
    unit: "re-examinations",
    means: (
        "有公证书复查应在3日内作出决定。",
        "Re-examinations are to be decided within three days.",
    ),
    next_step: (
        "在工作台已出具的申请中查看标出的，提醒办理复查的公证员。",
        "Look at the marked ones among the issued applications and remind the notary who looks again.",
    ),
    ..MATTERS_URGENT
};

const REEXAMINATIONS_OVERDUE: Watch = Watch {
    name: "reexaminations_overdue",
    means: (
        "有公证书复查已超过30日仍未作出决定（《公证程序规则》第六十一条至第六十四条）。",
        "Re-examinations were not decided within thirty days (Rules of Procedure arts. 61 to 64).",
    ),
    next_step: (
        "立即由负责人查看超期的复查并督办，向提出复查的人说明原因。",
        "Have the head of the office look at them now, and tell whoever asked why.",
    ),
    ..REEXAMINATIONS_URGENT
};

const HALVES_DIFFER: Watch = Watch {
    name: "halves_differ",
    unit: "logs",
    means: (
        "双方日志在同一大小时的根或叶不一致。",
        "Both sides of a log differ at the same size, by their roots or by a leaf.",
    ),
    next_step: (
        "不要删除任何数据。在 /coverage 查看首个不同的叶，保留双方日志，与平台逐叶核对。",
        "Delete nothing. See the first leaf that differs at /coverage, keep both logs and compare them with the platform leaf by leaf.",
    ),
    ..CHECKPOINT_AGE
};

/// Watches everything that the figures know.
pub(crate) fn watch(alarms: &Alarms, limits: &AlarmLimits, figures: &Figures) {
    let watched = |watch: Watch, limit, figure: &Count| {
        let figure = figure.clone();
        alarms.watch(Watch { limit, ..watch }, move || Some(figure.get()));
    };
    let watching = figures.watched();
    watched(CHECKPOINT_AGE, limits.checkpoint_age_s, &watching.checkpoint_age_s);
    watched(COSIGNATURE_LAG, limits.cosignature_lag, &watching.uncosigned);
    watched(MIRROR_LAG, limits.cosignature_lag, &watching.mirror_lag);
    watched(LOG_MISBEHAVED, 0, &watching.kept_against_logs);
    watched(CHAIN_MISBEHAVED, 0, &watching.chain_misbehaviour);
    let ends = watching.time_certificate_ends.clone();
    alarms.watch_time_certificate(move || ends.get());
    watched(HALVES_DIFFER, 0, &watching.halves_differ);
    watched(NUMBERS_STUCK, 0, &watching.numbers_stuck);
    watched(MATTERS_URGENT, 0, &watching.matters_urgent);
    watched(MATTERS_OVERDUE, 0, &watching.matters_overdue);
    watched(SUPPLEMENTS_OVERDUE, 0, &watching.supplements_overdue);
    watched(REEXAMINATIONS_URGENT, 0, &watching.reexaminations_urgent);
    watched(REEXAMINATIONS_OVERDUE, 0, &watching.reexaminations_overdue);
    watched(CLOCK_OFFSET, limits.clock_offset_ms, &watching.clock_gap_ms);
    let [age, silent, differ] =
        [&watching.time_stamp_age_s, &watching.authorities_silent, &watching.time_disagreement_ms]
            .map(Clone::clone);
    let counted = (move || age.get(), move || silent.get(), move || differ.get());
    alarms.watch_time_stamps(limits, counted);
    if let Some(store) = figures.store() {
        let [failures, queued, wait, lag] =
            [&store.sync_failures, &store.queued_items, &store.disk_wait_ms, &store.index_lag]
                .map(Clone::clone);
        let (queued, wait) = (move || queued.get(), move || wait.get());
        alarms.watch_store(limits, (move || failures.get(), queued, wait, move || lag.get()));
    }
}

/// Takes the figures and looks at them, and beside that keeps them and tells of what changed, until the service stops.
pub(crate) async fn look_until_stopped(
    state: Arc<State>,
    alarms: Arc<Alarms>,
    peer: Option<PeerWitness>,
    stop: Shutdown,
) -> Result<(), std::convert::Infallible> {
    // The first sample is of figures that were taken.
    take(&state, peer.as_ref()).await;
    let telling = board::keep_and_tell(&state, &alarms, stop.clone());
    tokio::join!(look(&state, &alarms, peer.as_ref(), stop), telling);
    Ok(())
}

async fn look(state: &State, alarms: &Alarms, peer: Option<&PeerWitness>, mut stop: Shutdown) {
    let mut counted_at = None;
    while !stop.is_requested() {
        take(state, peer).await;
        count_matters(state, &mut counted_at).await;
        let now = state.office.clock().now();
        alarms.look_and_wait(now, &state.settings.alarms, &mut stop).await;
    }
}

/// How often open matters are counted: the period ends with a day, and counting reads all of them.
const COUNT_EVERY_MS: i64 = 60_000;

/// Counts the matters whose period ends, if the last count is old.
async fn count_matters(state: &State, counted_at: &mut Option<UtcMillis>) {
    let (Some(bench), now) = (&state.bench, state.office.clock().now()) else { return };
    let is_fresh = |at: UtcMillis| now.millis_since(at).abs() < COUNT_EVERY_MS;
    if counted_at.is_some_and(is_fresh) {
        return;
    }
    let due = tokio::time::timeout(PATIENCE, matters_due(&state.office, &bench.desk.calendar));
    match due.await {
        Ok(Ok(due)) => {
            let watched = state.figures.watched();
            watched.matters_urgent.set(due.urgent);
            watched.matters_overdue.set(due.overdue);
            watched.supplements_overdue.set(due.supplements_overdue);
            watched.reexaminations_urgent.set(due.reexaminations_urgent);
            watched.reexaminations_overdue.set(due.reexaminations_overdue);
            state.board.in_hand(due.running);
            *counted_at = Some(now);
        }
        Ok(Err(error)) => tracing::warn!(%error, "open applications could not be counted"),
        Err(_) => tracing::warn!("open applications could not be counted in time"),
    }
}

/// What came in time.
async fn in_time<T, E>(asked: impl Future<Output = Result<T, E>>) -> Option<T> {
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()
}

/// Takes the figures that nobody counts on the way. What cannot be read, or not in time, stays as it was.
async fn take(state: &State, peer: Option<&PeerWitness>) {
    let (backend, watched) = (&**state.office.backend(), state.figures.watched());
    let now = state.office.clock().now();
    // First what is known without the disk.
    if let Some(store) = state.figures.store() {
        store.refresh();
    }
    if let Some(peer) = &state.peer {
        watched.clock_gap_ms.set(u64::try_from(peer.clock.gap_ms()).unwrap_or(0));
    }
    if let (Some(published), Some(peer)) = (backend.log().published(), peer) {
        let lines = published.checkpoint().note().verify(&peer.keys).unwrap_or_default();
        let newest = lines.iter().filter_map(VerifiedSignature::time).max();
        if let Some(newest) = newest {
            let age = now.unix_seconds().saturating_sub(newest.posix_seconds());
            watched.checkpoint_age_s.set(age);
        }
        let lag = backend.log().head().size().saturating_sub(published.size());
        watched.uncosigned.set(lag);
    }
    if let Some(centre) = &state.data_centre {
        // What cannot be read leaves it as it was.
        let _ = tokio::time::timeout(PATIENCE, state.figures.look_at(&centre.mirror)).await;
    }
    if let Some(kept) = in_time(kept_against_logs(backend)).await {
        watched.kept_against_logs.set(u64::try_from(kept).unwrap_or(u64::MAX));
    }
    if let Some(standing) = in_time(stamping::standing(backend, &state.time_authorities)).await {
        state.figures.stamped(&standing, now);
    }
    if state.bench.is_some()
        && let Some(stuck) = in_time(stuck_numbers(&state.office)).await
    {
        watched.numbers_stuck.set(u64::try_from(stuck).unwrap_or(u64::MAX));
    }
    if let Some(differ) = in_time(halves_that_differ(backend)).await {
        watched.halves_differ.set(differ);
    }
}

/// How both halves stood when they were compared last.
async fn halves_that_differ(backend: &dyn Backend) -> Result<u64, MonitoringError> {
    let mut differ = 0;
    for side in Side::OF_CUSTODIAN {
        differ += u64::from(differs(backend, side).await?);
    }
    Ok(differ)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_figure_that_a_stalled_disk_holds_back_is_not_waited_for() {
        let began = tokio::time::Instant::now();
        let stalled = in_time(std::future::pending::<Result<u64, Infallible>>());
        assert_eq!(stalled.await, None);
        assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
        assert_eq!(in_time(async { Ok::<_, Infallible>(7) }).await, Some(7));
        assert_eq!(in_time(async { Err::<u64, _>("it cannot be read") }).await, None);
    }
}
