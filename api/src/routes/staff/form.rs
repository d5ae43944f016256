//! Forms of a session of staff: made by it, done once, and then a request like any other.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use heqi_registration::{Actor, Request};
use heqi_service_kit::Problem;
use serde::de::DeserializeOwned;

use crate::routes::journey::form::made_by;
use crate::visitor::StaffVisitor;

/// A form that this session made.
pub(in crate::routes) struct FilledByStaff<T> {
    /// What it says.
    pub(in crate::routes) value: T,
    /// The act that it asks for. Before the second factor nothing but the way in reads it.
    pub(in crate::routes) request: Request,
}

impl<T: DeserializeOwned + 'static> FromRequest for FilledByStaff<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (http, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let staff = |visitor: &StaffVisitor| Actor::Staff(visitor.session.member().clone());
            let (value, request) = made_by(&http, payload, staff).await?;
            Ok(Self { value, request })
        })
    }
}
