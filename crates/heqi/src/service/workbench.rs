//! The workbench of the office's staff: desk, press and seal by the settings.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use heqi_documents::{Office, OfficeNames, SealFace};
use heqi_evidence::anchors::{Base64, CertificateRoot, Validity};
use heqi_identity::Calendar;
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::register::Register;
use heqi_notary_center::Bench;
use heqi_notary_center::press::{PdfPress, SharedPress};
use heqi_pki::authority::TestSealAuthority;
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::timestamp::TimeRoot;
use heqi_providers::HttpRegister;
use heqi_providers::seal::{HttpSealKey, HttpStamper};
use heqi_sealed_pdf::SealKey;
use heqi_service_kit::system::SystemEntropy;
use heqi_service_kit::{Secret, Trust};
use heqi_vocabulary::{Clock, Digest, Entropy, UtcMillis};

use super::ServiceError;
use super::tls::NotaryTls;
use crate::keys;
use crate::settings::{NotarySettings, Numbers, Profile, WorkbenchSettings};

const SEAL_FILE: &str = "test-seal.pem";

/// The built-in seal: TEST ONLY, and its documents say so on each page.
fn test_seal(
    settings: &NotarySettings,
    name: &str,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<TestSealAuthority, ServiceError> {
    let file = settings.data_dir.join("keys").join(SEAL_FILE);
    Ok(keys::test_seal(&file, name, clock, entropy)?)
}

/// Roots of the office's seal, for the published anchors.
pub(crate) fn seal_roots(
    settings: &NotarySettings,
    validity: Validity,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<CertificateRoot>, ServiceError> {
    let Some(workbench) = &settings.workbench else { return Ok(Vec::new()) };
    let anchor = |der: &[u8], test_only| CertificateRoot {
        certificate: Base64(der.to_vec()),
        organisation: settings.organisation.clone(),
        test_only,
        validity,
    };
    if let Some(seal) = &workbench.seal {
        let roots = roots_of(&seal.roots_file)?;
        Ok(roots.iter().map(|root| anchor(root.certificate().der(), false)).collect())
    } else {
        let seal = test_seal(settings, &workbench.name, clock, entropy)?;
        Ok(vec![anchor(seal.root().der(), true)])
    }
}

/// The workbench, if the settings name one.
pub(crate) fn bench(
    settings: &NotarySettings,
    tls: &NotaryTls,
    clock: &Arc<dyn Clock>,
    entropy: &dyn Entropy,
) -> Result<Option<Bench>, ServiceError> {
    let Some(workbench) = &settings.workbench else { return Ok(None) };
    let press = press(settings, workbench, tls, clock, entropy)?;
    let desk = Desk {
        office_name: workbench.full_name.clone(),
        platform_name: workbench.platform_name.clone(),
        calendar: Arc::new(calendar(workbench.holidays_file.as_deref())?),
        register: register(workbench)?,
        series: workbench.series.clone(),
        tool: tool()?,
        workstations: workbench.workstations.clone(),
        press: press.map(|press| Arc::new(SharedPress::new(press)) as Arc<_>),
        check_url: format!("{}/check", workbench.public_url.trim_end_matches('/')),
    };
    Ok(Some(Bench {
        desk,
        names: names(workbench),
        telephone: workbench.telephone.clone(),
        workstation_addresses: addresses(workbench)?,
        secure_cookies: workbench.secure_cookies,
    }))
}

/// Days off: those that the program knows, and on top those of the office's file. A file that cannot be read stops the
/// start: last days would be told that are none.
fn calendar(file: Option<&Path>) -> Result<Calendar, ServiceError> {
    let known = Calendar::built_in();
    let Some(file) = file else { return Ok(known) };
    let failed = |error: &dyn std::fmt::Display| {
        ServiceError::Start(format!("[workbench] holidays_file: {error}"))
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    let later = Calendar::parse(&text).map_err(|error| failed(&error))?;
    Ok(known.with_years_of(later))
}

/// From where the registered computers come. With a name that is none of theirs, the one that was meant would
/// be known by its name alone.
fn addresses(workbench: &WorkbenchSettings) -> Result<BTreeMap<String, Vec<IpAddr>>, ServiceError> {
    let known = &workbench.workstation_addresses;
    let is_lacking = |(name, addresses): (&String, &Vec<IpAddr>)| {
        !workbench.workstations.contains(name) || addresses.is_empty()
    };
    if known.iter().any(is_lacking) {
        let what = "workstation_addresses: each name is one of workstations, with its addresses";
        return Err(ServiceError::Start(what.to_owned()));
    }
    Ok(known.clone())
}

/// Every name the office has had: each former one until its last day, the present one since.
fn names(workbench: &WorkbenchSettings) -> OfficeNames {
    let mut former = workbench.former_names.clone();
    former.sort_by_key(|one| one.until);
    let mut since = UtcMillis::from_millis(0).ok();
    let mut names = Vec::new();
    for one in former {
        names.extend(since.map(|since| (since, one.name)));
        // The day after, by the clocks of the office.
        let next = one.until.succ_opt();
        since = next.and_then(|day| UtcMillis::shanghai_midnight(day).ok());
    }
    names.extend(since.map(|since| (since, workbench.full_name.clone())));
    OfficeNames::new(names)
}

/// Where numbers come from. A register that is named and not asked, or asked and not named, is a mistake
/// of settings: numbers would come from somewhere else than the office believes.
fn register(workbench: &WorkbenchSettings) -> Result<Register, ServiceError> {
    let start = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    match (workbench.numbers, &workbench.register) {
        (Numbers::OwnSeries, None) => Ok(Register::OwnSeries),
        (Numbers::TypedIn, None) => Ok(Register::TypedIn),
        (Numbers::External, Some(register)) => {
            let token = keys::read_secret(&register.token_file)?;
            let token = Secret::new(token.trim_end().to_owned());
            let trust = peer_trust(register.tls.as_ref()).map_err(|error| start(&error))?;
            let register = HttpRegister::at(&register.url, token, &trust);
            Ok(Register::External(Arc::new(register.map_err(|error| start(&error))?)))
        }
        (Numbers::External, None) => {
            Err(start(&"numbers = \"external\": name the register in [workbench.register]"))
        }
        (_, Some(_)) => {
            Err(start(&"[workbench.register] is named and not asked: say numbers = \"external\""))
        }
    }
}

/// Without a time authority there is no press: nothing is issued without a good token.
fn press(
    settings: &NotarySettings,
    workbench: &WorkbenchSettings,
    tls: &NotaryTls,
    clock: &Arc<dyn Clock>,
    entropy: &dyn Entropy,
) -> Result<Option<PdfPress>, ServiceError> {
    let start = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    let peers = settings.time_authorities.first().zip(tls.time_authorities.first());
    let Some((peer, trust)) = peers else { return Ok(None) };
    let policy = peer.policy.as_deref().map(super::time::policy).transpose()?;
    let stamper = HttpStamper::at(&peer.url, trust, policy, Box::new(SystemEntropy));
    let time_roots = peer.roots.iter().map(|anchor| {
        TimeRoot::from_der(&anchor.certificate.0, anchor.test_only).map_err(|e| start(&e))
    });
    let (key, roots, face): (Arc<dyn SealKey>, _, _) = match &workbench.seal {
        Some(seal) => {
            let roots = roots_of(&seal.roots_file)?;
            let token = keys::read_secret(&seal.token_file)?;
            let token = Secret::new(token.trim_end().to_owned());
            let trust = peer_trust(seal.tls.as_ref()).map_err(|error| start(&error))?;
            let key = HttpSealKey::at(&seal.url, token, &trust, roots.clone());
            let key = Arc::new(key.map_err(|error| start(&error))?);
            (key, roots, SealFace::Licensed { lines: seal.lines.clone() })
        }
        None if settings.profile == Profile::Production => {
            let what =
                "the built-in seal is for demonstrations: name a seal service in [workbench.seal]";
            return Err(ServiceError::Start(what.to_owned()));
        }
        None => {
            let seal = test_seal(settings, &workbench.name, &**clock, entropy)?;
            let root = TrustedRoot::new(seal.root().clone(), true).map_err(|e| start(&e))?;
            (Arc::new(seal), vec![root], SealFace::Sample)
        }
    };
    Ok(Some(PdfPress {
        office: Office {
            full_name: workbench.full_name.clone(),
            name: workbench.name.clone(),
            address: workbench.address.clone(),
            telephone: workbench.telephone.clone(),
            seal: face,
        },
        key,
        stamper: Arc::new(stamper.map_err(|error| start(&error))?),
        roots,
        time_roots: time_roots.collect::<Result<_, _>>()?,
        clock: clock.clone(),
    }))
}

fn peer_trust(
    tls: Option<&heqi_service_kit::tls::PeerTlsSettings>,
) -> Result<Trust, heqi_service_kit::tls::TlsFileError> {
    Ok(match tls {
        None => Trust::Nobody,
        Some(tls) => {
            Trust::Peer { peer: Arc::new(heqi_service_kit::tls::Peer::load(tls)?), identity: None }
        }
    })
}

fn roots_of(file: &Path) -> Result<Vec<TrustedRoot>, ServiceError> {
    let failed = |error: &dyn std::fmt::Display| {
        ServiceError::Start(format!("the roots of the seal: {error}"))
    };
    let pem = keys::read_secret(file)?;
    let chain = CertificateChain::from_pem(&pem).map_err(|error| failed(&error))?;
    let roots = chain.certificates().map(|root| TrustedRoot::new(root.clone(), false));
    roots.collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))
}

/// The running program, by its digest: what a working record names.
fn tool() -> Result<Tool, ServiceError> {
    let failed = |error: std::io::Error| ServiceError::Start(error.to_string());
    let path = std::env::current_exe().map_err(failed)?;
    // The program carries fonts and is large: it is not held as a whole to be hashed.
    let mut program = std::fs::File::open(path).map_err(failed)?;
    let sha256 = Digest::of_all(&mut program).map_err(failed)?;
    Ok(Tool { name: format!("heqi {}", env!("CARGO_PKG_VERSION")), sha256 })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> Result<Calendar, ServiceError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        calendar(Some(file.path()))
    }

    #[test]
    fn edge_case_49_days_off_of_a_later_year_come_from_the_offices_file() {
        let known = calendar(None).unwrap();
        assert_eq!(known, Calendar::built_in());
        let next = known.last_known_year().unwrap() + 1;
        let later = read(&format!("# announced in November\n{next} rest 0101-0103\n")).unwrap();
        assert_eq!(later.last_known_year(), Some(next));
        let new_year = chrono::NaiveDate::from_ymd_opt(next, 1, 1).unwrap();
        assert!(!later.is_working_day(new_year));
    }

    #[test]
    fn a_calendar_that_cannot_be_read_stops_the_start_and_names_its_line() {
        let refused = read("2027 rest 0101\n2028 on holiday\n").unwrap_err().to_string();
        assert!(refused.contains("holidays_file") && refused.contains("line 2"), "{refused}");
        let missing = tempfile::tempdir().unwrap().path().join("holidays.txt");
        let refused = calendar(Some(&missing)).unwrap_err().to_string();
        assert!(refused.contains("holidays_file"), "{refused}");
    }

    fn told(known: &Value) -> Result<BTreeMap<String, Vec<IpAddr>>, ServiceError> {
        let settings = json!({
            "full_name": "浙江省杭州市示例公证处",
            "name": "杭州市示例公证处",
            "address": "浙江省杭州市示例路1号",
            "telephone": "0571-0000220",
            "platform_name": "示例商事文签平台",
            "series": { "office": "浙杭示", "category": "经" },
            "workstations": ["一号机", "二号机"],
            "workstation_addresses": known,
            "public_url": "https://notary.example",
        });
        addresses(&serde_json::from_value(settings).unwrap())
    }

    #[test]
    fn a_computer_that_is_not_registered_or_without_an_address_ends_the_start() {
        let known = told(&json!({ "一号机": ["192.0.2.17", "2001:db8::17"] })).unwrap();
        assert_eq!(known["一号机"].len(), 2);
        assert!(told(&json!({})).unwrap().is_empty());
        for slip in [json!({ "一号": ["192.0.2.17"] }), json!({ "一号机": [] })] {
            let refused = told(&slip).unwrap_err().to_string();
            assert!(refused.contains("workstation_addresses"), "{refused}");
        }
    }
}
