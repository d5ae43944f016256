//! What of the worker's own counts somebody is told of.

use std::sync::Arc;

use heqi_service_kit::Alarms;
use heqi_service_kit::alarms::Watch;

use crate::gauges::{CosigningGauges, CustodianGauges};

const ROLLED_BACK: Watch = Watch {
    name: "log_rolled_back",
    unit: "logs",
    limit: 0,
    lasting: true,
    means: (
        "公证处联署过的本平台日志比本机现存的更长：本机数据被退回到了旧状态，已停止送交日志头。",
        "The notary has cosigned more of our log than this store holds: the store was set back, and no more heads are sent.",
    ),
    next_step: (
        "停止服务，不要签发任何新内容；按 docs/OPERATING.md 用 heqi recover 从公证处取回缺失部分。",
        "Stop the service and sign nothing new; take back what is missing with heqi recover, as docs/OPERATING.md says.",
    ),
};

const NEEDS_A_PERSON: Watch = Watch {
    name: "deposits_need_a_person",
    unit: "deposits",
    means: (
        "有存证被对方以不可自动处理的理由退回或答复不符。",
        "A deposit was answered in a way that no retry can settle.",
    ),
    next_step: (
        "打开 /coverage 查看是哪一条，保留双方日志并联系该机构。",
        "Open /coverage to see which one, keep both logs and ask that organisation.",
    ),
    ..ROLLED_BACK
};

const COSIGNING_FAILS: Watch = Watch {
    name: "cosigning_fails",
    unit: "attempts",
    limit: 5,
    lasting: false,
    means: (
        "连续多次未能取得公证处的联署。",
        "Several attempts in a row to have the log cosigned have failed.",
    ),
    next_step: (
        "检查到公证处数据中心的网络和证书，并查看其 /readyz 与 /alarms。",
        "Check the network and certificates towards the notary data centre, and its /readyz and /alarms.",
    ),
};

/// Watches the worker that has the log cosigned.
pub fn watch_cosigning(alarms: &Alarms, gauges: &Arc<CosigningGauges>) {
    let counted = Arc::clone(gauges);
    alarms.watch(ROLLED_BACK, move || Some(u64::from(counted.is_rolled_back())));
    let counted = Arc::clone(gauges);
    alarms.watch(COSIGNING_FAILS, move || Some(counted.failures_in_a_row()));
}

/// Watches the workers that deposit; the sum over the custodians counts.
pub fn watch_deposits(alarms: &Alarms, gauges: Vec<Arc<CustodianGauges>>) {
    alarms.watch(NEEDS_A_PERSON, move || Some(gauges.iter().map(|one| one.alarms()).sum()));
}

#[cfg(test)]
mod tests {
    use heqi_service_kit::Metrics;
    use heqi_vocabulary::{Language, UtcMillis};

    use super::*;
    use crate::deposits::Step;

    fn at(seconds: i64) -> UtcMillis {
        UtcMillis::from_millis(1_800_000_000_000 + 1_000 * seconds).unwrap()
    }

    /// The names of what is raised, each with sentences in both languages.
    fn raised(alarms: &Alarms) -> Vec<&'static str> {
        let told = alarms.report(Language::En).into_iter().filter(|alarm| alarm.since.is_some());
        for alarm in alarms.report(Language::Zh).iter().filter(|alarm| alarm.since.is_some()) {
            let (means, next) = (alarm.means.unwrap(), alarm.next_step.unwrap());
            assert!(!means.is_ascii() && !next.is_ascii(), "{means} {next}");
        }
        told.map(|alarm| {
            assert!(alarm.means.unwrap().is_ascii() && alarm.next_step.unwrap().ends_with('.'));
            alarm.alarm
        })
        .collect()
    }

    #[test]
    fn cosigning_that_fails_again_and_again_raises_an_alarm_that_one_success_clears() {
        let alarms = Alarms::new(&Metrics::default());
        let gauges = Arc::new(CosigningGauges::default());
        watch_cosigning(&alarms, &gauges);
        for second in 0..5 {
            gauges.failed(false);
            alarms.look(at(second));
            assert_eq!(raised(&alarms), [""; 0], "after {} failures", second + 1);
        }
        gauges.failed(false);
        alarms.look(at(5));
        assert_eq!(raised(&alarms), [""; 0], "one look wakes nobody");
        alarms.look(at(6));
        assert_eq!(raised(&alarms), ["cosigning_fails"]);
        gauges.cosigned(7);
        alarms.look(at(7));
        assert_eq!(raised(&alarms), [""; 0]);
    }

    #[test]
    fn a_store_that_was_set_back_is_told_at_once_and_stays_told() {
        let alarms = Alarms::new(&Metrics::default());
        let gauges = Arc::new(CosigningGauges::default());
        watch_cosigning(&alarms, &gauges);
        gauges.failed(true);
        alarms.look(at(0));
        assert_eq!(raised(&alarms), ["log_rolled_back"]);
        gauges.cosigned(7);
        alarms.look(at(1));
        alarms.look(at(2));
        assert_eq!(raised(&alarms), ["log_rolled_back"]);
    }

    #[test]
    fn a_deposit_that_needs_a_person_at_either_custodian_is_told_at_once() {
        let alarms = Alarms::new(&Metrics::default());
        let gauges = [(); 2].map(|()| Arc::new(CustodianGauges::default()));
        watch_deposits(&alarms, gauges.to_vec());
        for one in &gauges {
            one.count(Step::Noted);
            one.count(Step::Later);
        }
        alarms.look(at(0));
        assert_eq!(raised(&alarms), [""; 0], "what is answered or waits needs nobody");
        gauges[1].count(Step::Alarm);
        alarms.look(at(1));
        assert_eq!(raised(&alarms), ["deposits_need_a_person"]);
        assert_eq!(alarms.report(Language::En)[0].value, Some(1));
        gauges[0].count(Step::Alarm);
        alarms.look(at(2));
        assert_eq!(alarms.report(Language::En)[0].value, Some(2), "the sum counts");
    }
}
