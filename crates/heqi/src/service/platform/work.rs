//! What the platform does behind its answers: stamping, cosigning, deposits, comparison, applications.

use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::key_change::KeyRole;
use heqi_notary_sync::alarms::{watch_cosigning, watch_deposits};
use heqi_notary_sync::gauges::{CosigningGauges, CustodianGauges};
use heqi_notary_sync::{Cosigners, WorkerSettings, run_cosigning, run_deposits, run_stamping};
use heqi_registration::receipt::Flag;
use heqi_registration::{Custodian, Platform};
use heqi_service_kit::Alarms;
use heqi_service_kit::lifecycle::TaskGroup;
use heqi_vocabulary::{Clock, Entropy};
use tokio::sync::Notify;

use super::peers::{client_with, links};
use crate::keys::succession::Succession;
use crate::service::applications::{CarriedByHttp, run_applications};
use crate::service::reconciling::{Kept, PlatformsHalves, run_reconciling};
use crate::service::renewing::run_renewals;
use crate::service::tls::PlatformTls;
use crate::service::{ServiceError, time};
use crate::settings::PlatformSettings;

pub(super) fn work(
    platform: &Arc<Platform>,
    settings: &PlatformSettings,
    tls: &PlatformTls,
    (clock, entropy): (&Arc<dyn Clock>, &Arc<dyn Entropy>),
    demand: Arc<Notify>,
    alarms: &Alarms,
) -> Result<TaskGroup, ServiceError> {
    let mut group = TaskGroup::new();
    let mut stamping = time::stamping(
        platform.shared_backend(),
        (clock, platform.peer_clock()),
        entropy,
        (&settings.time_authorities, &tls.time_authorities),
        &settings.stamping,
    )?;
    stamping.demand = demand;
    let waited_for = platform.clone();
    let says_next = move |at| waited_for.next_tries().note(Flag::Timestamped, at);
    stamping.says_next = Some(Arc::new(says_next));
    group.spawn("stamping", run_stamping(stamping, group.shutdown()));
    let renewing = run_renewals(platform.clone(), settings.renewal, group.shutdown());
    group.spawn("renewals", renewing);
    let mut depositing = Vec::new();
    let worker = WorkerSettings::default();
    let known = Succession::load(&settings.data_dir.join("keys"))?;
    for link in links(settings, tls)? {
        if link.custodian == Custodian::DataCentre {
            let halves = PlatformsHalves {
                platform: platform.clone(),
                client: link.client.clone(),
                peer_log: settings.witnessed_logs.first().and_then(|key| {
                    // The log that goes on, where one took the place of another.
                    let line = known.all_note_keys(KeyRole::Log, &key.0);
                    Some(line.last()?.name().clone().into())
                }),
            };
            let kept = Kept {
                backend: platform.shared_backend(),
                clock: clock.clone(),
                every: Duration::from_secs(settings.reconcile_every_s.max(10)),
            };
            let comparing = run_reconciling(kept, halves, group.shutdown());
            group.spawn("reconciliation", comparing);
        }
        if link.custodian == Custodian::DataCentre && settings.regulator.applicant.is_some() {
            let peer = &settings.data_centre;
            let key = settings.regulator.api_key_file.as_ref().ok_or_else(|| {
                ServiceError::Start("regulator.applicant needs regulator.api_key_file".to_owned())
            })?;
            let desk = CarriedByHttp(client_with(&tls.data_centre, peer, key)?);
            let carrying = run_applications(platform.clone(), desk, group.shutdown());
            group.spawn("applications", carrying);
        }
        if let (Custodian::DataCentre, Some(witness), Some(mirror)) =
            (link.custodian, &settings.data_centre.witness_vkey, &settings.data_centre.mirror_vkey)
        {
            let cosigners = Cosigners {
                witness: link.client.witness(),
                witness_keys: known.all_note_keys(KeyRole::Witness, &witness.0),
                mirror: link.client.mirror(),
                mirror_keys: known.all_note_keys(KeyRole::Mirror, &mirror.0),
            };
            let gauges = Arc::new(CosigningGauges::default());
            watch_cosigning(alarms, &gauges);
            let stop = group.shutdown();
            group.spawn(
                "cosigning",
                run_cosigning(platform.clone(), cosigners, worker, gauges, stop),
            );
        }
        let gauges = Arc::new(CustodianGauges::default());
        depositing.push(gauges.clone());
        let stop = group.shutdown();
        group.spawn(
            link.custodian.as_str(),
            run_deposits(platform.clone(), link, worker, gauges, stop),
        );
    }
    watch_deposits(alarms, depositing);
    Ok(group)
}
