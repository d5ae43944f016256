//! People and companies as they stand on paper, parsed once at the door.
//!
//! What this is: the rules of domain.md section 3 as newtypes. Whoever holds a
//! [`ResidentId`] or a [`Uscc`] holds one whose form, date and check digit fit.
//!
//! What this is not: a statement about anybody. A number that passes here is well formed and
//! nothing more; whether it belongs to the person in front of us is said by an authority or a
//! named officer (ports in `registration`).
//!
//! Nothing here prints what it holds: `Debug` names the type, errors name the rule and never a
//! digit, and a check digit that would fit is never said (it would help who guesses).
//!
//! - [`resident_id`]: resident identity numbers, GB 11643
//! - [`card`]: how long an identity card is valid, and whether that fits the age at issue
//! - [`personal_document`]: foreign permanent residents, passports, travel and residence permits
//! - [`mrz`]: the check digits of a machine-readable zone, ICAO 9303
//! - [`last_four`]: the last four characters, which a signer types and no page shows
//! - [`region`]: administrative divisions with their history, GB/T 2260
//! - [`uscc`]: unified social credit codes, GB 32100
//! - [`registration_no`]: registration numbers from before 2015, GS 15
//! - [`mobile`], [`email`]: how a person is reached
//! - [`person_name`], [`company_name`], [`name_declaration`], [`short_name`]: names
//! - [`amount`], [`contributions`]: money in fen, and what shareholders promise
//! - [`calendar`]: deadlines in days and in working days

pub mod amount;
pub mod calendar;
pub mod card;
pub mod company_name;
pub mod contributions;
pub mod email;
pub mod last_four;
pub mod mobile;
pub mod mrz;
pub mod name_declaration;
pub mod person_name;
pub mod personal_document;
pub mod region;
pub mod registration_no;
pub mod resident_id;
pub mod short_name;
pub mod uscc;

mod characters;
#[cfg(test)]
mod error_words;
mod mod_11_2;

pub use amount::Fen;
pub use calendar::Calendar;
pub use company_name::CompanyName;
pub use email::Email;
pub use last_four::LastFour;
pub use mobile::Mobile;
pub use person_name::PersonName;
pub use personal_document::PersonalDocument;
pub use region::RegionCode;
pub use registration_no::RegistrationNo;
pub use resident_id::ResidentId;
pub use uscc::Uscc;
