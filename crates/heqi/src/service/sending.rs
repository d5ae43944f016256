//! By what people are told, and in which words: gateway, mail server and templates, made from
//! settings once. Both organisations send messages.

use std::path::Path;
use std::sync::Arc;

use heqi_notify::signature::Secret;
use heqi_notify::{Channel, SmsGateway, SmtpChannel, SmtpSettings, Templates};
use heqi_vocabulary::{Clock, MessageChannel};
use zeroize::Zeroizing;

use super::ServiceError;
use crate::keys::KeyError;
use crate::settings::{EmailSettings, NotifySettings, WaysSettings};

/// The secret that requests to a gateway are signed with, if there is one.
pub(crate) fn gateway_secret(settings: &NotifySettings) -> Result<Option<Secret>, ServiceError> {
    settings.sms.as_ref().map(|sms| secret(&sms.secret_file)).transpose()
}

/// What those who report of messages sign with. A secret for two ways would let one of them report of
/// the other.
pub(crate) fn report_secrets(
    settings: &NotifySettings,
) -> Result<Vec<(MessageChannel, Secret)>, ServiceError> {
    let gateway = settings.sms.as_ref().map(|sms| &sms.secret_file);
    let mail = settings.mail_report_secret_file.as_ref();
    if let (Some(gateway), Some(mail)) = (gateway, mail)
        && read_secret(gateway)? == read_secret(mail)?
    {
        return Err(ServiceError::Start(
            "[notify] mail_report_secret_file: reports of mail need a secret of their own, not the gateway's".to_owned(),
        ));
    }
    let ways = [(MessageChannel::Sms, gateway), (MessageChannel::Email, mail)];
    let named = ways.into_iter().filter_map(|(way, file)| file.map(|file| (way, file)));
    named.map(|(way, file)| Ok((way, secret(file)?))).collect()
}

fn secret(file: &Path) -> Result<Secret, ServiceError> {
    let text = read_secret(file)?;
    Secret::parse(&text)
        .map_err(|error| ServiceError::Start(format!("{}: {error}", file.display())))
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
        let gateway =
            SmsGateway::new(&sms.name, &sms.url, secret(&sms.secret_file)?, sms.timeout_ms, world);
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::json;

    use super::*;

    fn secret_file(byte: u8) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "{}", Secret::write(&[byte; 32]).as_str()).unwrap();
        file
    }

    fn reporting(gateway: &Path, mail: Option<&Path>) -> NotifySettings {
        let settings = json!({
            "public_url": "https://sign.example", "sender_zh": "示例", "sender_en": "Example",
            "sms": { "name": "gateway", "url": "https://sms.example", "secret_file": gateway },
            "mail_report_secret_file": mail,
        });
        serde_json::from_value(settings).unwrap()
    }

    fn ways_of(settings: &NotifySettings) -> Result<Vec<MessageChannel>, ServiceError> {
        Ok(report_secrets(settings)?.into_iter().map(|(way, _)| way).collect())
    }

    #[test]
    fn mail_is_reported_of_with_a_secret_of_its_own() {
        let [gateway, mail] = [1, 2].map(secret_file);
        let both = reporting(gateway.path(), Some(mail.path()));
        assert_eq!(ways_of(&both).unwrap(), [MessageChannel::Sms, MessageChannel::Email]);
        let alone = reporting(gateway.path(), None);
        assert_eq!(ways_of(&alone).unwrap(), [MessageChannel::Sms]);
        let shared = reporting(gateway.path(), Some(gateway.path()));
        let refused = ways_of(&shared).unwrap_err().to_string();
        assert!(refused.contains("a secret of their own"), "{refused}");
    }
}
