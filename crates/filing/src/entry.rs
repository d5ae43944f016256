//! How a signer comes in: a one-time code to the contact of the party, then the last four
//! of the number of the identity document (domain study 3.5, 11.5, edge case 18). Before
//! both have passed nothing personal is shown.
//!
//! Pure rules: whether a code fits is compared by the caller, who alone can make it; here
//! stand the lifetimes, the counted tries and what follows from them.

use heqi_vocabulary::{Digest, Language, MessageChannel, MessageId, UtcMillis};
use serde::{Deserialize, Serialize};

mod refusals;

pub use refusals::{CodeRefusal, IdentityRefusal, NotInside};

/// How long a code can be entered: 5 minutes.
pub const CODE_LIFETIME_MS: i64 = 5 * 60_000;
/// How soon another code can be asked for: after 60 seconds.
pub const CODE_PAUSE_MS: i64 = 60_000;
/// How many wrong entries end a code.
pub const CODE_TRIES: u8 = 5;
/// How many codes one contact is sent in a day.
pub const CODES_A_DAY: u32 = 10;
/// How many wrong numbers end a ceremony's entry; the handler is told.
pub const IDENTITY_TRIES: u8 = 3;

/// How far somebody has come in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every page must decide about each")]
pub enum EntryStep {
    /// The one-time code is to be entered.
    Code,
    /// The last four of the identity number are to be entered.
    Identity,
    /// Everything that was asked has passed.
    Inside,
    /// Too many wrong numbers: only a new invitation helps.
    Locked,
}

/// A code that was sent. The code itself is kept nowhere.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IssuedCode {
    /// What the code is made from, with a secret of the platform.
    pub nonce: String,
    /// By what it was asked for.
    pub channel: MessageChannel,
    /// When.
    pub sent_at: UtcMillis,
    /// The message it was sent with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Wrong entries so far.
    pub wrong: u8,
    /// Whether it was entered: it passes once only.
    pub used: bool,
    /// By what it came, where it was entered and can have come by one way only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_by: Option<MessageChannel>,
}

impl IssuedCode {
    /// A code made from `nonce`, sent now.
    pub const fn new(nonce: String, channel: MessageChannel, now: UtcMillis) -> Self {
        Self { nonce, channel, sent_at: now, message: None, wrong: 0, used: false, came_by: None }
    }

    /// From this instant on it does not pass.
    pub fn expires_at(&self) -> UtcMillis {
        self.sent_at.plus_millis(CODE_LIFETIME_MS)
    }

    /// From this instant on another one can be asked for.
    pub fn resend_at(&self) -> UtcMillis {
        self.sent_at.plus_millis(CODE_PAUSE_MS)
    }

    /// Wrong entries that are left.
    pub const fn tries_left(&self) -> u8 {
        if self.used { 0 } else { CODE_TRIES.saturating_sub(self.wrong) }
    }

    /// Whether it may be compared now.
    pub fn is_live(&self, now: UtcMillis) -> Result<(), CodeRefusal> {
        if self.used || self.wrong >= CODE_TRIES {
            return Err(CodeRefusal::UsedUp);
        }
        if now >= self.expires_at() { Err(CodeRefusal::Expired) } else { Ok(()) }
    }
}

/// What a ceremony asks at its door, and what has passed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whether a code is asked for.
    #[serde(default)]
    asks_code: bool,
    /// Whether the last four of the identity number are asked for.
    #[serde(default)]
    asks_identity: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<IssuedCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_passed: Option<UtcMillis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_passed: Option<UtcMillis>,
    #[serde(default)]
    identity_wrong: u8,
    /// The request that was last counted as wrong: sent again it is not counted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Digest>,
}

impl Entry {
    /// A door that asks for these.
    pub fn asking(code: bool, identity: bool) -> Self {
        Self { asks_code: code, asks_identity: code && identity, ..Self::default() }
    }

    /// How far somebody has come.
    pub const fn step(&self) -> EntryStep {
        if self.identity_wrong >= IDENTITY_TRIES {
            EntryStep::Locked
        } else if self.asks_code && self.code_passed.is_none() {
            EntryStep::Code
        } else if self.asks_identity && self.identity_passed.is_none() {
            EntryStep::Identity
        } else {
            EntryStep::Inside
        }
    }

    /// Refuses unless everything that is asked has passed.
    pub const fn inside(&self) -> Result<(), NotInside> {
        match self.step() {
            EntryStep::Inside => Ok(()),
            EntryStep::Code => Err(NotInside::Code),
            EntryStep::Identity => Err(NotInside::Identity),
            EntryStep::Locked => Err(NotInside::Locked),
        }
    }

    /// Whether it asks for a code.
    pub const fn asks_code(&self) -> bool {
        self.asks_code
    }

    /// The code sent last.
    pub const fn code(&self) -> Option<&IssuedCode> {
        self.code.as_ref()
    }

    /// Wrong numbers that are left.
    pub const fn identity_tries_left(&self) -> u8 {
        IDENTITY_TRIES.saturating_sub(self.identity_wrong)
    }

