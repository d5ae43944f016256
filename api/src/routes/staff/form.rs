//! Forms of a session of staff: made by it, done once, and then a request like any other.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use heqi_registration::{Actor, Request};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use serde::de::DeserializeOwned;

use crate::routes::journey::form::{Carried, form_of, read, request_of, text_of};
use crate::state::State;
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
        Box::pin(async move { filled(&http, payload).await })
    }
}

async fn filled<T: DeserializeOwned>(
    http: &HttpRequest,
    payload: Payload,
) -> Result<FilledByStaff<T>, Problem> {
    let state = http.app_data::<Data<State>>().ok_or(RequestProblem::Internal)?;
    let visitor = StaffVisitor::extract(http).await?;
    let body = form_of(http, payload).await?;
    let text = text_of(&body)?;
    let Carried { csrf, key } = read(text)?;
    if !visitor.made(&csrf) {
        return Err(RequestProblem::Forbidden.into());
    }
    let value = read(text)?;
    let actor = Actor::Staff(visitor.session.member().clone());
    let request = request_of(http, state, actor, (&body, key))?;
    Ok(FilledByStaff { value, request })
}
