//! What others were told: over HTTP, from publication points and from other monitors.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::desk::{Desk, honest, log};

/// Serves a folder; the first requests may be put off.
struct Site {
    url: String,
    put_off: Arc<AtomicU32>,
}

impl Site {
    fn of(folder: PathBuf, put_off: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let left = Arc::new(AtomicU32::new(put_off));
        let shared = left.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &folder, &shared);
            }
        });
        Self { url, put_off: left }
    }
}

fn answer(mut stream: TcpStream, folder: &Path, put_off: &AtomicU32) {
    let (mut head, mut byte) = (Vec::new(), [0; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_exact(&mut byte).is_err() {
            return;
        }
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().trim_start_matches('/');
    let is_put_off = put_off
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok();
    let (status, body) = match std::fs::read(folder.join(path)) {
        _ if is_put_off => ("503 Service Unavailable", Vec::new()),
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(&[head.into_bytes(), body].concat());
}

fn point_of(log: &heqi_testkit::MemoryLog) -> String {
    let origin = heqi_tlog::checkpoint::Origin::new(log.origin()).unwrap();
    format!("point/{}/checkpoint", origin.monitoring_path())
}

#[tokio::test]
async fn a_log_that_is_busy_is_asked_again_and_one_that_stays_away_is_told() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    let site = Site::of(desk.path("log"), 2);
    let (code, said) = desk.look(|args| args.log = Some(site.url.clone())).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(site.put_off.load(Ordering::SeqCst), 0);
    site.put_off.store(3, Ordering::SeqCst);
    let (code, said) = desk.look(|args| args.log = Some(site.url.clone())).await;
    assert_eq!(code, 2, "three attempts and no more: {said}");
}

#[tokio::test]
async fn a_witness_that_was_shown_another_history_convicts_the_log_through_its_publication_point() {
    let desk = Desk::new();
    desk.serve(&honest(40));
    let told = log(33, 20);
    desk.put(&point_of(&told), &told.head_at(33).to_bytes());
    let site = Site::of(desk.folder.path().to_owned(), 0);
    let point = format!("{}/point/", site.url);
    let (code, said) = desk.look(|args| args.gossip = vec![point.clone()]).await;
    assert_eq!(code, 1, "{said}");
    let sizes: Vec<_> = desk.proof().heads().map(|head| head.checkpoint().size()).collect();
    assert_eq!(sizes, [33, 40]);
}

#[tokio::test]
async fn a_witness_that_kept_a_proof_convicts_the_log_though_its_head_fits() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    let fork = heqi_tlog::fork::ForkProof::roots(honest(5).head_at(5), log(5, 2).head_at(5));
    let place = point_of(&honest(9));
    desk.put(&place, &honest(9).head_at(9).to_bytes());
    let proof = place.replace("/checkpoint", "/fork-proof");
    desk.put(&proof, fork.unwrap().to_string().as_bytes());
    let site = Site::of(desk.folder.path().to_owned(), 0);
    let point = format!("{}/point/", site.url);
    let (code, said) = desk.look(|args| args.gossip = vec![point]).await;
    assert_eq!(code, 1, "{said}");
    desk.proof();
}

#[tokio::test]
async fn a_publication_point_that_knows_nothing_of_the_log_is_told() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    let site = Site::of(desk.folder.path().to_owned(), 0);
    let point = format!("{}/point/", site.url);
    let (code, said) = desk.look(|args| args.gossip = vec![point]).await;
    assert_eq!(code, 2, "{said}");
}

#[tokio::test]
async fn a_mirror_that_is_ahead_with_another_history_convicts_with_its_own_tiles() {
    let desk = Desk::new();
    let told = log(300, 20);
    desk.serve(&told);
    let place = desk.path(&point_of(&told));
    std::fs::create_dir_all(place.parent().unwrap().parent().unwrap()).unwrap();
    std::fs::rename(desk.path("log"), place.parent().unwrap()).unwrap();
    // The log itself never shows anybody more than 40 entries.
    desk.serve(&honest(40));
    let site = Site::of(desk.folder.path().to_owned(), 0);
    let point = format!("{}/point/", site.url);
    let (code, said) = desk.look(|args| args.gossip = vec![point]).await;
    assert_eq!(code, 1, "{said}");
    let sizes: Vec<_> = desk.proof().heads().map(|head| head.checkpoint().size()).collect();
    assert_eq!(sizes, [40, 300]);
}

