//! The files with keys, tokens and passwords that the settings of a service name.

use std::path::PathBuf;

use super::super::Finding;
use crate::settings::{NotarySettings, PlatformSettings};

/// Those of a platform.
pub(super) fn of_platform(settings: &PlatformSettings) -> Vec<PathBuf> {
    let peers = [&settings.data_centre, &settings.preservation];
    let mut files: Vec<PathBuf> = peers.map(|peer| peer.api_key_file.clone()).to_vec();
    files.extend(settings.regulator.api_key_file.clone());
    files.extend(settings.certificate_authority.as_ref().map(|one| one.token_file.clone()));
    let sms = settings.notify.as_ref().and_then(|notify| notify.sms.as_ref());
    files.extend(sms.map(|sms| sms.secret_file.clone()));
    let email = settings.notify.as_ref().and_then(|notify| notify.email.as_ref());
    files.extend(email.and_then(|email| email.password_file.clone()));
    files.extend(settings.alarm_delivery.webhook.as_ref().map(|one| one.secret_file.clone()));
    let identity = &settings.identity;
    let providers = [&identity.real_name, &identity.portrait, &identity.registry, &identity.seal];
    files.extend(providers.into_iter().flatten().map(|one| one.token_file.clone()));
    files
}

/// Those of a custodian.
pub(super) fn of_custodian(settings: &NotarySettings) -> Vec<PathBuf> {
    let platform = &settings.platform;
    let mut files = vec![platform.api_key_file.clone()];
    files.extend(settings.legal_hold_key_file.clone());
    files.extend(platform.recovery_key_file.clone());
    files.extend(platform.applications_key_file.clone());
    if let Some(workbench) = &settings.workbench {
        files.extend(workbench.register.as_ref().map(|one| one.token_file.clone()));
        files.extend(workbench.seal.as_ref().map(|one| one.token_file.clone()));
    }
    if let Some(people) = &settings.people {
        files.extend(people.sms.as_ref().map(|sms| sms.secret_file.clone()));
        files.extend(people.email.as_ref().and_then(|email| email.password_file.clone()));
    }
    files.extend(settings.alarm_delivery.webhook.as_ref().map(|one| one.secret_file.clone()));
    files
}

/// Whether each can be found; which is not, is said by its name and nothing of what is in it.
pub(super) fn are_there(files: &[PathBuf]) -> Finding {
    let missing: Vec<String> = files
        .iter()
        .filter(|file| !file.is_file())
        .map(|file| file.display().to_string())
        .collect();
    let (zh, en) = if missing.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("，缺少 {}", missing.join("、")), format!("; missing: {}", missing.join(", ")))
    };
    Finding::of(
        missing.is_empty(),
        format!("设置中指定的密钥、令牌和口令文件齐全{zh}"),
        format!("the files with keys, tokens and passwords that the settings name are there{en}"),
        (
            "请把文件放到设置指定的位置，并执行 chmod 600。",
            "Put each where the settings have it, and run chmod 600 on it.",
        ),
    )
}
