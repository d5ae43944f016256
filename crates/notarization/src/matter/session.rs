//! The extraction session over the store: opened by two persons with a fresh second factor
//! each, six acts, each done now by the machine and written down at once.

use heqi_evidence::canonical;
use heqi_evidence_store::object::put_sealed;
use heqi_vocabulary::Digest;
use serde_json::{Value, json};

use super::act::{Attempts, Desk, Opened, act, open};
use super::embedded::embedded;
use super::error::MatterError;
use super::examine::{Examined, examine_held};
use super::extraction::{Act, Extraction, Line};
use super::form::text;
use super::number::ApplicationNo;
use super::screen::{Screen, ScreenSheet, screen_context};
use super::step::StepKind;
use crate::deposited::{NUMBERS, deposit};
use crate::office::NotaryOffice;
use crate::staff::{FreshFactor, Officer, officer_name};

mod environment;

pub use environment::{ClockBeside, ClockOf};

/// What opens a session.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct OpenSession {
    /// The responsible notary, who has just shown the second factor.
    pub notary: FreshFactor,
    /// The member of staff beside, who has too.
    pub second: FreshFactor,
    /// The registered computer.
    pub workstation: String,
    /// Where it stands.
    pub place: String,
}

/// Opens a session.
pub async fn open_session(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
    command: OpenSession,
) -> Result<(), MatterError> {
    let OpenSession { notary, second, workstation, place } = command;
    let place = text(&place).ok_or(MatterError::Text)?;
    if !desk.workstations.contains(&workstation) {
        return Err(MatterError::Workstation);
    }
    let (by, beside) = (notary.officer().clone(), second.officer().clone());
    act(office, no, &by, StepKind::ExtractionOpened, |opened| {
        opened.matter.may_extract(&by, &beside)?;
        let session = Extraction::open(opened.now, by.account, beside.account, workstation.clone());
        opened.matter.open_extraction(session);
        opened.content.place.clone_from(&place);
        opened.content.outputs.clear();
        Ok((format!("{workstation} · {place} · beside: {}", beside.account), ()))
    })
    .await
}

/// Does the next act of the open session, and keeps the page that is shown for it. An act that did not
/// come out as it should ends the session, and a digest that differs quarantines the matter. `clock` is
/// how the office's clock stands beside the one that is furthest from it, where anybody compares them.
pub async fn press_button(
    office: &NotaryOffice,
    desk: &Desk,
    no: ApplicationNo,
    (by, what, screen): (&Officer, Act, &dyn Screen),
    clock: Option<ClockBeside>,
) -> Result<Pressed, MatterError> {
    let opened = open(office, no).await?;
    opened.matter.may_act(by, what)?;
    let done = perform(office, desk, &opened, (what, clock)).await?;
    let people = people_of(office, &opened).await?;
    drop(opened);
    let mut attempts = Attempts::default();
    loop {
        let mut opened = open(office, no).await?;
        opened.matter.may_act(by, what)?;
        let output = canonical::to_bytes(&done.output)?;
        let line = Line {
            act: what,
            at: opened.now,
            by: by.account,
            passed: done.passed,
            tool_sha256: desk.tool.sha256,
            output_sha256: Digest::of(&output),
            screen_sha256: None,
        };
        let output = String::from_utf8_lossy(&output).into_owned();
        let page = screen.show(&sheet_of(desk, &opened, (&line, &people, &output)));
        let screen_sha256 = Digest::of(&page);
        let context = screen_context(no);
        let kept = put_sealed(office.store(), opened.key(), &context, &page, office.entropy())?;
        opened.matter.screens.push((screen_sha256, kept.reference()));
        opened.matter.acted(Line { screen_sha256: Some(screen_sha256), ..line });
        opened.content.outputs.push(output.chars().take(MAX_OUTPUT).collect());
        if let Some(examined) = &done.examined {
            opened.content.facts = examined.facts.clone();
            opened.matter.objections = examined.objections;
        }
        if let Some(bytes) = &done.package {
            let context = package_context(no);
            let pending =
                put_sealed(office.store(), opened.key(), &context, bytes, office.entropy())?;
            opened.matter.package = Some((Digest::of(bytes), pending.reference()));
        }
        let outcome = if done.passed { "passed" } else { "failed" };
        let said = format!("{} {outcome} screen sha256 {screen_sha256}", what.as_str());
        let changes = opened.write(&by.acted(), StepKind::ExtractionAct, &said)?;
        if attempts.commit(office, changes).await? {
            return Ok(Pressed { passed: done.passed, screen_sha256 });
        }
    }
}

/// What a button did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an answer, read whole")]
pub struct Pressed {
    /// Whether it came out as it should.
    pub passed: bool,
    /// The page that was shown ([`super::screen::screen_file`]).
    pub screen_sha256: Digest,
}

async fn people_of(office: &NotaryOffice, opened: &Opened<'_>) -> Result<[String; 2], MatterError> {
    let session = opened.matter.extraction().ok_or(super::state::Rule::NoExtraction)?;
    let name =
        |account| async move { officer_name(office, account).await.map_err(MatterError::from) };
    Ok([name(session.notary()).await?, name(session.second()).await?])
}

