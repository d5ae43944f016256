//! The receipt that somebody leaves open, until its session has ended.

use super::walk::{Invited, Walk, invited};

/// Half an hour later by the device as well, and nothing is left for which the page would look.
const LATER: &str = "(() => { const now = Date.now; Date.now = () => now() + 31 * 60_000; \
     document.querySelector('#flags').dataset.whole = 'yes'; })()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_that_stays_open_says_that_its_session_has_ended_and_leads_back() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let mut walk = Walk::begin(&house, &mut browser);
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.shoot();
    walk.write_and_sign();
    walk.until_shown("a[download]");
    let ended = "document.querySelector('#ended div').checkVisibility()";
    assert_eq!(walk.page.evaluate(ended).unwrap(), false, "it has not ended yet");

    house.clocks().platform.be_ahead_ms(31 * 60_000);
    walk.page.evaluate(LATER).unwrap();
    walk.until_shown("#ended a");
    let told = walk.page.evaluate("document.querySelector('#ended').innerText").unwrap();
    for words in ["本次登录已结束", "不会丢失", "重新打开您收到的链接", "办件码"]
    {
        assert!(told.as_str().unwrap().contains(words), "{words} in {told}");
    }
    let left = "[...document.querySelectorAll('[data-in-session]')].filter((part) => part.checkVisibility()).length";
    assert_eq!(walk.page.evaluate(left).unwrap(), 0, "a button that leads nowhere");
    let voucher = "document.querySelector('.number').checkVisibility()";
    assert_eq!(walk.page.evaluate(voucher).unwrap(), true, "the receipt is kept");
    walk.keep_picture("receipt-ended");
    walk.tap("#ended a");
    walk.until_at("凭办件码办理签署");
    house.clocks().platform.be_ahead_ms(0);
    drop(walk);
    house.stop().await;
}

/// One browser has one session: whoever opens another link in it leaves the receipt standing there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_follows_no_other_signing_that_is_opened_beside_it() {
    let Some(Invited { mut browser, house, link }) = invited().await else { return };
    let other = house.invite(1).await.remove(0);
    let other = house.link_of(&other).await;
    let mut walk = Walk::begin(&house, &mut browser);
    walk.come_in(&link, "granted", "refused");
    walk.read();
    walk.shoot();
    walk.write_and_sign();
    walk.until_shown("a[download]");
    let open = format!("fetch('{other}', {{method: 'POST'}}).then((answer) => answer.ok)");
    assert_eq!(walk.page.evaluate(&open).unwrap(), true);
    // The time of this page is over by the device alone: the session that is asked is the other one's.
    walk.page.evaluate(LATER).unwrap();
    walk.until_shown("#ended a");
    drop(walk);
    house.stop().await;
}
