//! One program for everything: the demo, each organisation's service, the offline
//! verifier, and the tools to look after them.
//!
//! What this is: composition. It reads settings and keys, opens stores, starts services
//! on listeners, and speaks to the terminal.
//!
//! What this is not: rules, formats or routes; those are in the crates it puts together.
//!
//! - `cli`: the command line
//! - `settings`, `keys`: what stands in files
//! - `service`: one organisation's service from its settings
//! - `world`: all organisations on one machine, for demo and load
//! - `client`, `photo`: a client of the platform and a simulated device
//! - `demo`, `load`, `commands`: the jobs

mod cli;
mod client;
mod commands;
mod core_dumps;
mod demo;
mod keys;
mod load;
mod photo;
mod service;
mod settings;
mod world;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use heqi_service_kit::settings::{self as settings_of, Environment};
use heqi_service_kit::system::{SystemClock, SystemEntropy};
use heqi_service_kit::telemetry::{self, TelemetrySettings};
use heqi_vocabulary::{Clock, Entropy, Language};

use heqi_evidence::key_change::KeyChangeReason;

use cli::{Cli, Command, DemoAction, DemoArgs, KeysAction};

/// Exit status of a command that could not do its job.
const FAILED: u8 = 1;

/// Reads the command line, runs one job, says how it ended.
pub fn run() -> ExitCode {
    core_dumps::turn_off();
    let cli = Cli::parse();
    let result = match cli.command {
        None => demo(&cli.demo),
        Some(Command::Demo { args, action: None }) => demo(&args),
        Some(Command::Demo { action: Some(DemoAction::Tamper { data_dir, lang }), .. }) => {
            tamper(&data_dir, language(lang))
        }
        Some(Command::Verify(args)) => {
            return ExitCode::from(heqi_verify::run(&args, &mut io::stdout(), &mut io::stderr()));
        }
        Some(Command::Report(args)) => commands::report::run(&args, &SystemClock),
        Some(Command::Monitor(args)) => in_runtime(async move {
            let entropy = Arc::new(SystemEntropy);
            Ok(heqi_monitor::run(&args, &SystemClock, entropy, &mut io::stdout()).await)
        }),
        Some(Command::Platform(args)) => commands::serve::platform(args.config.as_deref()),
        Some(Command::Notary(args)) => commands::serve::notary(args.config.as_deref()),
        Some(Command::TimeAuthority(args)) => {
            commands::serve::time_authority(args.config.as_deref())
        }
        Some(Command::Sync(args)) => commands::serve::sync(args.config.as_deref()),
        Some(Command::Doctor(args)) => in_runtime(async {
            let language = language(args.lang);
            let mut out = io::stdout();
            let (clock, entropy) = machine();
            let healthy =
                commands::doctor::run(&args, language, (&*clock, &*entropy), &mut out).await?;
            Ok(u8::from(!healthy))
        }),
        Some(Command::Store { action }) => commands::store::run(&action, &mut io::stdout()),
        Some(Command::Admin { action }) => commands::admin::run(&action),
        Some(Command::Recover { action }) => commands::recover::run(&action),
        Some(Command::ChainForks(args)) => commands::chain_forks::run(&args),
        Some(Command::Keys { action }) => keys_command(&action),
        Some(Command::Load(args)) => quiet().and_then(|()| {
            in_runtime(async {
                load::run(&args, &mut io::stdout()).await?;
                Ok(0)
            })
        }),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            let _ = writeln!(io::stderr(), "heqi: {}", commands::chain_of(&*error));
            ExitCode::from(FAILED)
        }
    }
}

/// How every job ends: an exit status, or an error for the terminal.
pub(crate) type JobResult = Result<u8, Box<dyn std::error::Error + Send + Sync>>;

fn demo(args: &DemoArgs) -> JobResult {
    quiet()?;
    in_runtime(async { Ok(demo::stage::run(args, language(args.lang), &mut io::stdout()).await?) })
}

fn tamper(data_dir: &Path, language: Language) -> JobResult {
    let manifest = demo::manifest::Manifest::read(data_dir)?;
    let all_found = demo::tamper::run(
        data_dir,
        &manifest.bundle_path,
        &manifest.anchors_path,
        language,
        &mut io::stdout(),
    )?;
    Ok(u8::from(!all_found))
}

fn keys_command(action: &KeysAction) -> JobResult {
    let mut out = io::stdout();
    match action {
        KeysAction::Generate { organisation, name, dir } => commands::keys::generate(
            *organisation,
            name,
            dir,
            &SystemClock as &dyn Clock,
            &SystemEntropy as &dyn Entropy,
            &mut out,
        )?,
        KeysAction::Show { dir } => commands::keys::show(dir, &SystemEntropy, &mut out)?,
        KeysAction::Rotate { role, data, overlap_hours, compromised, finish, yes } => {
            let (clock, entropy) = machine();
            let reason =
                if *compromised { KeyChangeReason::Compromise } else { KeyChangeReason::Scheduled };
            let rotation = commands::keys::rotate::Rotation {
                role: *role,
                data_dir: data,
                overlap_hours: *overlap_hours,
                reason,
                finish: *finish,
                yes: *yes,
                clock,
                entropy,
            };
            return in_runtime(async {
                rotation.run(&mut out).await?;
                Ok(0)
            });
        }
        KeysAction::Tls { data, names, root, days, yes } => {
            let issuing = commands::keys::tls::Issuing {
                data_dir: data,
                names,
                root: root.as_deref(),
                days: *days,
                yes: *yes,
            };
            issuing.run(&SystemClock, &mut out)?;
        }
        KeysAction::Accept { statement, data, yes } => {
            let (_, entropy) = machine();
            in_runtime(async {
                commands::keys::accept::accept(statement, data, *yes, &entropy, &mut out).await?;
                Ok(0)
            })?;
        }
        KeysAction::Distrust { key, from, data, anchors, out: to, yes } => {
            let asked = commands::keys::accept::Distrust {
                key,
                from: *from,
                data_dir: data,
                anchors: anchors.as_deref().zip(to.as_deref()),
                yes: *yes,
            };
            commands::keys::accept::distrust(&asked, &SystemClock, &SystemEntropy, &mut out)?;
        }
    }
    Ok(0)
}

/// The language asked for, else the one of the terminal's locale.
fn language(asked: Option<Language>) -> Language {
    asked.unwrap_or_else(|| {
        Environment::terminal_locale().map_or(Language::Zh, |locale| Language::preferred(&locale))
    })
}

/// The demo and the load generator speak for themselves: their services log warnings only,
/// unless the environment asks for more.
fn quiet() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    #[derive(serde::Deserialize)]
    struct Quiet {
        telemetry: TelemetrySettings,
    }
    let environment = Environment::of_process()?.of_table("telemetry");
    let asked: Quiet = settings_of::read(
        "[telemetry]\nfilter = \"warn,heqi_notify::sms=error\"",
        "demo",
        &environment,
    )?;
    Ok(telemetry::init(&asked.telemetry)?)
}

/// Runs a job on a runtime of its own.
pub(crate) fn in_runtime(job: impl Future<Output = JobResult>) -> JobResult {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(job)
}

/// What services take from the machine.
pub(crate) fn machine() -> (Arc<dyn Clock>, Arc<dyn Entropy>) {
    (Arc::new(SystemClock), Arc::new(SystemEntropy))
}
