//! Log lines. What a line may say is written in `docs/LOGGING.md`.

use serde::Deserialize;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, ParseError, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer as _, registry};

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
    let wanted = EnvFilter::try_new(&settings.filter)?;
    // Without a hint every line of others' crates is offered and refused again: sled alone has dozens for each row.
    let most = wanted.max_level_hint().unwrap_or(LevelFilter::TRACE);
    let filter = wanted.and(filter_fn(may_be_written).with_max_level_hint(most));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match settings.format {
        LogFormat::Text => registry().with(lines.with_filter(filter)).try_init()?,
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_filter(filter);
            registry().with(lines).try_init()?;
        }
    }
    crate::panics::tell_place_only();
    Ok(())
}

/// Others' crates log what callers sent, below `warn`: actix-web quotes the path of a request
/// whose parts it cannot read. Nobody's filter brings such lines back.
fn may_be_written(line: &Metadata<'_>) -> bool {
    is_told(line.target(), *line.level())
}

fn is_told(target: &str, level: Level) -> bool {
    let is_ours = target.split("::").next().is_some_and(|name| name.starts_with("heqi"));
    let least = if target == NOTHING_TO_DO { Level::ERROR } else { Level::WARN };
    is_ours || level <= least
}

/// Warns, under load, of merges that were thrown away and are made again by themselves: nobody has to do anything
/// (`crates/search/src/index.rs` says why).
const NOTHING_TO_DO: &str = "tantivy::indexer::segment_manager";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_crates_are_heard_from_a_warning_on_and_one_of_them_from_an_error_on() {
        assert!(is_told("heqi_api::routes", Level::TRACE));
        assert!(
            is_told("sled::pagecache", Level::WARN) && !is_told("sled::pagecache", Level::INFO)
        );
        assert!(is_told("tantivy::indexer::segment_updater", Level::WARN));
        assert!(is_told(NOTHING_TO_DO, Level::ERROR) && !is_told(NOTHING_TO_DO, Level::WARN));
    }

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