    /// Whether another code may be sent: not while the last one is young.
    pub fn may_send(&self, now: UtcMillis) -> Result<(), CodeRefusal> {
        match &self.code {
            _ if self.identity_wrong >= IDENTITY_TRIES => Err(CodeRefusal::Locked),
            Some(code) if now < code.resend_at() => {
                let ms = u64::try_from(code.resend_at().millis_since(now)).unwrap_or(0);
                let seconds = u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX);
                Err(CodeRefusal::TooSoon { seconds })
            }
            _ => Ok(()),
        }
    }

    /// Another code was made; the one before passes no more.
    pub fn sent(&mut self, code: IssuedCode) {
        self.code = Some(code);
        self.counted = None;
    }

    /// Takes an entry. `fits` is what the caller found by comparing; `request` names the
    /// request, so that the same one sent again is not a second try. A refusal may have
    /// changed the count: keep it.
    pub fn enter_code(
        &mut self,
        fits: bool,
        request: Digest,
        now: UtcMillis,
    ) -> Result<(), CodeRefusal> {
        if self.identity_wrong >= IDENTITY_TRIES {
            return Err(CodeRefusal::Locked);
        }
        let code = self.code.as_mut().ok_or(CodeRefusal::NotSent)?;
        if self.counted == Some(request) {
            return Err(CodeRefusal::Wrong { left: code.tries_left() });
        }
        code.is_live(now)?;
        if !fits {
            code.wrong = code.wrong.saturating_add(1);
            self.counted = Some(request);
            return Err(CodeRefusal::Wrong { left: code.tries_left() });
        }
        code.used = true;
        self.code_passed = Some(now);
        Ok(())
    }

    /// The code that has passed went, or may have gone, by these ways until then.
    pub fn went_by(&mut self, ways: &[MessageChannel]) {
        if let Some(code) = self.code.as_mut().filter(|code| code.used) {
            code.came_by = match ways {
                [only] => Some(*only),
                _ => None,
            };
        }
    }

    /// Takes the last four of the identity number, as [`Self::enter_code`] takes a code.
    pub fn enter_identity(
        &mut self,
        fits: bool,
        request: Digest,
        now: UtcMillis,
    ) -> Result<(), IdentityRefusal> {
        if self.counted == Some(request) {
            return Err(self.wrong_identity());
        }
        match self.step() {
            EntryStep::Locked => return Err(IdentityRefusal::Locked),
            EntryStep::Code => return Err(IdentityRefusal::CodeFirst),
            EntryStep::Identity | EntryStep::Inside => {}
        }
        if !fits {
            self.identity_wrong = self.identity_wrong.saturating_add(1);
            self.counted = Some(request);
            return Err(self.wrong_identity());
        }
        self.identity_wrong = 0;
        self.identity_passed = Some(now);
        Ok(())
    }

    /// When a code passed here for the last time.
    pub const fn code_passed(&self) -> Option<UtcMillis> {
        self.code_passed
    }

    /// Whether code and identity number were both asked for and both have passed.
    pub const fn has_said_who(&self) -> bool {
        self.code_passed.is_some() && self.identity_passed.is_some() && self.inside().is_ok()
    }

    /// Opens this door by what passed at another one of the same person, as the caller has found;
    /// one that is locked stays so. What passed there is what counts here, at its own instants.
    pub fn follow(&mut self, other: &Self) -> Result<(), NotInside> {
        other.inside()?;
        if matches!(self.step(), EntryStep::Locked) {
            return Err(NotInside::Locked);
        }
        if !other.has_said_who() {
            return Err(if other.code_passed.is_none() {
                NotInside::Code
            } else {
                NotInside::Identity
            });
        }
        // By what the code came counts here as well: a code of this door's own passes no more.
        self.code.clone_from(&other.code);
        self.code_passed = other.code_passed;
        self.identity_passed = other.identity_passed;
        Ok(())
    }

    const fn wrong_identity(&self) -> IdentityRefusal {
        match self.identity_tries_left() {
            0 => IdentityRefusal::Locked,
            left => IdentityRefusal::Wrong { left },
        }
    }
}

/// A text like `138****0001` or `c***@example.com`: enough to recognise one's own contact.
pub fn masked(contact: &str) -> String {
    if let Some((name, domain)) = contact.rsplit_once('@') {
        let first = name.chars().next().map_or_else(String::new, String::from);
        return format!("{first}***@{domain}");
    }
    let digits: Vec<char> = contact.chars().collect();
    let tail: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    let head: String = digits.iter().take(3.min(digits.len().saturating_sub(8))).collect();
    format!("{head}****{tail}")
}

/// What stands in the language of the person for the way a code was sent.
pub const fn channel_name(channel: MessageChannel, language: Language) -> &'static str {
    match channel {
        MessageChannel::Sms => language.pick("短信", "text message"),
        MessageChannel::Email => language.pick("电子邮件", "e-mail"),
    }
}

#[cfg(test)]
mod tests;
