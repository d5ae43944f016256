//! What every service with a store and time authorities is alarmed by, and the loop that looks.

use std::time::Duration;

use heqi_vocabulary::UtcMillis;

use super::{AlarmLimits, Alarms, Watch};
use crate::Shutdown;

const SYNC_FAILURES: Watch = Watch {
    name: "sync_failures",
    unit: "failures",
    limit: 0,
    lasting: true,
    means: (
        "磁盘写入或落盘失败，存储已停止接受新内容。",
        "The disk failed to write or sync: the store accepts nothing more.",
    ),
    next_step: (
        "检查磁盘与剩余空间，然后重新启动；已经答复的内容不会丢失。",
        "Check the disk and its free space, then start again; nothing that was answered is lost.",
    ),
};

const QUEUE: Watch = Watch {
    name: "queue_depth",
    unit: "changes",
    lasting: false,
    means: ("等待落盘的写入过多。", "Too many changes wait for the disk."),
    next_step: (
        "检查磁盘速度（heqi doctor）和请求量。",
        "Check the speed of the disk (heqi doctor) and the load.",
    ),
    ..SYNC_FAILURES
};

const DISK_WAIT: Watch = Watch {
    name: "disk_wait",
    unit: "ms",
    means: (
        "磁盘长时间没有完成一次写入，等待落盘的内容均未答复。",
        "The disk has not finished one write for a long time; nothing that waits for it is answered.",
    ),
    next_step: (
        "检查磁盘及其所在的存储（内核日志、阵列、网络存储）；恢复后自动继续，已经答复的内容不会丢失。",
        "Check the disk and what it stands on (kernel log, array, network storage); it goes on by itself, and nothing that was answered is lost.",
    ),
    ..QUEUE
};

const INDEX_LAG: Watch = Watch {
    name: "index_lag",
    unit: "rows",
    means: ("索引落后过多，重启会变慢。", "The index is far behind: a start will be slow."),
    ..QUEUE
};

const TIME_STAMP_AGE: Watch = Watch {
    name: "time_stamp_age",
    unit: "s",
    means: (
        "有时间戳机构长时间没有给出时间戳，新记录暂无该机构的可信时间戳。",
        "A time authority has given no time stamp for a long time: new records go without its token.",
    ),
    next_step: (
        "检查时间戳机构的地址、网络与根证书；恢复后自动补取，任何情况下都不以本机时间代替。",
        "Check its address, the network and its roots; it is asked again by itself, and the local clock never takes its place.",
    ),
    ..QUEUE
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
        "两个时间戳均已保留。联系两家机构，查明哪一家的时钟有误。",
        "Both tokens are kept. Ask both authorities whose clock is wrong.",
    ),
    ..TIME_STAMP_AGE
};

const TIME_CERTIFICATE_ENDS: Watch = Watch {
    name: "time_certificate_ends",
    unit: "",
    means: (
        "时间戳机构的证书即将到期，新的时间戳仍由该证书签发。",
        "The time authority's certificate ends soon, and new time stamps still rest on it.",
    ),
    next_step: (
        "请联系时间戳机构启用新证书，并把新的根证书加入 time_authorities；到期前的时间戳已自动续期。",
        "Have the authority go over to a new certificate and add its root to time_authorities; what was stamped before is renewed by itself.",
    ),
    ..TIME_STAMP_AGE
};

/// A figure that can always be told.
pub trait Figure: Fn() -> u64 + Send + Sync + 'static {}

impl<F: Fn() -> u64 + Send + Sync + 'static> Figure for F {}

impl Alarms {
    /// Watches a store: writes and syncs that failed, changes that wait for the disk, for how many milliseconds one batch
    /// has been with it, rows not yet in the index.
    pub fn watch_store(
        &self,
        limits: &AlarmLimits,
        (failures, queued, disk_wait_ms, index_lag): (
            impl Figure,
            impl Figure,
            impl Figure,
            impl Figure,
        ),
    ) {
        self.watch(SYNC_FAILURES, move || Some(failures()));
        self.watch(Watch { limit: limits.queue_depth, ..QUEUE }, move || Some(queued()));
        let disk_wait = Watch { limit: limits.disk_wait_ms, ..DISK_WAIT };
        self.watch(disk_wait, move || Some(disk_wait_ms()));
        self.watch(Watch { limit: limits.index_lag, ..INDEX_LAG }, move || Some(index_lag()));
    }

