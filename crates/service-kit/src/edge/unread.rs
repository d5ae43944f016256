//! A body without an announced end that nobody wants to read to its end.
//!
//! The HTTP library keeps a connection for the next request by reading the rest of such a
//! body, for as long as it comes: whoever sends chunks for ever would be listened to for
//! ever. As long as somebody still holds the body when the answer is sent, it closes the
//! connection instead. The answer itself holds it here.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::web::Bytes;
use futures_util::Stream;

/// The body of one request, shared with whoever reads it.
#[derive(Clone)]
pub(super) struct Unread(Rc<RefCell<Body>>);

struct Body {
    payload: Payload,
    has_ended: bool,
}

impl Unread {
    /// Of a request whose body has no announced length; others end by themselves.
    pub(super) fn of(request: &mut ServiceRequest) -> Option<Self> {
        if !request.headers().contains_key(TRANSFER_ENCODING) {
            return None;
        }
        let payload = request.take_payload();
        let shared = Self(Rc::new(RefCell::new(Body { payload, has_ended: false })));
        request.set_payload(Payload::Stream { payload: Box::pin(shared.clone()) });
        Some(shared)
    }

    /// The same answer, after which the connection ends unless the body was read.
    pub(super) fn ends_with(self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        if self.0.borrow().has_ended {
            return response;
        }
        response.map_body(|_, body| BoxBody::new(Holding { body, _unread: self }))
    }
}

impl Stream for Unread {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.borrow_mut();
        let polled = Pin::new(&mut body.payload).poll_next(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            body.has_ended = true;
        }
        polled
    }
}

/// The body of an answer that holds the body of its request.
struct Holding {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
