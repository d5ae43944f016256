//! The officers of the demo: accounts of registry, handler's firm and operator with passwords that everybody may know,
//! and authenticators whose codes the guide shows.

use std::collections::BTreeSet;
use std::path::Path;

use heqi_filing::{Office, OfficeKind};
use heqi_identity::person_name::PersonNameError;
use heqi_notarization::NotaryOffice;
use heqi_notarization::staff::{
    CreateOfficer, OfficeRole, OfficeStaffError, accounts, create_officer, enrol_officer,
    reset_officer,
};
use heqi_registration::Platform;
use heqi_registration::contacts::IdNumber;
use heqi_registration::regulator::apply::Applicant;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{
    CreateStaff, LoginNameError, StaffError, bind_handler, create_staff, enrol_staff, list_staff,
    reset_staff,
};
use heqi_vocabulary::{Entropy, Language};
use serde::{Deserialize, Serialize};

use super::cast::{HANDLER, HANDLER_NUMBER};
use crate::keys;
use crate::service::ServiceError;
use crate::settings::{ReviewSettings, ReviewingKind};

/// Whose reviewers decide in the demo.
pub(crate) const OFFICE: &str = "示例区市场监督管理局(演示)";
/// Whose handlers open filings in the demo.
const FIRM: &str = "示例商事代办(演示)";
/// Who runs the platform in the demo: security and audit are its own.
const OPERATOR: &str = "示例平台(演示)";
/// Everybody may know it: this is a demo.
const PASSWORD: &str = "heqi demo officer";

/// Login name, name, and what for.
const PEOPLE: [(&str, &str, StaffRole); 6] = [
    ("he.jing", HANDLER, StaffRole::Handler),
    ("li.na", "李娜", StaffRole::Reviewer),
    ("wang.qiang", "王强", StaffRole::Reviewer),
    ("zhou.zheng", "周正", StaffRole::Regulator),
    ("shen.yan", "沈岩", StaffRole::Security),
    ("xu.ming", "许明", StaffRole::Auditor),
];

/// What an officer is there for: at the platform for the registry or a handler's firm, or at the
/// notary.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Duty {
    // First: security and audit are words of both. In `demo.json` the address says whose they are.
    Notary(OfficeRole),
    Registry(StaffRole),
}

impl Duty {
    pub(crate) const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Registry(StaffRole::Regulator) => language.pick("监管人员", "Regulator"),
            Self::Registry(StaffRole::Handler) => language.pick("经办人", "Handler"),
            Self::Registry(StaffRole::Security) => language.pick("安全管理员", "Security officer"),
            Self::Registry(StaffRole::Auditor) => language.pick("审计员", "Auditor"),
            Self::Registry(_) => language.pick("核验人员", "Reviewer"),
            Self::Notary(role) => role.title(language),
        }
    }
}

/// An officer as the guide and `demo.json` show one.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Officer {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) office: String,
    pub(crate) password: String,
    /// What for, and where.
    pub(crate) role: Duty,
    /// The secret of the authenticator, in base 32.
    pub(crate) totp_secret: String,
    /// Where to sign in.
    pub(crate) url: String,
    #[serde(skip)]
    pub(crate) totp: Option<TotpSecret>,
}

impl Officer {
    /// Where their work begins.
    pub(crate) const fn home(&self) -> &'static str {
        match self.role {
            Duty::Registry(StaffRole::Regulator) => "/regulator",
            Duty::Registry(StaffRole::Handler) => "/staff/filings",
            Duty::Registry(StaffRole::Security) => "/staff/accounts",
            Duty::Registry(StaffRole::Auditor) => "/staff/journal",
            _ => "/staff/cases",
        }
    }
}

/// What is typed to come in with each of them.
pub(crate) fn logins() -> BTreeSet<String> {
    PEOPLE.iter().map(|(login, ..)| (*login).to_owned()).collect()
}

/// The same of the notary's.
pub(crate) fn notary_logins() -> BTreeSet<String> {
    NOTARY_PEOPLE.iter().map(|(login, ..)| (*login).to_owned()).collect()
}

/// Whose reviewers decide.
pub(crate) fn review() -> Option<ReviewSettings> {
    Some(ReviewSettings { kind: ReviewingKind::Registry, name: OFFICE.parse().ok()? })
}

/// In whose name a regulator of the demo applies to the notary; all of it is made up.
pub(crate) fn applicant() -> Applicant {
    Applicant {
        name: OFFICE.to_owned(),
        code: "11330112MB0000109L".to_owned(),
        address: "杭州市示例区示例路1号".to_owned(),
        telephone: "0571-00000110".to_owned(),
        legal_representative: "钱示例".to_owned(),
    }
}

