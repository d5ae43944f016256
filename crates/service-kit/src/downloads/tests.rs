use std::task::Waker;

use actix_web::http::header::RETRY_AFTER;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse};

use super::*;

const MIB: usize = 1 << 20;

fn downloads(download_memory_bytes: usize) -> Arc<Downloads> {
    Downloads::new(Load { download_memory_bytes, ..Load::default() }, &Metrics::default())
}

fn piece(sending: &mut Sending) -> Option<Result<Bytes, TooSlow>> {
    match Pin::new(sending).poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(piece) => piece,
        Poll::Pending => panic!("the next piece is always there"),
    }
}

#[test]
fn what_is_sent_goes_in_pieces_and_is_the_same_bytes() {
    let downloads = downloads(10 * MIB);
    let whole: Vec<u8> = (0..=250).cycle().take(2 * PIECE_BYTES + 5).collect();
    let mut sending = downloads.room(1).unwrap().send(whole.clone());
    let BodySize::Sized(size) = sending.size() else { panic!("the length is known") };
    assert_eq!(usize::try_from(size).unwrap(), whole.len());
    let mut pieces = Vec::new();
    while let Some(next) = piece(&mut sending) {
        pieces.push(next.unwrap());
    }
    assert_eq!(pieces.iter().map(Bytes::len).collect::<Vec<_>>(), [PIECE_BYTES, PIECE_BYTES, 5]);
    assert_eq!(pieces.iter().flat_map(|piece| piece.iter().copied()).collect::<Vec<u8>>(), whole);
}

#[test]
fn answers_share_one_memory_until_their_last_byte_has_gone() {
    let downloads = downloads(10 * MIB);
    let first = downloads.room(6 * MIB).unwrap();
    assert_eq!(downloads.room(5 * MIB).unwrap_err(), RequestProblem::Overloaded);
    // It came to less than was expected, and that is what counts while it is sent.
    let sending = first.send(vec![0; 2 * MIB]);
    let second = downloads.room(5 * MIB).unwrap();
    assert_eq!(downloads.room(4 * MIB).unwrap_err(), RequestProblem::Overloaded);
    // Whoever leaves makes room, and so does what is not made after all.
    drop(sending);
    drop(downloads.room(5 * MIB).unwrap());
    drop(second);
    assert_eq!(downloads.held_bytes.load(Ordering::Relaxed), 0);
    assert_eq!((downloads.shown.get(), downloads.refused.get()), (0, 2));
}

#[test]
fn one_that_came_to_more_than_was_expected_is_sent_and_the_next_waits_for_it() {
    let downloads = downloads(10 * MIB);
    let sending = downloads.room(1).unwrap().send(vec![0; 12 * MIB]);
    assert_eq!(downloads.shown.get(), 12 << 20);
    assert!(downloads.room(1).is_err());
    drop(sending);
    // One that is expected to be larger than all there is takes all of it, and comes by itself.
    let all = downloads.room(usize::MAX).unwrap();
    assert!(downloads.room(1).is_err());
    drop(all);
    assert!(downloads.room(10 * MIB).is_ok());
}

#[test]
fn without_memory_nothing_is_sent() {
    assert_eq!(downloads(0).room(1).unwrap_err(), RequestProblem::Overloaded);
    let unlimited = Downloads::new(Load::unlimited(), &Metrics::default());
    let taken = [(); 3].map(|()| unlimited.room(64 * MIB).unwrap());
    assert_eq!(unlimited.held_bytes.load(Ordering::Relaxed), 3 * 64 * MIB);
    drop(taken);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_takes_nothing_is_let_go_and_the_memory_with_it() {
    let downloads = downloads(2 * MIB);
    let mut sending = downloads.room(1).unwrap().send(vec![0; 2 * MIB]);
    assert!(matches!(piece(&mut sending), Some(Ok(_))));
    // As slow as 32 KiB a second is waited for.
    tokio::time::sleep(LEAST).await;
    assert!(downloads.room(1).is_err());
    assert!(matches!(piece(&mut sending), Some(Ok(_))));
    tokio::time::sleep(patience(2 * MIB)).await;
    assert!(downloads.room(MIB).is_ok(), "nobody read, and it was let go");
    assert!(matches!(piece(&mut sending), Some(Err(_))), "an answer cut short is no whole one");
}

#[test]
fn a_package_takes_half_an_hour_at_most_and_a_small_file_a_minute() {
    assert_eq!(patience(0), Duration::from_mins(1));
    assert_eq!(patience(64 * MIB), Duration::from_secs(60 + 2_048));
    assert!(patience(usize::MAX) > patience(64 * MIB));
}

async fn large(downloads: Data<Downloads>) -> Result<HttpResponse, RequestProblem> {
    let room = downloads.into_inner().room(MIB)?;
    Ok(HttpResponse::Ok().body(room.send(vec![7; MIB])))
}

#[actix_web::test]
async fn whoever_finds_no_room_is_told_when_to_come_again_and_is_served_then() {
    let downloads = Data::from(downloads(MIB));
    let app = App::new().app_data(downloads.clone()).route("/large", web::get().to(large));
    let app = init_service(app).await;
    let ask = || TestRequest::get().uri("/large").to_request();
    let first = call_service(&app, ask()).await;
    assert_eq!(first.status(), 200);
    // The handler is done, but its reader has not read.
    let refused = call_service(&app, ask()).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    assert_eq!(read_body(first).await, vec![7; MIB]);
    assert_eq!(call_service(&app, ask()).await.status(), 200);
}