fn sheet_of(
    desk: &Desk,
    opened: &Opened<'_>,
    (line, people, output): (&Line, &[String; 2], &str),
) -> ScreenSheet {
    let session = opened.matter.extraction();
    ScreenSheet {
        application: opened.matter.no(),
        act: line.act,
        place: session.map_or(0, |one| one.lines().len()) + 1,
        at: line.at,
        people: people.clone(),
        workstation: session.map(|one| one.workstation().to_owned()).unwrap_or_default(),
        room: opened.content.place.clone(),
        tool: desk.tool.clone(),
        passed: line.passed,
        output: output.to_owned(),
        output_sha256: line.output_sha256,
    }
}

/// The longest output that is kept word for word, in characters.
const MAX_OUTPUT: usize = 2_000;

/// What the sealed evidence package is, so that no object can be passed off as it.
pub(crate) fn package_context(no: ApplicationNo) -> String {
    format!("matter-package/{no}")
}

/// What an act gave out.
struct Done {
    passed: bool,
    output: Value,
    examined: Option<Examined>,
    package: Option<Vec<u8>>,
}

async fn perform(
    office: &NotaryOffice,
    desk: &Desk,
    opened: &Opened<'_>,
    (what, clock): (Act, Option<ClockBeside>),
) -> Result<Done, MatterError> {
    let matter = &opened.matter;
    let plain = |passed, output| Done { passed, output, examined: None, package: None };
    match what {
        Act::CleanEnvironment => {
            let (passed, output) = environment::check(office, desk, (opened, clock.as_ref()))?;
            Ok(plain(passed, output))
        }
        Act::Search => {
            let key = NUMBERS.durable_row(office.store(), &matter.deposit_no).await?;
            let is_it = key.is_some_and(|row| row.value == matter.deposit);
            let row = deposit(office, &matter.deposit).await?;
            let output = json!({
                "deposit": matter.deposit_no.to_string(),
                "received_at": row.as_ref().map(|row| row.received_at.to_string()),
                "record": matter.record_id.to_string(),
                "parts": row.as_ref().map_or(0, |row| row.parts.len()),
            });
            Ok(plain(is_it && row.is_some(), output))
        }
        Act::Extract | Act::Recompute | Act::Verify | Act::Seal => {
            let examined = examine_held(office, &matter.deposit, matter.submitted_at).await?;
            of_examined(what, opened, examined)
        }
    }
}

fn of_examined(what: Act, opened: &Opened<'_>, examined: Examined) -> Result<Done, MatterError> {
    let parts = serde_json::to_value(&examined.facts.parts)
        .map_err(|error| MatterError::Broken(error.to_string()))?;
    match what {
        Act::Extract => {
            let sizes: Vec<Value> = examined
                .facts
                .parts
                .iter()
                .map(|part| json!({ "name": part.name, "size_bytes": part.size_bytes }))
                .collect();
            let passed = examined.bundle.is_some();
            let output = json!({ "extracted": sizes });
            Ok(Done { passed, output, examined: Some(examined), package: None })
        }
        Act::Recompute => {
            let passed = examined.digests_agree;
            let output = json!({ "agree": passed, "parts": parts });
            Ok(Done { passed, output, examined: Some(examined), package: None })
        }
        Act::Verify => {
            let claims: Vec<Value> = examined
                .claims
                .iter()
                .map(
                    |(name, status, code)| json!({ "claim": name, "code": code, "status": status }),
                )
                .collect();
            let contradicted =
                examined.claims.iter().any(|(_, status, _)| status == "contradicted");
            let output = json!({ "claims": claims });
            Ok(Done { passed: !contradicted, output, examined: Some(examined), package: None })
        }
        _ => {
            let applicant = opened.matter.applicant();
            let held = examined.bundle.as_ref();
            let package = held.map(|held| embedded(held, applicant)).transpose()?;
            let passed = package.is_some() && examined.digests_agree;
            let sha256 = package.as_deref().map(|bytes| Digest::of(bytes).to_string());
            let output = json!({
                "deposit": opened.matter.deposit_no.to_string(),
                // Every other part is taken as it was deposited; `embedded` closes what an applicant may not read.
                "log_proof_made_anew": examined.is_proof_anew,
                "package_sha256": sha256,
                "size_bytes": package.as_deref().map_or(0, <[u8]>::len),
            });
            Ok(Done { passed, output, examined: Some(examined), package })
        }
    }
}

/// The sealed package of a matter, opened: what the certificate embeds.
pub(crate) async fn package(
    office: &NotaryOffice,
    opened: &Opened<'_>,
) -> Result<Vec<u8>, MatterError> {
    let (sha256, object) =
        opened.matter.package.ok_or(MatterError::Rule(super::state::Rule::NoExtraction))?;
    let context = package_context(opened.matter.no);
    let bytes = heqi_evidence_store::object::open_sealed(office.store(), &object, &context).await?;
    if Digest::of(&bytes) == sha256 {
        Ok(bytes.to_vec())
    } else {
        Err(MatterError::Rule(super::state::Rule::Quarantined))
    }
}
