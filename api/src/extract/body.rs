//! Bodies, read once, under a limit and a deadline, hashed while they arrive.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use heqi_service_kit::limits::payload_problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_service_kit::{Problem, Ticket};
use heqi_vocabulary::Digest;
use sha2::{Digest as _, Sha256};

use crate::edge_problem::EdgeProblem;
use crate::settings::ApiSettings;
use crate::state::State;

/// A body in one piece, with the SHA-256 of exactly these bytes.
#[derive(Debug)]
pub(crate) struct Hashed {
    pub(crate) bytes: Bytes,
    pub(crate) sha256: Digest,
}

/// What kind of file a route takes.
pub(crate) trait UploadKind: 'static {
    /// Its media types.
    const MEDIA_TYPES: &'static [&'static str];

    /// The most bytes it may have.
    fn limit_bytes(settings: &ApiSettings) -> usize;
}

/// A file sent as the raw body.
pub(crate) struct Upload<K> {
    /// The file.
    pub(crate) bytes: Bytes,
    /// The SHA-256 of the file.
    pub(crate) sha256: Digest,
    kind: PhantomData<K>,
}

impl<K: UploadKind> FromRequest for Upload<K> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<State>>().cloned();
        let fits = K::MEDIA_TYPES.iter().any(|wanted| is_media_type(request, wanted));
        let announced = announced_bytes(request);
        let payload = payload.take();
        let ticket = Ticket::of(request);
        Box::pin(async move {
            let state = state.ok_or(RequestProblem::Internal)?;
            if !fits {
                return Err(RequestProblem::UnsupportedMediaType.into());
            }
            let limit_bytes = K::limit_bytes(&state.settings);
            let Hashed { bytes, sha256 } =
                read(payload, announced, limit_bytes, &state.settings, ticket).await?;
            Ok(Self { bytes, sha256, kind: PhantomData })
        })
    }
}

/// Whether the body says it is `wanted`; parameters such as `charset` do not count.
pub(crate) fn is_media_type(request: &HttpRequest, wanted: &str) -> bool {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let named = header.and_then(|header| header.split(';').next()).map(str::trim);
    named.is_some_and(|named| named.eq_ignore_ascii_case(wanted))
}

/// What the request says about the length of its body, in bytes.
pub(crate) fn announced_bytes(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body.
///
/// # Errors
/// It is too long, announced as too long, breaks off, or takes too long to arrive; or too
/// much is under way.
pub(crate) async fn read(
    payload: Payload,
    announced: Option<usize>,
    limit_bytes: usize,
    settings: &ApiSettings,
    ticket: Option<Ticket>,
) -> Result<Hashed, Problem> {
    if announced.is_some_and(|announced| announced > limit_bytes) {
        return Err(RequestProblem::TooLarge { limit_bytes }.into());
    }
    if let Some(ticket) = &ticket {
        ticket.reserve(announced.unwrap_or(limit_bytes))?;
    }
    let deadline = Duration::from_millis(settings.body_deadline_ms);
    let collected = tokio::time::timeout(deadline, collect(payload, announced, limit_bytes)).await;
    match collected {
        Ok(collected) => {
            let hashed = collected?;
            // The work begins when the body is here: what a slow network takes is not ours.
            if let Some(ticket) = &ticket {
                ticket.begin()?;
            }
            Ok(hashed)
        }
        Err(_) => Err(EdgeProblem::BodyTooSlow.into()),
    }
}

async fn collect(
    mut payload: Payload,
    announced: Option<usize>,
    limit_bytes: usize,
) -> Result<Hashed, RequestProblem> {
    let mut hasher = Sha256::new();
    let mut whole: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|error| payload_problem(&error, limit_bytes))?;
        let before = whole.as_ref().map_or(joined.len(), Bytes::len);
        if before.saturating_add(part.len()) > limit_bytes {
            return Err(RequestProblem::TooLarge { limit_bytes });
        }
        hasher.update(&part);
        // A body that arrives in one part is handed on as it is.
        if before == 0 {
            whole = Some(part);
            continue;
        }
        if let Some(first) = whole.take() {
            joined.reserve(announced.unwrap_or(0).clamp(first.len(), limit_bytes));
            joined.extend_from_slice(&first);
        }
        joined.extend_from_slice(&part);
    }
    let bytes = whole.unwrap_or_else(|| joined.freeze());
    Ok(Hashed { bytes, sha256: Digest::from_bytes(hasher.finalize().into()) })
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use proptest::prelude::*;

    use super::*;

    fn stream(parts: Vec<Result<Bytes, PayloadError>>) -> Payload {
        Payload::Stream { payload: Box::pin(futures_util::stream::iter(parts)) }
    }

    fn collected(parts: &[Vec<u8>], limit_bytes: usize) -> Result<Hashed, RequestProblem> {
        let announced = Some(parts.iter().map(Vec::len).sum());
        let parts = parts.iter().map(|part| Ok(Bytes::from(part.clone()))).collect();
        futures_util::FutureExt::now_or_never(collect(stream(parts), announced, limit_bytes))
            .unwrap()
    }

    proptest! {
        #[test]
        fn a_body_is_the_same_however_it_was_cut(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
        ) {
            let whole = parts.concat();
            let body = collected(&parts, 400).unwrap();
            prop_assert_eq!(&body.bytes[..], &whole[..]);
            prop_assert_eq!(body.sha256, Digest::of(&whole));
        }

        #[test]
        fn one_byte_more_than_the_limit_is_refused_wherever_it_comes(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..8),
        ) {
            let length = parts.concat().len();
            prop_assert!(collected(&parts, length).is_ok());
            let refusal = collected(&parts, length - 1).unwrap_err();
            prop_assert_eq!(refusal, RequestProblem::TooLarge { limit_bytes: length - 1 });
        }
    }

    #[test]
    fn a_body_in_one_part_is_not_copied() {
        let part = Bytes::from(vec![7; 4096]);
        let parts = stream(vec![Ok(part.clone())]);
        let body = futures_util::FutureExt::now_or_never(collect(parts, None, 5000)).unwrap();
        assert_eq!(body.unwrap().bytes.as_ptr(), part.as_ptr());
    }

    #[test]
    fn a_body_that_breaks_off_is_incomplete() {
        let parts = vec![Ok(Bytes::from_static(b"abc")), Err(PayloadError::Incomplete(None))];
        let body = futures_util::FutureExt::now_or_never(collect(stream(parts), None, 100));
        assert_eq!(body.unwrap().unwrap_err(), RequestProblem::IncompleteBody);
    }
}
