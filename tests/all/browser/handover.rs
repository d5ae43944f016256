//! A PC without a camera and a phone, each a browser of its own: the phone reads the very QR code
//! that the PC draws, takes the photo and the handwriting, and the PC signs.

use heqi_evidence::schema::RecordKind;
use heqi_tests::browser::{Browser, Page};
use serde_json::Value;

use super::walk::{Invited, MOST_TAPS, Walk, axe, examined, invited, of_client};

/// What the QR code on the page says, read by a reader that is not ours.
pub(super) fn qr_text(page: &mut Page<'_>) -> String {
    let drawn = page
        .evaluate(
            "(() => { const code = document.querySelector('svg.qr'); \
             return [code.viewBox.baseVal.width, code.querySelector('path').getAttribute('d')]; })()",
        )
        .unwrap();
    let side = usize::try_from(drawn[0].as_u64().unwrap()).unwrap();
    let mut dark = vec![vec![false; side]; side];
    for module in drawn[1].as_str().unwrap().split('M').skip(1) {
        let (x, y) = module.trim_end_matches("h1v1h-1z").split_once(',').unwrap();
        dark[y.parse::<usize>().unwrap()][x.parse::<usize>().unwrap()] = true;
    }
    // As a camera sees it: several points for each module.
    let scale = 6;
    let shade = |x: usize, y: usize| if dark[y / scale][x / scale] { 0 } else { 255 };
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, shade);
    let grids = seen.detect_grids();
    grids.first().expect("no QR code is seen").decode().unwrap().1
}

/// As far as the camera, at a PC.
pub(super) fn until_photo(walk: &mut Walk<'_>, link: &str) {
    walk.come_in(link, "granted", "refused");
    walk.read();
    walk.until_at("拍一张现场照片");
}

pub(super) fn until_stand(walk: &mut Walk<'_>, stand: &str) {
    // A page that is still being laid out moves under the finger.
    let stands = format!(
        "document.readyState === 'complete' && \
         document.querySelector('#handover')?.dataset.stand === '{stand}'"
    );
    walk.page
        .wait_until(&stands)
        .unwrap_or_else(|error| panic!("{stand}: {error}\n{}", walk.account()));
}

/// The PC offers the step, and the phone reads the code and takes it. The number that the phone shows.
fn hand_over(desk: &mut Walk<'_>, phone: &mut Walk<'_>) -> String {
    desk.tap("#over button");
    until_stand(desk, "offered");
    let address = qr_text(&mut desk.page);
    let (_, code) = address.rsplit_once('/').unwrap();
    let landing = format!("{}/h/{code}?lang=zh", phone.base);
    phone.page.open(&landing).unwrap();
    phone.tap("button.go");
    phone.until_at("请在电脑上选这个数字");
    let number = phone.page.evaluate("document.querySelector('.pairing').textContent").unwrap();
    until_stand(desk, "claimed");
    number.as_str().unwrap().to_owned()
}

/// The number is picked at the PC, and the phone takes photo and handwriting.
fn do_the_step(desk: &mut Walk<'_>, phone: &mut Walk<'_>, number: &str) {
    desk.tap(&format!("button[value='{number}']"));
    until_stand(desk, "confirmed");
    phone.shoot();
    phone.until_at("请手写您的姓名");
    phone.write_a_name();
    phone.tap("#done");
    phone.until_at("手机上的步骤已完成");
}