    /// Watches the time authorities: the age of the token of the one that is furthest behind in seconds,
    /// how many never answered, and by how many milliseconds two of them disagree.
    pub fn watch_time_stamps(
        &self,
        limits: &AlarmLimits,
        (age_s, silent, differ_ms): (impl Figure, impl Figure, impl Figure),
    ) {
        let age = Watch { limit: limits.time_stamp_age_s, ..TIME_STAMP_AGE };
        self.watch(age, move || Some(age_s()));
        self.watch(Watch { limit: 0, ..AUTHORITY_SILENT }, move || Some(silent()));
        self.watch(Watch { limit: 0, ..TIMES_DIFFER }, move || Some(differ_ms()));
    }

    /// Watches the certificates of the time authorities: whether new stamps still rest on one that ends soon.
    pub fn watch_time_certificate(&self, ends: impl Figure) {
        self.watch(Watch { limit: 0, ..TIME_CERTIFICATE_ENDS }, move || Some(ends()));
    }

    /// Looks, and waits until it is time to look again or the service stops. What nobody counts on the
    /// way is to be taken before.
    pub async fn look_and_wait(&self, now: UtcMillis, limits: &AlarmLimits, stop: &mut Shutdown) {
        self.look(now);
        Self::wait(limits, stop).await;
    }

    /// Waits until it is time to look again, or the service stops.
    pub async fn wait(limits: &AlarmLimits, stop: &mut Shutdown) {
        tokio::select! {
            () = stop.requested() => {}
            () = tokio::time::sleep(Duration::from_millis(limits.look_every_ms.max(10))) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Language;

    use super::*;
    use crate::{Metrics, TaskGroup};

    fn raised(alarms: &Alarms) -> Vec<&'static str> {
        let report = alarms.report(Language::En).into_iter();
        report.filter(|alarm| alarm.since.is_some()).map(|alarm| alarm.alarm).collect()
    }

    #[test]
    fn a_store_and_its_stamps_are_watched_under_their_limits() {
        let alarms = Alarms::new(&Metrics::default());
        let limits = AlarmLimits::default();
        let (queue, age) = (limits.queue_depth, limits.time_stamp_age_s);
        let waits_ms = limits.disk_wait_ms;
        alarms.watch_store(&limits, (|| 0, move || queue, move || waits_ms, || 0));
        alarms.watch_time_stamps(&limits, (move || age + 1, || 0, || 1));
        let now = UtcMillis::from_millis(0).unwrap();
        alarms.look(now);
        assert_eq!(raised(&alarms), [""; 0], "one look wakes nobody");
        alarms.look(now);
        assert_eq!(raised(&alarms), ["time_disagreement", "time_stamp_age"]);
    }

    #[test]
    fn a_disk_that_holds_little_for_long_is_told() {
        let alarms = Alarms::new(&Metrics::default());
        let limits = AlarmLimits { disk_wait_ms: 70, ..AlarmLimits::default() };
        alarms.watch_store(&limits, (|| 0, || 1, || 71, || 0));
        let now = UtcMillis::from_millis(0).unwrap();
        alarms.look(now);
        assert_eq!(raised(&alarms), [""; 0], "one slow write wakes nobody");
        alarms.look(now);
        assert_eq!(raised(&alarms), ["disk_wait"]);
    }

    #[test]
    fn a_disk_that_failed_once_is_told_at_once() {
        let alarms = Alarms::new(&Metrics::default());
        alarms.watch_store(&AlarmLimits::default(), (|| 1, || 0, || 0, || 0));
        alarms.look(UtcMillis::from_millis(0).unwrap());
        assert_eq!(raised(&alarms), ["sync_failures"]);
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_between_two_looks() {
        let alarms = Alarms::new(&Metrics::default());
        alarms.watch_store(&AlarmLimits::default(), (|| 1, || 0, || 0, || 0));
        let group = TaskGroup::new();
        let limits = AlarmLimits { look_every_ms: u64::MAX, ..AlarmLimits::default() };
        group.trigger().request();
        let now = UtcMillis::from_millis(0).unwrap();
        alarms.look_and_wait(now, &limits, &mut group.shutdown()).await;
        assert_eq!(raised(&alarms), ["sync_failures"]);
    }
}
