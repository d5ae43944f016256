//! Which figures of the platform somebody is told of.

use std::sync::Arc;

use heqi_evidence_store::monitoring::MonitoringError;
use heqi_evidence_store::monitoring::alarm_delivery::{AlarmStanding, Teller};
use heqi_evidence_store::monitoring::reconciliation::{Side, differs};
use heqi_evidence_store::monitoring::samples::Measured;
use heqi_registration::Custodian;
use heqi_registration::fault::{ActError, Fault};
use heqi_registration::monitoring::Sample;
use heqi_service_kit::alarms::Watch;
use heqi_service_kit::{AlarmLimits, Alarms};
use heqi_vocabulary::Language;

use crate::figures::{Count, Figures, PATIENCE};
use crate::state::State;

const CHECKPOINT_AGE: Watch = Watch {
    name: "checkpoint_age",
    unit: "s",
    limit: 0,
    lasting: false,
    means: (
        "日志树头长时间没有得到公证处的共同签名，新签署暂时只有平台自己作保。",
        "The log's head has not been cosigned by the notary for a long time: new signings rest on the platform's word alone.",
    ),
    next_step: (
        "检查到公证处数据中心的网络和证书，并查看其 /readyz。",
        "Check the network and certificates towards the notary data centre, and its /readyz.",
    ),
};

const COSIGNATURE_LAG: Watch = Watch {
    name: "cosignature_lag",
    unit: "leaves",
    means: ("日志中大量条目尚未得到共同签名。", "Many entries of the log have not been cosigned."),
    ..CHECKPOINT_AGE
};

const MIRROR_LAG: Watch = Watch {
    name: "mirror_lag",
    means: (
        "日志中大量条目尚未被公证处镜像保存。",
        "Many entries of the log are not mirrored yet.",
    ),
    ..COSIGNATURE_LAG
};

const DEPOSIT_WAITS: Watch = Watch {
    name: "deposit_oldest",
    unit: "s",
    means: (
        "有存证长时间没有得到回执。",
        "A deposit has been waiting for its receipt for a long time.",
    ),
    next_step: (
        "打开 /coverage 查看是哪一条、哪一家；对方恢复后会自动补交。",
        "Open /coverage to see which one and where; it is deposited by itself once the other side is back.",
    ),
    ..CHECKPOINT_AGE
};

const OUTSTANDING: Watch = Watch {
    name: "outstanding_deposits",
    unit: "deposits",
    means: ("等待回执的存证过多。", "Too many deposits wait for their receipts."),
    ..DEPOSIT_WAITS
};

const QUARANTINED: Watch = Watch {
    name: "quarantined_deposits",
    unit: "deposits",
    means: (
        "公证处返回的摘要与我方不同，已停止并隔离，没有任何内容被覆盖。",
        "The notary answered with another digest than ours: the deposit was stopped and set aside, nothing was overwritten.",
    ),
    next_step: (
        "不要重试。保留双方日志和被隔离的回执，与公证处逐条核对（docs/OPERATING.md 的日志行一表）。",
        "Do not retry. Keep both logs and the receipt set aside, and compare them with the notary (docs/OPERATING.md, log lines).",
    ),
    ..DEPOSIT_WAITS
};

const CLOCK_OFFSET: Watch = Watch {
    name: "clock_offset",
    unit: "ms",
    means: (
        "本机时钟与公证处或时间戳机构相差过多；超过一分钟将停止发放挑战值，无法开始新的签署。",
        "This clock is too far from the notary's, or a time authority's; beyond a minute no signing can begin.",
    ),
    next_step: (
        "检查两边的网络校时（日志写明与谁相差）；是哪一边的时钟有误，由双方共同确认。",
        "Check network time on both sides (the log says whose clock differs), and settle with the other whose is wrong.",
    ),
    ..CHECKPOINT_AGE
};

const LOG_MISBEHAVED: Watch = Watch {
    name: "log_misbehaved",
    unit: "heads",
    means: (
        "公证处的日志出示了与此前不符的日志头，已拒绝联署并留存。",
        "The notary's log showed a head that does not fit what it showed before; it was refused and kept.",
    ),
    next_step: (
        "不要删除任何数据。从 /witness/<来源摘要>/fork-proof 取得证明，用 heqi verify 核验后书面质询公证处。",
        "Delete nothing. Take the proof from /witness/<sha256 of the origin>/fork-proof, check it with heqi verify and confront the notary in writing.",
    ),
    lasting: true,
    ..CHECKPOINT_AGE
};

const HALVES_DIFFER: Watch = Watch {
    name: "halves_differ",
    unit: "logs",
    means: (
        "双方日志在同一大小时的根或叶不一致。",
        "Both sides of a log differ at the same size, by their roots or by a leaf.",
    ),
    next_step: (
        "不要删除任何数据。在 /coverage 查看首个不同的叶，保留双方日志，与公证处逐叶核对。",
        "Delete nothing. See the first leaf that differs at /coverage, keep both logs and compare them with the notary leaf by leaf.",
    ),
    ..CHECKPOINT_AGE
};

