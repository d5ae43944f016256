//! A handler prepares a filing: opening it, its documents, parties and capital, until everybody is invited.

mod about;
mod capital;
mod contact;
mod documents;
mod filing;
mod invite;
mod new;
mod parties;
mod party;

pub use about::About;
pub use capital::{CapitalPage, ShareTyped};
pub use contact::{ContactPage, ContactTyped};
pub use documents::{DraftDocument, DraftMaterial};
pub use filing::DraftPage;
pub use invite::{InvitePage, Invitee};
pub use new::NewFilingPage;
pub use parties::DraftParty;
pub use party::{PartyPage, PartyTyped};
