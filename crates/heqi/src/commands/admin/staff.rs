//! `heqi admin create-staff`, `list-staff`, `disable-staff`, `reset-staff`, `change-staff-role`,
//! `bind-handler`: accounts of people who sign in with a password and an authenticator. The password
//! is drawn here and shown once; a security officer lets the account in.

use std::io::{self, BufRead, Write};

use heqi_filing::{Office, OfficeKind};
use heqi_registration::contacts::IdNumber;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::{
    CreateStaff, LoginName, bind_handler, change_role, create_staff, disable_staff, list_staff,
    logins, reset_staff, staff_events,
};
use heqi_vocabulary::{Entropy, Language, StaffId};
use zeroize::Zeroizing;

use crate::JobResult;
use crate::cli::CreateStaffArgs;
use crate::service::platform::OpenPlatform;

/// Letters and digits that nobody takes for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

pub(super) async fn create(
    open: &OpenPlatform,
    args: &CreateStaffArgs,
    out: &mut dyn Write,
) -> JobResult {
    let kind: OfficeKind = args.office_kind.parse()?;
    let role = match &args.role {
        Some(word) => word.parse()?,
        None => role_of(kind),
    };
    let drawn = drawn(open.platform.entropy());
    let command = CreateStaff {
        login: args.login.parse()?,
        name: args.name.parse()?,
        office: Office { kind, name: args.office.parse()? },
        role,
        password: Password::new(drawn.to_string())?,
    };
    let id = create_staff(&open.platform, command).await?;
    writeln!(out, "{id}\n{}", drawn.as_str())?;
    writeln!(
        io::stderr(),
        "The password is shown this once; a security officer lets the account in (the first one needs nobody)."
    )?;
    if role == StaffRole::Handler {
        writeln!(io::stderr(), "It finds no filing before heqi admin bind-handler.")?;
    }
    Ok(0)
}

const fn role_of(kind: OfficeKind) -> StaffRole {
    match kind {
        OfficeKind::Registry | OfficeKind::Notary => StaffRole::Reviewer,
        OfficeKind::HandlerFirm => StaffRole::Handler,
        OfficeKind::Operator => StaffRole::Operator,
    }
}

pub(super) async fn list(open: &OpenPlatform, out: &mut dyn Write) -> JobResult {
    for account in list_staff(&open.platform).await? {
        let state = match (account.disabled_at, account.waits) {
            (Some(at), _) => format!("disabled {}", at.for_people()),
            (None, true) => "waits for its release".to_owned(),
            (None, false) => "valid".to_owned(),
        };
        let enrolled = if account.is_enrolled { "enrolled" } else { "not enrolled" };
        writeln!(
            out,
            "{}  {}  {}  {}  {}  {state}  {enrolled}  {}",
            account.account,
            account.created_at.for_people(),
            account.login,
            account.role,
            account.office.kind,
            account.office.name,
        )?;
    }
    Ok(0)
}

pub(super) async fn events(open: &OpenPlatform, login: &str, out: &mut dyn Write) -> JobResult {
    let logins = logins(&open.platform).await?;
    for one in staff_events(&open.platform, &login.parse()?).await? {
        let called = |account: StaffId| logins.get(&account).cloned().unwrap_or_default();
        let by = one.by.in_words(Language::En, called);
        writeln!(out, "{}  {}  by {by}", one.at.for_people(), one.event)?;
    }
    Ok(0)
}

pub(super) async fn disable(open: &OpenPlatform, login: &str, out: &mut dyn Write) -> JobResult {
    let login: LoginName = login.parse()?;
    disable_staff(&open.platform, &login).await?;
    writeln!(out, "{login} is let in no more")?;
    Ok(0)
}

pub(super) async fn reset(open: &OpenPlatform, login: &str, out: &mut dyn Write) -> JobResult {
    let login: LoginName = login.parse()?;
    let drawn = drawn(open.platform.entropy());
    let waits = reset_staff(&open.platform, &login, Password::new(drawn.to_string())?).await?;
    writeln!(out, "{}", drawn.as_str())?;
    writeln!(
        io::stderr(),
        "The password is shown this once, and the authenticator is enrolled anew; {}.",
        next(waits)
    )?;
    Ok(0)
}

pub(super) async fn change(
    open: &OpenPlatform,
    login: &str,
    role: &str,
    out: &mut dyn Write,
) -> JobResult {
    let (login, role): (LoginName, StaffRole) = (login.parse()?, role.parse()?);
    let waits = change_role(&open.platform, &login, role).await?;
    writeln!(out, "{login} is {role} now; {}", next(waits))?;
    Ok(0)
}

/// Who does what next. Whether an account waits is decided when it is changed.
const fn next(waits: bool) -> &'static str {
    if waits {
        "a security officer lets the account in again"
    } else {
        "the account comes in as it is: no other security officer could let it in"
    }
}

/// The number comes by standard input: what stands in a command line is in the machine's lists and
/// in the shell's history.
pub(super) async fn bind(
    open: &OpenPlatform,
    login: &str,
    typed: &mut dyn BufRead,
    out: &mut dyn Write,
) -> JobResult {
    let login: LoginName = login.parse()?;
    writeln!(io::stderr(), "Type the number as it stands on the document you have seen:")?;
    let mut line = Zeroizing::new(String::new());
    typed.read_line(&mut line)?;
    let number: IdNumber = line.trim().parse()?;
    if bind_handler(&open.platform, &login, &number).await? {
        writeln!(out, "{login} is bound to this number; a security officer lets the account in")?;
    } else {
        writeln!(out, "{login} was bound to this number already; nothing was changed")?;
    }
    Ok(0)
}

/// Twenty characters of 32: a hundred bits.
pub(super) fn drawn(entropy: &dyn Entropy) -> Zeroizing<String> {
    let bytes: [u8; 20] = entropy.bytes();
    let mut text = Zeroizing::new(String::with_capacity(23));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % 5 == 0 {
            text.push('-');
        }
        text.push(ALPHABET.get(usize::from(byte & 31)).copied().map_or('a', char::from));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn only_of_an_account_that_waits_it_is_said_that_security_lets_it_in() {
        assert!(next(true).contains("lets the account in again"));
        assert!(!next(false).contains("again") && next(false).contains("comes in as it is"));
    }
}