/// Makes the accounts, or takes up those of an earlier start.
pub(crate) async fn admit(
    platform: &Platform,
    keys_folder: &Path,
    platform_url: &str,
    entropy: &dyn Entropy,
) -> Result<Vec<Officer>, ServiceError> {
    let failed = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    let registry = review().ok_or_else(|| failed(&"the demo's office has no name"))?.office();
    let firm = Office {
        kind: OfficeKind::HandlerFirm,
        name: FIRM.parse().map_err(|error: heqi_filing::WordsError| failed(&error))?,
    };
    let operator = Office {
        kind: OfficeKind::Operator,
        name: OPERATOR.parse().map_err(|error: heqi_filing::WordsError| failed(&error))?,
    };
    // A start that was cut off may have made an account and not enrolled it: nobody else would.
    let kept = list_staff(platform).await.map_err(|error| failed(&error))?;
    let is_cut_off = |login: &str| kept.iter().any(|one| one.login == login && !one.is_enrolled);
    // A program of before let visitors shut officers out.
    let is_out =
        |login: &str| kept.iter().any(|one| one.login == login && one.disabled_at.is_some());
    let mut officers = Vec::new();
    for (login, name, role) in PEOPLE {
        let file = keys_folder.join(format!("officer-{login}.totp"));
        let secret = keys::secret_text(&file, || TotpSecret::generate(entropy).to_hex())?;
        let totp = TotpSecret::from_hex(&secret);
        let totp = totp.ok_or_else(|| failed(&"an officer's secret has another form"))?;
        let (office, named) = match role {
            StaffRole::Handler => (&firm, FIRM),
            StaffRole::Security | StaffRole::Auditor => (&operator, OPERATOR),
            _ => (&registry, OFFICE),
        };
        let parsed = login.parse().map_err(|error: LoginNameError| failed(&error))?;
        let command = CreateStaff {
            login: parsed,
            name: name.parse().map_err(|error: PersonNameError| failed(&error))?,
            office: office.clone(),
            role,
            password: Password::new(PASSWORD.to_owned()).map_err(|error| failed(&error))?,
        };
        let login_name = command.login.clone();
        let is_new = match create_staff(platform, command).await {
            Ok(_) => true,
            Err(StaffError::Taken) => false,
            Err(error) => return Err(failed(&error)),
        };
        let is_bound = role == StaffRole::Handler && {
            let number = HANDLER_NUMBER.parse::<IdNumber>().map_err(|error| failed(&error))?;
            let bound = bind_handler(platform, &login_name, &number).await;
            bound.map_err(|error| failed(&error))?
        };
        if is_out(login) {
            let password = Password::new(PASSWORD.to_owned()).map_err(|error| failed(&error))?;
            let reset = reset_staff(platform, &login_name, password).await;
            reset.map_err(|error| failed(&error))?;
        }
        if is_new || is_bound || is_cut_off(login) || is_out(login) {
            let enrolled = enrol_staff(platform, &login_name, &totp).await;
            enrolled.map_err(|error| failed(&error))?;
        }
        officers.push(Officer {
            login: login.to_owned(),
            name: name.to_owned(),
            office: named.to_owned(),
            password: PASSWORD.to_owned(),
            role: Duty::Registry(role),
            totp_secret: totp.for_people().to_string(),
            url: format!("{platform_url}/staff"),
            totp: Some(totp),
        });
    }
    Ok(officers)
}

/// The registered computer of the demo's notary office.
pub(crate) const WORKSTATION: &str = "提取专用机1号（演示）";
/// The notary office of the demo, as its officers' cards say.
const NOTARY: &str = "示例公证处(演示)";

/// Login name, name, role.
pub(crate) const NOTARY_PEOPLE: [(&str, &str, OfficeRole); 6] = [
    ("zhao.min", "赵敏", OfficeRole::Clerk),
    ("qian.wei", "钱伟", OfficeRole::Notary),
    ("sun.li", "孙丽", OfficeRole::Approver),
    ("zheng.shuo", "郑硕", OfficeRole::Archivist),
    ("wu.an", "吴安", OfficeRole::Security),
    ("feng.shen", "冯慎", OfficeRole::Auditor),
];

/// Makes the accounts of the notary's staff, or takes up those of an earlier start.
pub(crate) async fn admit_at_the_notary(
    office: &NotaryOffice,
    keys_folder: &Path,
    notary_url: &str,
    entropy: &dyn Entropy,
) -> Result<Vec<Officer>, ServiceError> {
    let failed = |error: &dyn std::fmt::Display| ServiceError::Start(error.to_string());
    let kept = accounts(office).await.map_err(|error| failed(&error))?;
    let mut officers = Vec::new();
    for (login, name, role) in NOTARY_PEOPLE {
        let file = keys_folder.join(format!("officer-{login}.totp"));
        let secret = keys::secret_text(&file, || TotpSecret::generate(entropy).to_hex())?;
        let totp = TotpSecret::from_hex(&secret);
        let totp = totp.ok_or_else(|| failed(&"an officer's secret has another form"))?;
        let command = CreateOfficer {
            login: login.parse().map_err(|error: LoginNameError| failed(&error))?,
            name: name.to_owned(),
            role,
            password: Password::new(PASSWORD.to_owned()).map_err(|error| failed(&error))?,
        };
        let known = kept.iter().find(|one| one.login == login);
        // As at the platform.
        if known.is_some_and(|one| one.disabled_at.is_some()) {
            let reset = reset_officer(office, &command.login, command.password.clone()).await;
            reset.map_err(|error| failed(&error))?;
        }
        let to_enrol = match create_officer(office, command).await {
            Ok(account) => Some(account),
            Err(OfficeStaffError::Taken) => known
                .filter(|one| !one.is_enrolled || one.disabled_at.is_some())
                .map(|one| one.account),
            Err(error) => return Err(failed(&error)),
        };
        if let Some(account) = to_enrol {
            let enrolled = enrol_officer(office, account, &totp).await;
            enrolled.map_err(|error| failed(&error))?;
        }
        officers.push(Officer {
            login: login.to_owned(),
            name: name.to_owned(),
            office: NOTARY.to_owned(),
            role: Duty::Notary(role),
            password: PASSWORD.to_owned(),
            totp_secret: totp.for_people().to_string(),
            url: format!("{notary_url}/staff"),
            totp: Some(totp),
        });
    }
    Ok(officers)
}
