//! Signing, in the order in which it happens.

use actix_web::web::ServiceConfig;

pub(crate) mod begin;
pub(crate) mod capture;
pub(crate) mod complete;
pub(crate) mod decline;
pub(crate) mod strokes;

pub(crate) fn configure(app: &mut ServiceConfig) {
    begin::configure(app);
    capture::configure(app);
    complete::configure(app);
    decline::configure(app);
    strokes::configure(app);
}
