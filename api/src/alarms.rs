//! Which figures of the platform somebody is told of.

use std::sync::Arc;
use std::time::Duration;

use heqi_registration::Custodian;
use heqi_service_kit::alarms::Watch;
use heqi_service_kit::{AlarmLimits, Alarms};

use crate::figures::{Count, Figures};
use crate::state::State;

const CHECKPOINT_AGE: Watch = Watch {
    name: "checkpoint_age",
    unit: "s",
    limit: 0,
    lasting: false,
    means: (
        "日志树头长时间没有得到公证处的共同签名,新签署暂时只有平台自己作保。",
        "The log's head has not been cosigned by the notary for a long time: new signings rest on the platform's word alone.",
    ),
    next_step: (
        "检查到公证处数据中心的网络和证书,并查看其 /readyz。",
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
        "打开 /coverage 查看是哪一条、哪一家;对方恢复后会自动补交。",
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
        "公证处返回的摘要与我方不同,已停止并隔离,没有任何内容被覆盖。",
        "The notary answered with another digest than ours: the deposit was stopped and set aside, nothing was overwritten.",
    ),
    next_step: (
        "不要重试。保留双方日志和被隔离的回执,与公证处逐条核对(docs/OPERATING.md 的日志行一表)。",
        "Do not retry. Keep both logs and the receipt set aside, and compare them with the notary (docs/OPERATING.md, log lines).",
    ),
    ..DEPOSIT_WAITS
};

const SYNC_FAILURES: Watch = Watch {
    name: "sync_failures",
    unit: "failures",
    limit: 0,
    lasting: true,
    means: (
        "磁盘写入或落盘失败,存储已停止接受新内容。",
        "The disk failed to write or sync: the store accepts nothing more.",
    ),
    next_step: (
        "检查磁盘与剩余空间,然后重新启动;已答复的签署不会丢失。",
        "Check the disk and its free space, then start again; nothing that was answered is lost.",
    ),
};

const QUEUE: Watch = Watch {
    name: "queue_depth",
    unit: "changes",
    lasting: false,
    means: ("等待落盘的写入过多。", "Too many changes wait for the disk."),
    next_step: (
        "检查磁盘速度(heqi doctor)和来访量。",
        "Check the speed of the disk (heqi doctor) and the load.",
    ),
    ..SYNC_FAILURES
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
    means: (
        "本机时钟与公证处相差过多;超过一分钟将停止发放挑战值,无法开始新的签署。",
        "This clock is too far from the notary's; beyond a minute no signing can begin.",
    ),
    next_step: (
        "检查两边的网络校时;是哪一边的时钟有误,由双方共同确认。",
        "Check network time on both sides, and settle with the notary whose clock is wrong.",
    ),
    ..CHECKPOINT_AGE
};

const TIME_STAMP_AGE: Watch = Watch {
    name: "time_stamp_age",
    unit: "s",
    means: (
        "有时间戳机构长时间没有给出时间戳,新签署暂无该机构的可信时间戳。",
        "A time authority has given no time stamp for a long time: new signings go without its token.",
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

const LOG_MISBEHAVED: Watch = Watch {
    name: "log_misbehaved",
    unit: "heads",
    means: (
        "公证处的日志出示了与此前不符的日志头,已拒绝联署并留存。",
        "The notary's log showed a head that does not fit what it showed before; it was refused and kept.",
    ),
    next_step: (
        "不要删除任何数据。从 /witness/<来源摘要>/fork-proof 取得证明,用 heqi verify 核验后书面质询公证处。",
        "Delete nothing. Take the proof from /witness/<sha256 of the origin>/fork-proof, check it with heqi verify and confront the notary in writing.",
    ),
    ..SYNC_FAILURES
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
    let behind = figures.oldest_stamp_s();
    alarms.watch(at(TIME_STAMP_AGE, limits.time_stamp_age_s), move || Some(behind.get()));
    let [asked, answered] = ["asked", "answered"].map(|state| figures.time_authorities(state));
    let silent = move || Some(asked.get().saturating_sub(answered.get()));
    alarms.watch(at(AUTHORITY_SILENT, 0), silent);
    let kept = figures.kept_against_logs();
    alarms.watch(at(LOG_MISBEHAVED, 0), move || Some(kept.get()));
    let clock = figures.clock_gap_ms();
    alarms.watch(at(CLOCK_OFFSET, limits.clock_offset_ms), move || Some(clock.get()));
    let differ = figures.time_disagreement_ms();
    alarms.watch(at(TIMES_DIFFER, 0), move || Some(differ.get()));
    if let Some(store) = figures.store() {
        let failures = store.sync_failures.clone();
        alarms.watch(SYNC_FAILURES, move || Some(failures.get()));
        let queued = store.queued_items.clone();
        alarms.watch(at(QUEUE, limits.queue_depth), move || Some(queued.get()));
        let lag = store.index_lag.clone();
        alarms.watch(at(INDEX_LAG, limits.index_lag), move || Some(lag.get()));
    }
}

fn worst(figures: &[Count]) -> Option<u64> {
    figures.iter().map(Count::get).max()
}

/// Takes the figures and looks at them until the service stops.
pub(crate) async fn look_until_stopped(state: Arc<State>) {
    let mut stop = state.shutdown.clone();
    let every = Duration::from_millis(state.settings.alarms.look_every_ms.max(10));
    while !stop.is_requested() {
        tokio::select! {
            () = stop.requested() => return,
            () = tokio::time::sleep(every) => {}
        }
        state.figures.refresh(&state.platform).await;
        state.alarms.look(state.platform.now());
    }
}