/// The first three looks of every page fail: no network, an answer that is cut off, a platform that is busy.
const FAILING: &str = "(() => {
    const real = globalThis.fetch;
    const cut = () => new ReadableStream({ start: (body) => body.error(new TypeError('cut off')) });
    const failures = [
        () => Promise.reject(new TypeError('no network')),
        () => Promise.resolve(new Response(cut())),
        () => Promise.resolve(new Response('', { status: 503 })),
    ];
    globalThis.fetch = (path, request) => {
        const failure = request?.method === undefined ? failures.shift() : undefined;
        if (failure === undefined) return real(path, request);
        sessionStorage.setItem('test-failed', Number(sessionStorage.getItem('test-failed') ?? 0) + 1);
        return failure();
    };
})()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pc_whose_looks_fail_looks_again_by_itself_until_the_receipt() {
    let Some(Invited { browser: mut phone_browser, house, link }) = invited().await else { return };
    let mut desk_browser = Browser::start().unwrap();
    let mut desk = Walk::begin(&house, &mut desk_browser);
    let mut phone = Walk::begin(&house, &mut phone_browser);
    desk.page.run_before_load(FAILING).unwrap();
    until_photo(&mut desk, &link);
    let number = hand_over(&mut desk, &mut phone);
    do_the_step(&mut desk, &mut phone, &number);
    desk.until_at("请确认您的意愿");
    desk.tap("#sign");
    desk.until_at("签署完成");
    // Nor does the receipt stay as it was.
    let lit = "[...document.querySelectorAll('#flags li')]\
         .every((l) => l.dataset.state === 'there' || l.dataset.flag === 'timestamped')";
    desk.page
        .wait_until(lit)
        .unwrap_or_else(|error| panic!("the receipt: {error}\n{}", desk.account()));
    let failed = desk.page.evaluate("Number(sessionStorage.getItem('test-failed'))").unwrap();
    // At least while the code waits, while the phone takes the photo, and for the photo.
    assert!(failed.as_u64().is_some_and(|failed| failed >= 9), "{failed} looks failed");
    drop((desk, phone));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pc_without_a_camera_hands_the_photo_to_a_phone_and_signs_with_its_own_key() {
    let Some(Invited { browser: mut phone_browser, house, link }) = invited().await else { return };
    let mut desk_browser = Browser::start().unwrap();
    let axe = axe();
    let base = house.url();
    let mut desk = Walk::begin(&house, &mut desk_browser);
    let mut phone = Walk::begin(&house, &mut phone_browser);
    desk.page.resize(1280, 900).unwrap();
    phone.page.resize(360, 740).unwrap();
    let bypass = serde_json::json!({"enabled": true});
    desk.page.ask("Page.setBypassCSP", &bypass).unwrap();
    phone.page.ask("Page.setBypassCSP", &bypass).unwrap();

    until_photo(&mut desk, &link);
    desk.tap("#over button");
    until_stand(&mut desk, "offered");
    desk.keep_picture("handover-offered");
    let address = qr_text(&mut desk.page);
    let path = address.split_once("/h/").map(|(_, code)| format!("/h/{code}")).unwrap();
    for personal in ["示例", "股东", "par_", "fil_", "cer_"] {
        assert!(!address.contains(personal), "{address}");
    }
    desk.look(axe.as_deref(), "handover-desk");

    phone.page.open(&format!("{base}{path}?lang=zh")).unwrap();
    phone.until_at("用这台手机拍照？");
    // Looking uses nothing up.
    phone.page.open(&format!("{base}{path}?lang=zh")).unwrap();
    phone.tap("button.go");
    phone.until_at("请在电脑上选这个数字");
    phone.look(axe.as_deref(), "handover-phone");
    let number = phone.page.evaluate("document.querySelector('.pairing').textContent").unwrap();
    let number = number.as_str().unwrap().to_owned();

    // Somebody who photographed the code comes second, and is told so in a sentence.
    let thief = house.client.http.post(format!("{base}{path}")).send().await.unwrap();
    assert_eq!(thief.status(), 409);
    assert!(thief.text().await.unwrap().contains("该二维码已被一台设备使用"));
    // Not confirmed, the phone can do nothing; and it sees nothing of the signing.
    let early = "fetch('/handover/photo', {method: 'POST', body: new Uint8Array(9), headers: {\
         accept: 'application/json', 'content-type': 'image/jpeg', 'idempotency-key': 'early', \
         'x-csrf-token': document.querySelector('meta[name=csrf]').content}})\
         .then((answer) => answer.json()).then(({code}) => code)";
    assert_eq!(phone.page.evaluate(early).unwrap(), "handover_not_confirmed");
    let pry = "Promise.all(['/sign', '/sign/confirm', '/api/v1/ceremony']\
         .map((path) => fetch(path).then(({status}) => status)))";
    assert_eq!(phone.page.evaluate(pry).unwrap(), serde_json::json!([403, 403, 403]));

    until_stand(&mut desk, "claimed");
    desk.keep_picture("handover-claimed");
    desk.tap(&format!("button[value='{number}']"));
    until_stand(&mut desk, "confirmed");
    phone.until_at("拍一张现场照片");
    phone.tap("#start");
    phone.until_shown("#take");
    phone.page.wait_until("document.querySelector('#stream').videoWidth > 0").unwrap();
    phone.tap("#take");
    phone.tap("#use");
    phone.until_at("请手写您的姓名");
    until_stand(&mut desk, "photographed");
    phone.write_a_name();
    phone.tap("#done");
    phone.until_at("手机上的步骤已完成");

    // The PC goes on by itself.
    desk.until_at("请确认您的意愿");
    desk.tap("#sign");
    desk.until_at("签署完成");
    let taps = desk.taps + phone.taps;
    assert!(taps <= MOST_TAPS, "{taps} taps");
    println!("{taps} taps on both devices");

    let record = desk.page.evaluate("document.querySelector('#flags').dataset.record").unwrap();
    house.until_answered(&heqi_registration::Custodian::ALL).await;
    house.until_cosigned().await;
    let bundle = examined(&house, record.as_str().unwrap()).await;
    assert_eq!(of_client(&bundle, "capture_source"), "handed_over_camera_stream");
    // The key was made at the PC and never left it.
    assert!(of_client(&bundle, "key_custody").as_str().unwrap().ends_with("_non_extractable"));
    let strokes = of_client(&bundle, "strokes_sha256");
    let strokes = format!("{}.json", strokes.as_str().unwrap());
    let strokes: Value = serde_json::from_slice(&bundle.parts.attachments[&strokes]).unwrap();
    assert_eq!(strokes["strokes"].as_array().unwrap().len(), 3);
    assert_eq!(RecordKind::HandedOver.as_str(), "handed_over");
    drop((desk, phone));
    house.stop().await;
}

/// A database that keeps nothing more once the step is offered to another device, and digests that fail there or are of
/// something else while the test wants that.
const FULL: &str = "(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...what) {
        const isFull = location.pathname === '/sign/handover' && sessionStorage.getItem('test-room') === null;
        if (isFull) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, what);
    };
    const digest = SubtleCrypto.prototype.digest;
    SubtleCrypto.prototype.digest = function (name, bytes) {
        const odd = location.pathname === '/sign/handover' && sessionStorage.getItem('test-odd');
        if (odd === 'fails') throw new Error('nobody foresaw it');
        return digest.call(this, name, odd === 'other' ? new Uint8Array(1) : bytes);
    };
})()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pc_that_cannot_note_what_the_phone_did_says_so_and_goes_on_once_there_is_room() {
    let Some(Invited { browser: mut phone_browser, house, link }) = invited().await else { return };
    let mut desk_browser = Browser::start().unwrap();
    let base = house.url();
    let mut desk = Walk::begin(&house, &mut desk_browser);
    let mut phone = Walk::begin(&house, &mut phone_browser);
    desk.page.run_before_load(FULL).unwrap();
    until_photo(&mut desk, &link);
    let number = hand_over(&mut desk, &mut phone);
    do_the_step(&mut desk, &mut phone, &number);
    desk.until_shown("[data-said=unkept]");
    let told = desk.page.evaluate("document.querySelector('#said').innerText").unwrap();
    assert!(told.as_str().unwrap().contains("请刷新本页再试"), "no next step: {told}");
    assert!(!told.as_str().unwrap().contains("正在处理"), "it is not said to go on: {told}");
    // Nor where something fails that nobody foresaw, or another photo arrives; for that there is a way.
    for (odd, said, has_way) in [("fails", "broken", false), ("other", "small", true)] {
        desk.page.evaluate(&format!("sessionStorage.setItem('test-odd', '{odd}')")).unwrap();
        desk.page.open(&format!("{base}/sign/handover?lang=zh")).unwrap();
        desk.until_shown(&format!("[data-said={said}]"));
        let mut is_shown = |part: &str| {
            let shown = format!("document.querySelector('{part}').checkVisibility()");
            desk.page.evaluate(&shown).unwrap()
        };
        assert_eq!(is_shown("#going-on"), false, "{said}");
        assert_eq!(is_shown("#again"), has_way, "{said}");
    }
    desk.page.evaluate("sessionStorage.removeItem('test-odd')").unwrap();
    desk.page.evaluate("sessionStorage.setItem('test-room', 'yes')").unwrap();
    desk.page.open(&format!("{base}/sign/handover?lang=zh")).unwrap();
    desk.until_at("请确认您的意愿");
    desk.tap("#sign");
    desk.until_at("签署完成");
    drop((desk, phone));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_number_and_a_cancelled_hand_over_are_told_on_both_devices() {
    let Some(Invited { browser: mut phone_browser, house, link }) = invited().await else { return };
    let mut desk_browser = Browser::start().unwrap();
    let mut desk = Walk::begin(&house, &mut desk_browser);
    let mut phone = Walk::begin(&house, &mut phone_browser);
    until_photo(&mut desk, &link);
    for (wrong, told) in [(true, "手机上显示的不一致"), (false, "电脑上已取消")] {
        let number = hand_over(&mut desk, &mut phone);
        if wrong {
            desk.tap(&format!("button.digits:not([value='{number}'])"));
        } else {
            desk.tap("button[value=none]");
        }
        until_stand(&mut desk, "ended");
        until_stand(&mut phone, "ended");
        for walk in [&mut desk, &mut phone] {
            let shown =
                walk.page.evaluate("document.querySelector('#handover').innerText").unwrap();
            assert!(shown.as_str().unwrap().contains(told), "{shown}");
        }
        phone.keep_picture("handover-ended");
        // There is a way on.
        desk.tap("#handover a.go");
        desk.until_at("拍一张现场照片");
    }
    drop((desk, phone));
    house.stop().await;
}