#[tokio::test]
async fn what_another_monitor_saw_is_held_against_the_log_by_address() {
    let other = Desk::new();
    other.serve(&log(20, 5));
    assert_eq!(other.look(|_| ()).await.0, 0, "alone it cannot know");
    let site = Site::of(other.path("state"), 0);
    let desk = Desk::new();
    desk.serve(&honest(30));
    let url = format!("{}/checkpoint", site.url);
    let (code, said) = desk.look(|args| args.gossip = vec![url]).await;
    assert_eq!(code, 1, "{said}");
    desk.proof();
}

#[tokio::test]
async fn a_head_that_was_heard_once_is_compared_when_the_log_gets_there() {
    let desk = Desk::new();
    desk.serve(&honest(10));
    desk.put("told", &log(30, 4).head_at(30).to_bytes());
    let (code, said) = desk.look(|args| args.gossip = vec![desk.place("told")]).await;
    assert_eq!(code, 3, "nothing can be said yet: {said}");
    desk.serve(&honest(20));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    desk.serve(&honest(50));
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 1, "{said}");
    let sizes: Vec<_> = desk.proof().heads().map(|head| head.checkpoint().size()).collect();
    assert_eq!(sizes, [30, 50]);
    // A head that fits is forgotten once it was compared.
    let desk = Desk::new();
    desk.serve(&honest(10));
    desk.put("told", &honest(30).head_at(30).to_bytes());
    assert_eq!(desk.look(|args| args.gossip = vec![desk.place("told")]).await.0, 3);
    desk.serve(&honest(50));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    assert_eq!(std::fs::read_dir(desk.path("state/heard")).unwrap().count(), 0);
}

#[tokio::test]
async fn heads_that_the_log_never_gets_to_keep_no_other_from_being_compared() {
    let desk = Desk::new();
    desk.serve(&honest(10));
    let far = honest(700);
    for size in 400..660 {
        desk.put(&format!("far/{size}"), &far.head_at(size).to_bytes());
    }
    assert_eq!(desk.look(|args| args.gossip = vec![desk.place("far")]).await.0, 3);
    desk.put("told", &log(30, 4).head_at(30).to_bytes());
    assert_eq!(desk.look(|args| args.gossip = vec![desk.place("told")]).await.0, 3);
    let kept = std::fs::read_dir(desk.path("state/heard")).unwrap().count();
    assert_eq!(kept, 256, "there is no need to keep any number of them");
    // Nobody tells it again.
    desk.serve(&honest(50));
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 1, "{said}");
    desk.proof();
}

#[tokio::test]
async fn a_fork_proof_of_others_convicts_and_one_by_other_keys_does_not() {
    let caught = Desk::new();
    caught.serve(&honest(9));
    caught.put("other", &log(9, 4).head_at(9).to_bytes());
    assert_eq!(caught.look(|args| args.gossip = vec![caught.place("other")]).await.0, 1);
    let desk = Desk::new();
    desk.serve(&honest(9));
    desk.put("theirs", caught.proof().to_string().as_bytes());
    let (code, said) = desk.look(|args| args.gossip = vec![desk.place("theirs")]).await;
    assert_eq!(code, 1, "{said}");
    desk.proof();
    let spoiled = caught.proof().to_string().replacen("\n9\n", "\n8\n", 1);
    desk.put("spoiled", spoiled.as_bytes());
    let spoiled = vec![desk.place("spoiled")];
    assert_eq!(desk.look(|args| args.gossip = spoiled).await.0, 2);
}

#[tokio::test]
async fn without_once_it_follows_until_it_has_caught_something() {
    let desk = Desk::new();
    desk.serve(&honest(30));
    desk.put("gossip/first", &honest(20).head_at(20).to_bytes());
    let follow = |args: &mut heqi_monitor::MonitorArgs| {
        (args.once, args.gossip) = (false, vec![desk.place("gossip")]);
    };
    let fork = async {
        // The monitor has looked once when its state is there.
        while !desk.path("state/checkpoint").exists() {
            tokio::task::yield_now().await;
        }
        desk.put("gossip/second", &log(25, 7).head_at(25).to_bytes());
    };
    let ((code, said), ()) = tokio::join!(desk.look(follow), fork);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("all 30 entries"), "{said}");
    desk.proof();
}
