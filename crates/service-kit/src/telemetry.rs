//! Log lines. What a line may say is written in `docs/LOGGING.md`.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object per line, for collectors.
    Json,
}

/// The `telemetry` table of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct TelemetrySettings {
    /// How lines are written.
    pub format: LogFormat,
    /// Which lines are written, in the directives of `tracing-subscriber`.
    pub filter: String,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info".to_owned() }
    }
}

/// Why nothing is logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The filter is not a list of directives.
    #[error("the telemetry filter is not a list of directives such as info,heqi_api=debug")]
    Filter(#[from] ParseError),
    /// Somebody has already said where lines go.
    #[error("log lines already have a destination")]
    AlreadySet(#[from] TryInitError),
}

/// Sends the log lines of this process to standard error. Standard output belongs to what a
/// command answers.
///
/// # Errors
/// A filter that cannot be read, or a second call.
pub fn init(settings: &TelemetrySettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Text => lines.finish().try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_and_a_second_destination_too() {
        let bad = TelemetrySettings { filter: "heqi=loud".into(), ..Default::default() };
        assert!(matches!(init(&bad), Err(TelemetryError::Filter(_))));
        let json = TelemetrySettings { format: LogFormat::Json, ..Default::default() };
        init(&json).unwrap();
        let text = TelemetrySettings::default();
        assert!(matches!(init(&text), Err(TelemetryError::AlreadySet(_))));
    }
}
