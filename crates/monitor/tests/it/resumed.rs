//! A pass that is cut off at any place goes on there.

use crate::desk::{Desk, honest, log};

/// The state a monitor leaves that was killed after it had hashed some entries.
fn cut_off(desk: &Desk, hashes: &[u8]) {
    desk.put("state/leaves", hashes);
}

async fn leaves_of(size: u64) -> Vec<u8> {
    let desk = Desk::new();
    desk.serve(&honest(size));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    std::fs::read(desk.path("state/leaves")).unwrap()
}

#[tokio::test]
async fn a_first_pass_that_was_killed_reads_no_bundle_twice() {
    let leaves = leaves_of(700).await;
    assert_eq!(leaves.len(), 700 * 32);
    // Killed in the middle of writing a hash.
    for bytes in [512 * 32, 512 * 32 + 7, 300 * 32 + 31, 32] {
        let desk = Desk::new();
        cut_off(&desk, &leaves[..bytes]);
        desk.serve(&honest(700));
        // What was hashed already is gone from the server: it is not asked for.
        for bundle in 0..bytes / 32 / 256 {
            std::fs::remove_file(desk.path(&format!("log/tile/entries/{bundle:03}"))).unwrap();
        }
        let (code, said) = desk.look(|_| ()).await;
        assert_eq!(code, 0, "{bytes}: {said}");
        assert!(said.contains("all 700 entries"), "{said}");
        assert_eq!(std::fs::read(desk.path("state/leaves")).unwrap(), leaves);
    }
}

#[tokio::test]
async fn hashes_that_were_spoiled_on_the_way_are_read_again_and_accuse_nobody() {
    let mut leaves = leaves_of(700).await;
    leaves[100] ^= 1;
    let desk = Desk::new();
    cut_off(&desk, &leaves[..400 * 32]);
    desk.serve(&honest(700));
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 0, "{said}");
    // The same again on top of a confirmed head.
    desk.serve(&log(900, 800));
    leaves[100] ^= 1;
    leaves.extend([7; 64]);
    cut_off(&desk, &leaves);
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_bundle_that_is_missing_halfway_keeps_what_was_read_before_it() {
    let desk = Desk::new();
    desk.serve(&honest(700));
    let second = desk.path("log/tile/entries/001");
    let bytes = std::fs::read(&second).unwrap();
    std::fs::remove_file(&second).unwrap();
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 3, "{said}");
    assert_eq!(std::fs::metadata(desk.path("state/leaves")).unwrap().len(), 256 * 32);
    desk.put("log/tile/entries/001", &bytes);
    assert_eq!(desk.look(|_| ()).await.0, 0);
}
