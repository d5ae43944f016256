//! A handler prepares a filing: opening it, and how it stands until everybody is invited.

mod documents;
mod filing;
mod new;

pub use documents::{DraftDocument, DraftMaterial};
pub use filing::{DraftPage, DraftParty};
pub use new::NewFilingPage;
