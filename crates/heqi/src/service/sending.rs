//! By what people are told, and in which words: gateway, mail server and templates, made from
//! settings once. Both organisations send messages.

use std::path::Path;
use std::sync::Arc;

use heqi_notify::signature::Secret;
use heqi_notify::{Channel, SmsGateway, SmtpChannel, SmtpSettings, Templates};
use heqi_vocabulary::Clock;
use zeroize::Zeroizing;

use super::ServiceError;
use crate::keys::KeyError;
use crate::settings::{EmailSettings, NotifySettings, SmsSettings, WaysSettings};

/// The secret that a gateway signs its reports with, if there is one.
pub(crate) fn report_secret(settings: &NotifySettings) -> Result<Option<Secret>, ServiceError> {
    settings.sms.as_ref().map(secret).transpose()
}

fn secret(settings: &SmsSettings) -> Result<Secret, ServiceError> {
    let text = read_secret(&settings.secret_file)?;
    Secret::parse(&text).map_err(|error| {
        ServiceError::Start(format!("{}: {error}", settings.secret_file.display()))
    })
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>, ServiceError> {
    let read = std::fs::read_to_string(path);
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    Ok(Zeroizing::new(read.map_err(unreadable)?.trim_end().to_owned()))
}

/// The channels there are, and the words of messages. What cannot work is refused now and not at
/// the first message.
pub(crate) fn ways(
    settings: &WaysSettings<'_>,
    http: reqwest::Client,
    clock: &Arc<dyn Clock>,
) -> Result<(Vec<Arc<dyn Channel>>, Templates), ServiceError> {
    let wrong = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    let mut templates = Templates::built_in(settings.sender_zh, settings.sender_en);
    for (purpose, by_language) in settings.templates {
        for (language, template) in by_language {
            let replaced = templates.replace(purpose, *language, template.clone());
            replaced.map_err(|error| wrong(&error))?;
        }
    }
    let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
    if let Some(sms) = settings.sms {
        let world = (http, clock.clone());
        let gateway = SmsGateway::new(&sms.name, &sms.url, secret(sms)?, sms.timeout_ms, world);
        channels.push(Arc::new(gateway));
    }
    if let Some(email) = settings.email {
        let channel = SmtpChannel::new(smtp(email)?).map_err(|error| wrong(&error))?;
        channels.push(Arc::new(channel));
    }
    Ok((channels, templates))
}

/// The mail server of these settings.
pub(super) fn smtp(settings: &EmailSettings) -> Result<SmtpSettings, ServiceError> {
    let password = settings.password_file.as_deref().map(read_secret).transpose()?;
    let roots = settings.roots_file.as_ref().map(std::fs::read).transpose();
    Ok(SmtpSettings {
        name: settings.name.clone(),
        host: settings.host.clone(),
        port: settings.port,
        security: settings.security,
        credentials: settings.username.clone().zip(password),
        from: settings.from.clone(),
        roots_pem: roots.map_err(|error| ServiceError::Start(error.to_string()))?,
        timeout_ms: settings.timeout_ms,
    })
}
