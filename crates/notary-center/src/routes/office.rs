//! The workbench: the queue, deposit search, applications, the register book, accounts, the own password. A GET
//! shows and changes nothing; a POST does one act and leads on.

mod accounts;
mod acts;
mod asked;
mod book;
mod deposits;
mod matters;
mod own_password;
mod queue;
mod screen;
mod shown;
mod words;

use actix_web::web::{ServiceConfig, get, post};

pub(crate) use matters::{pdf, zip};
pub(crate) use words::stage;

pub(crate) fn configure(app: &mut ServiceConfig) {
    app.route("/staff/matters", get().to(queue::show))
        .route("/staff/figures", get().to(queue::figures))
        .route("/staff/matters/{no}", get().to(matters::one))
        .route("/staff/matters/{no}/certificate.pdf", get().to(matters::certificate))
        .route("/staff/matters/{no}/paper", get().to(matters::paper))
        .route("/staff/matters/{no}/notices/{notice}", get().to(matters::notice))
        .route("/staff/matters/{no}/screens/{sha256}", get().to(matters::screen))
        .route("/staff/matters/{no}/held/{sha256}", get().to(matters::held))
        .route("/staff/matters/{no}/renewals.zip", get().to(matters::renewals))
        .route("/staff/matters/{no}/dossier.zip", get().to(matters::dossier_file))
        .route("/staff/matters/{no}/{act}", post().to(acts::act))
        .route("/staff/deposits", get().to(deposits::search))
        .route("/staff/deposits", post().to(deposits::take))
        .route("/staff/register", get().to(book::book))
        .route("/staff/register/{year}", get().to(book::file))
        .route("/staff/password", get().to(own_password::form))
        .route("/staff/password", post().to(own_password::change))
        .route("/staff/accounts", get().to(accounts::list))
        .route("/staff/accounts/{account}/{act}", post().to(accounts::change));
}