/// Watches everything that the figures know. Each custodian is watched under the name of
/// the alarm; the worst of both counts.
pub(crate) fn watch(alarms: &Alarms, limits: &AlarmLimits, figures: &Figures) {
    let at = |watch: Watch, limit| Watch { limit, ..watch };
    let age = figures.checkpoint_age_s();
    alarms.watch(at(CHECKPOINT_AGE, limits.checkpoint_age_s), move || Some(age.get()));
    for (watch, by) in [(COSIGNATURE_LAG, "witness"), (MIRROR_LAG, "mirror")] {
        let lag = figures.uncosigned(by);
        alarms.watch(at(watch, limits.cosignature_lag), move || Some(lag()));
    }
    let custodians = [Custodian::DataCentre, Custodian::Preservation].map(Custodian::as_str);
    let oldest = custodians.map(|custodian| figures.oldest_outstanding_s(custodian));
    alarms.watch(at(DEPOSIT_WAITS, limits.deposit_oldest_s), move || worst(&oldest));
    let outstanding = custodians.map(|custodian| figures.deposits(custodian, "outstanding"));
    alarms.watch(at(OUTSTANDING, limits.outstanding_deposits), move || worst(&outstanding));
    let quarantined = custodians.map(|custodian| figures.deposits(custodian, "quarantined"));
    alarms.watch(at(QUARANTINED, 0), move || worst(&quarantined));
    let kept = figures.kept_against_logs();
    alarms.watch(at(LOG_MISBEHAVED, 0), move || Some(kept.get()));
    let differ = figures.halves_differ();
    alarms.watch(at(HALVES_DIFFER, 0), move || Some(differ.get()));
    let ends = figures.time_certificate_ends();
    alarms.watch_time_certificate(move || ends.get());
    let clock = figures.clock_gap_ms();
    alarms.watch(at(CLOCK_OFFSET, limits.clock_offset_ms), move || Some(clock.get()));
    let behind = figures.oldest_stamp_s();
    let [asked, answered] = ["asked", "answered"].map(|state| figures.time_authorities(state));
    let silent = move || asked.get().saturating_sub(answered.get());
    let differ = figures.time_disagreement_ms();
    alarms.watch_time_stamps(limits, (move || behind.get(), silent, move || differ.get()));
    if let Some(store) = figures.store() {
        let [failures, queued, wait, lag] =
            [&store.sync_failures, &store.queued_items, &store.disk_wait_ms, &store.index_lag]
                .map(Clone::clone);
        let (queued, wait) = (move || queued.get(), move || wait.get());
        alarms.watch_store(limits, (move || failures.get(), queued, wait, move || lag.get()));
    }
}

fn worst(figures: &[Count]) -> Option<u64> {
    figures.iter().map(Count::get).max()
}

/// Takes the figures and looks at them, and beside that keeps them and tells of what changed, until the service stops.
/// What is kept and told is written first: a disk that stalls keeps nobody from looking.
pub(crate) async fn look_until_stopped(state: Arc<State>) {
    state.figures.refresh(&state.platform).await;
    tokio::join!(look(&state), keep_and_tell(&state));
}

async fn look(state: &State) {
    let mut stop = state.shutdown.clone();
    while !stop.is_requested() {
        state.figures.refresh(&state.platform).await;
        match tokio::time::timeout(PATIENCE, compare(state)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "comparisons of both sides cannot be read"),
            Err(_) => tracing::warn!("comparisons of both sides cannot be read in time"),
        }
        let now = state.platform.now();
        state.alarms.look_and_wait(now, &state.settings.alarms, &mut stop).await;
    }
}

async fn keep_and_tell(state: &State) {
    let mut stop = state.shutdown.clone();
    let mut measured = Measured::default();
    let mut teller = Teller::new(state.alarm_channels.clone());
    while !stop.is_requested() {
        // Nothing is written before the peer has said what it holds; that is no fault.
        if let Err(error) = sample(state, &mut measured).await
            && !matches!(error, Fault::ReadOnly(_))
        {
            tracing::warn!(%error, "a sample of the figures could not be kept");
        }
        tell(state, &mut teller).await;
        Alarms::wait(&state.settings.alarms, &mut stop).await;
    }
}

/// How both halves stood when they were compared last.
async fn compare(state: &State) -> Result<(), MonitoringError> {
    let mut differ = 0;
    for side in Side::OF_PLATFORM {
        differ += u64::from(differs(state.platform.backend(), side).await?);
    }
    state.figures.halves_differ().set(differ);
    Ok(())
}

async fn sample(state: &State, measured: &mut Measured) -> Result<(), Fault> {
    let coverage = match state.figures.coverage(&state.platform).await {
        Ok(coverage) => coverage,
        Err(ActError::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(()),
    };
    let mut sample = Sample::of(&state.platform, &coverage);
    sample.checkpoint_age_s = Some(state.figures.checkpoint_age_s().get());
    sample.queue = state.figures.store().map(|store| store.queued_items.get());
    if let Some(disk) = state.disk_bytes.clone() {
        let now = state.platform.now();
        if measured.is_old(now) {
            let bytes = tokio::task::spawn_blocking(move || disk()).await.ok();
            measured.take(now, bytes);
        }
        sample.disk_bytes = measured.bytes();
    }
    let backend = state.platform.backend();
    Ok(state.sampler.take(backend, sample).await?)
}

async fn tell(state: &State, teller: &mut Teller) {
    let report = state.alarms.report(Language::En);
    let standing: Vec<_> = report
        .iter()
        .map(|alarm| AlarmStanding {
            alarm: alarm.alarm,
            since: alarm.since,
            value: alarm.value,
            limit: alarm.limit,
            unit: alarm.unit,
        })
        .collect();
    teller.tell(state.platform.backend(), state.platform.now(), &standing).await;
}
