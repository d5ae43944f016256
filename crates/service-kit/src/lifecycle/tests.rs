use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{App, HttpServer, web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::listener::Listener;

const LONG: Duration = Duration::from_mins(1);
static ANSWERED: AtomicBool = AtomicBool::new(false);

async fn until(mut shutdown: Shutdown) -> Result<(), Infallible> {
    shutdown.requested().await;
    Ok(())
}

#[tokio::test]
async fn a_stop_reaches_every_task() {
    let mut group = TaskGroup::new();
    group.spawn("first", until(group.shutdown()));
    group.spawn("second", until(group.shutdown()));
    let mut ended = group.run_until(ready(()), LONG).await;
    ended.finished.sort_unstable();
    assert_eq!(ended.finished, ["first", "second"]);
    assert!(ended.is_clean());
}

#[tokio::test]
async fn the_first_failure_stops_the_others_and_is_named() {
    let mut group = TaskGroup::new();
    group.spawn("broken", ready(Err::<(), _>("the disk is full")));
    group.spawn("other", until(group.shutdown()));
    let ended = group.run_until(pending::<()>(), LONG).await;
    assert_eq!(ended.failed, [("broken", "the disk is full".to_owned())]);
    assert_eq!(ended.finished, ["other"]);
    assert!(!ended.is_clean());
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let mut group = TaskGroup::new();
    group.spawn("fragile", async {
        assert!(ready(false).await, "on purpose");
        Ok::<_, Infallible>(())
    });
    let ended = group.run_until(pending::<()>(), LONG).await;
    assert_eq!(ended.failed, [("fragile", "panicked".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_done_by_the_deadline_is_abandoned_and_named() {
    let mut group = TaskGroup::new();
    group.spawn("deaf", pending::<Result<(), Infallible>>());
    group.spawn("polite", until(group.shutdown()));
    let ended = group.run_until(ready(()), LONG).await;
    assert_eq!(ended.finished, ["polite"]);
    assert_eq!(ended.abandoned, ["deaf"]);
}

#[tokio::test]
async fn a_task_that_is_done_leaves_the_others_running_until_all_are_done() {
    let mut group = TaskGroup::new();
    let trigger = group.trigger();
    group.spawn("short", ready(Ok::<_, Infallible>(())));
    group.spawn("asks", async move {
        trigger.request();
        Ok::<_, Infallible>(())
    });
    group.spawn("waits", until(group.shutdown()));
    let ended = group.run_until(pending::<()>(), LONG).await;
    assert_eq!(ended.finished.len(), 3);
    let ended = TaskGroup::new().run_until(pending::<()>(), LONG).await;
    assert_eq!(ended, Ended::default());
}

#[tokio::test]
async fn a_group_that_is_gone_is_a_stop() {
    let group = TaskGroup::new();
    let mut shutdown = group.shutdown();
    assert!(!shutdown.is_requested());
    drop(group);
    assert!(shutdown.is_requested());
    shutdown.requested().await;
}

async fn slow(
    begun: web::Data<parking_lot::Mutex<Option<tokio::sync::oneshot::Sender<()>>>>,
    stopping: web::Data<Shutdown>,
) -> &'static str {
    if let Some(begun) = begun.lock().take() {
        begun.send(()).unwrap();
    }
    // The answer is ready only after the stop has been asked for.
    Shutdown::clone(&stopping).requested().await;
    ANSWERED.store(true, Ordering::SeqCst);
    "done"
}

/// A request that is being answered when the stop comes is answered in full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_finishes_the_requests_it_has() {
    let (begun, has_begun) = tokio::sync::oneshot::channel::<()>();
    let begun = web::Data::new(parking_lot::Mutex::new(Some(begun)));
    let mut group = TaskGroup::new();
    let stopping = web::Data::new(group.shutdown());

    let listener = Listener::bind("127.0.0.1:0").unwrap();
    let address = listener.address();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(begun.clone())
            .app_data(stopping.clone())
            .route("/", web::get().to(slow))
    });
    let server = server.workers(1).disable_signals().listen(listener.into_std()).unwrap().run();
    group.spawn_server("http", server);

    let client = tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    let ended = group.run_until(has_begun, LONG).await;
    assert!(ended.is_clean(), "{ended:?}");
    assert!(ANSWERED.load(Ordering::SeqCst));
    assert!(client.await.unwrap().ends_with("done"));
}
