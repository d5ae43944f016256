//! Which figures of the office somebody is told of: `/alarms`, `heqi_alarm{…}` and a log line,
//! as at the platform.

use std::sync::Arc;
use std::time::Duration;

use heqi_evidence_store::stamping;
use heqi_evidence_store::witness::kept_against_logs;
use heqi_service_kit::alarms::Watch;
use heqi_service_kit::{AlarmLimits, Alarms, Shutdown};
use heqi_tlog::note::VerifiedSignature;

use crate::figures::{Count, Figures};
use crate::service::{PeerWitness, State};

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
        "检查到平台的网络和证书,并查看平台的 /readyz。",
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
        "检查磁盘空间和平台的 /alarms;条目由平台补送。",
        "Check the free space of the disk and the platform's /alarms; the platform sends them again.",
    ),
    ..CHECKPOINT_AGE
};

const LOG_MISBEHAVED: Watch = Watch {
    name: "log_misbehaved",
    unit: "heads",
    lasting: true,
    means: (
        "平台的日志出示了与此前不符的日志头,已拒绝联署并留存。",
        "The platform's log showed a head that does not fit what it showed before; it was refused and kept.",
    ),
    next_step: (
        "不要删除任何数据。从 /witness/<来源摘要>/fork-proof 取得证明,用 heqi verify 核验后书面质询平台。",
        "Delete nothing. Take the proof from /witness/<sha256 of the origin>/fork-proof, check it with heqi verify and confront the platform in writing.",
    ),
    ..CHECKPOINT_AGE
};

const CHAIN_MISBEHAVED: Watch = Watch {
    name: "chain_misbehaved",
    unit: "records",
    means: (
        "平台为同一位置提交了第二份记录,两份均已留存。",
        "The platform deposited a second record for one place; both are kept.",
    ),
    next_step: (
        "保留两份记录,与平台逐条核对,查明以哪一份为准。",
        "Keep both and ask the platform in writing which one it stands by.",
    ),
    ..LOG_MISBEHAVED
};

const SYNC_FAILURES: Watch = Watch {
    name: "sync_failures",
    unit: "failures",
    means: (
        "磁盘写入或落盘失败,存储已停止接受新内容。",
        "The disk failed to write or sync: the store accepts nothing more.",
    ),
    next_step: (
        "检查磁盘与剩余空间,然后重新启动;已出具的回执不会丢失。",
        "Check the disk and its free space, then start again; no receipt that was given is lost.",
    ),
    ..LOG_MISBEHAVED
};

const QUEUE: Watch = Watch {
    name: "queue_depth",
    unit: "changes",
    means: ("等待落盘的写入过多。", "Too many changes wait for the disk."),
    next_step: (
        "检查磁盘速度(heqi doctor)和存证量。",
        "Check the speed of the disk (heqi doctor) and how much is deposited.",
    ),
    ..CHECKPOINT_AGE
};

const INDEX_LAG: Watch = Watch {
    name: "index_lag",
    unit: "rows",
    means: ("索引落后过多,重启会变慢。", "The index is far behind: a start will be slow."),
    ..QUEUE
};

const CLOCK_OFFSET: Watch = Watch {
    name: "clock_offset",
    unit: "ms",
    means: ("本机时钟与平台相差过多。", "This clock is too far from the platform's."),
    next_step: (
        "检查两边的时间同步服务,查明哪一边有误。",
        "Check the time synchronisation of both sides and find out which one is wrong.",
    ),
    ..CHECKPOINT_AGE
};

const TIME_STAMP_AGE: Watch = Watch {
    name: "time_stamp_age",
    unit: "s",
    means: (
        "有时间戳机构长时间没有给出时间戳。",
        "A time authority has given no time stamp for a long time.",
    ),
    next_step: (
        "检查时间戳机构的地址、网络与根证书;恢复后自动补取,任何情况下都不以本机时间代替。",
        "Check its address, the network and its roots; it is asked again by itself, and the local clock never takes its place.",
    ),
    ..CHECKPOINT_AGE
};

const AUTHORITY_SILENT: Watch = Watch {
    name: "time_authorities_silent",
    unit: "authorities",
    means: ("有时间戳机构从未给出过时间戳。", "A time authority has never given a time stamp."),
    ..TIME_STAMP_AGE
};

const TIMES_DIFFER: Watch = Watch {
    name: "time_disagreement",
    unit: "ms",
    means: (
        "两家时间戳机构给出的时间相差超出各自精度。",
        "Two time authorities differ by more than their accuracies allow.",
    ),
    next_step: (
        "两个时间戳均已保留。联系两家机构,查明哪一家的时钟有误。",
        "Both tokens are kept. Ask both authorities whose clock is wrong.",
    ),
    ..TIME_STAMP_AGE
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
    watched(CLOCK_OFFSET, limits.clock_offset_ms, &watching.clock_gap_ms);
    watched(TIME_STAMP_AGE, limits.time_stamp_age_s, &watching.time_stamp_age_s);
    watched(AUTHORITY_SILENT, 0, &watching.authorities_silent);
    watched(TIMES_DIFFER, 0, &watching.time_disagreement_ms);
    if let Some(store) = figures.store() {
        watched(SYNC_FAILURES, 0, &store.sync_failures);
        watched(QUEUE, limits.queue_depth, &store.queued_items);
        watched(INDEX_LAG, limits.index_lag, &store.index_lag);
    }
}

/// Takes the figures and looks at them until the service stops.
pub(crate) async fn look_until_stopped(
    state: Arc<State>,
    alarms: Arc<Alarms>,
    peer: Option<PeerWitness>,
    mut stop: Shutdown,
) -> Result<(), std::convert::Infallible> {
    let every = Duration::from_millis(state.settings.alarms.look_every_ms.max(10));
    while !stop.is_requested() {
        take(&state, peer.as_ref()).await;
        alarms.look(state.office.clock().now());
        tokio::select! {
            () = stop.requested() => break,
            () = tokio::time::sleep(every) => {}
        }
    }
    Ok(())
}

/// Takes the figures that nobody counts on the way. What cannot be read stays as it was.
async fn take(state: &State, peer: Option<&PeerWitness>) {
    let (backend, watched) = (&**state.office.backend(), state.figures.watched());
    let now = state.office.clock().now();
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
        state.figures.look_at(&centre.mirror).await;
    }
    if let Ok(kept) = kept_against_logs(backend).await {
        watched.kept_against_logs.set(u64::try_from(kept).unwrap_or(u64::MAX));
    }
    if let Some(peer) = &state.peer {
        watched.clock_gap_ms.set(u64::try_from(peer.clock.gap_ms()).unwrap_or(0));
    }
    if let Ok(standing) = stamping::standing(backend, &state.time_authorities).await {
        state.figures.stamped(&standing, now);
    }
    if let Some(store) = state.figures.store() {
        store.refresh();
    }
}
