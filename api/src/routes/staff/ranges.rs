//! Parts of a file (RFC 9110 section 14). Safari plays no video that it cannot ask parts of.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, IF_RANGE, RANGE,
};
use actix_web::{HttpRequest, HttpResponse};
use heqi_service_kit::downloads::Room;

/// The file, or the part of it that was asked for. More than one part at once is answered with
/// the whole, as the standard allows.
pub(super) fn answer(
    http: &HttpRequest,
    media_type: &str,
    bytes: &[u8],
    room: Room,
) -> HttpResponse {
    let header = http.headers().get(RANGE).and_then(|value| value.to_str().ok());
    // There is no validator to compare: a condition cannot hold, so the whole is the answer.
    let header = header.filter(|_| !http.headers().contains_key(IF_RANGE));
    let mut response = match header.map_or(Asked::Whole, |text| asked(text, bytes.len())) {
        Asked::Whole => HttpResponse::Ok().body(room.send(bytes.to_vec())),
        Asked::Part { first, last } => {
            let part = bytes.get(first..=last).unwrap_or_default();
            HttpResponse::build(StatusCode::PARTIAL_CONTENT)
                .insert_header((CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len())))
                .body(room.send(part.to_vec()))
        }
        Asked::Beyond => HttpResponse::build(StatusCode::RANGE_NOT_SATISFIABLE)
            .insert_header((CONTENT_RANGE, format!("bytes */{}", bytes.len())))
            .finish(),
    };
    let headers = response.headers_mut();
    let values =
        [(CONTENT_TYPE, media_type), (ACCEPT_RANGES, "bytes"), (CACHE_CONTROL, "no-store")];
    for (name, value) in values {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

#[derive(Debug, Eq, PartialEq)]
enum Asked {
    Whole,
    /// Both ends belong to it.
    Part {
        first: usize,
        last: usize,
    },
    Beyond,
}

/// What a header asks of a file of so many bytes. What is no range of bytes is ignored.
fn asked(header: &str, length: usize) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|text| text.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than a length can have are beyond every file.
        digits.then(|| text.parse::<usize>().unwrap_or(usize::MAX))
    };
    let end = length.saturating_sub(1);
    match (number(first.trim()), number(last.trim()), first.trim(), last.trim()) {
        (Some(first), Some(last), ..) if first > last => Asked::Whole,
        (Some(first), ..) if first >= length => Asked::Beyond,
        (Some(first), Some(last), ..) => Asked::Part { first, last: last.min(end) },
        (Some(first), None, _, "") => Asked::Part { first, last: end },
        (None, Some(0), "", _) => Asked::Beyond,
        (None, Some(_), "", _) if length == 0 => Asked::Beyond,
        (None, Some(count), "", _) => {
            Asked::Part { first: length.saturating_sub(count), last: end }
        }
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use heqi_service_kit::{Downloads, Load, Metrics};

    use super::*;

    #[test]
    fn a_part_is_what_was_asked_for_and_never_more_than_there_is() {
        let part = |first, last| Asked::Part { first, last };
        for (header, wanted) in [
            ("bytes=0-1", part(0, 1)),
            ("bytes=0-", part(0, 9)),
            ("bytes=4-400", part(4, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-30", part(0, 9)),
            ("bytes=9-9", part(9, 9)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=99999999999999999999999-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("lines=0-1", Asked::Whole),
        ] {
            assert_eq!(asked(header, 10), wanted, "{header}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Beyond);
    }

    #[test]
    fn safari_asks_two_bytes_first_and_then_goes_on() {
        let file = b"0123456789";
        let downloads = Downloads::new(Load::default(), &Metrics::default());
        let request = |range: &str| {
            let request = actix_web::test::TestRequest::default();
            let request = request.insert_header((RANGE, range.to_owned())).to_http_request();
            answer(&request, "video/mp4", file, downloads.room(file.len()).unwrap())
        };
        let first = request("bytes=0-1");
        assert_eq!(first.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(first.headers().get(CONTENT_RANGE).unwrap(), "bytes 0-1/10");
        assert_eq!(first.headers().get(ACCEPT_RANGES).unwrap(), "bytes");
        let beyond = request("bytes=10-");
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.headers().get(CONTENT_RANGE).unwrap(), "bytes */10");
    }
}
