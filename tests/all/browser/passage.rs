//! A signer who does what the page in front of them asks, whatever order the pages come in: for
//! tests that are about something else than the order of the steps.

use heqi_tests::browser::Page;
use serde_json::{Value, json};

use super::door::{ID_NUMBER, Reached};
use crate::acceptance::house::House;

/// The heading that the way ends at.
const SIGNED: [&str; 2] = ["签署完成", "Signed"];
/// What checks the code, and what the last four.
const CHECK_CODE: &str = "form[action='/sign/code/check'] button";
const CHECK_NUMBER: &str = "form[action='/sign/identity'] button[type=submit]";
/// The pages before the consents, and what leads on from each.
const DOOR: [(&str, &str); 4] = [
    ("您有文件待签署", "button.go"),
    ("先收一个验证码", "form[action='/sign/code'] button"),
    ("请输入验证码", CHECK_CODE),
    ("请确认您是本人", CHECK_NUMBER),
];
/// 我已读完 of the first document that is not read yet.
const READ: &str = "form[action='/sign/read'] button";
/// More pages than any ceremony has.
const MOST_PAGES: usize = 40;

/// Counts what scripts send; the browser tells only what it receives.
const COUNTING: &str = "(() => { const fetched = globalThis.fetch; \
     globalThis.fetch = (path, request) => { \
       const body = request?.body ?? ''; \
       const size = body.size ?? body.byteLength ?? body.length ?? 0; \
       sessionStorage.setItem('sent', Number(sessionStorage.getItem('sent') ?? 0) + size); \
       return fetched(path, request); }; })()";
/// Notes every shift of the layout, also those that follow a tap at once.
const SHIFTS: &str = "(() => { globalThis.shifts = []; \
     new PerformanceObserver((list) => { for (const entry of list.getEntries()) \
       globalThis.shifts.push(`${entry.value} ${entry.sources?.map((s) => s.node?.nodeName + '#' + s.node?.id).join(' ')}`); \
     }).observe({ type: 'layout-shift', buffered: true }); })()";

/// Somebody on their way.
pub(crate) struct Passage<'a> {
    pub(crate) page: Page<'a>,
    /// Bytes that came over the network so far.
    pub(crate) received: u64,
    /// What the browser complained of.
    pub(crate) errors: Vec<String>,
    /// Headings of the pages, in order.
    pub(crate) passed: Vec<String>,
    /// Taps so far, beside the consents, one 我已读完 for each document, drawing and typing.
    pub(crate) taps: usize,
    /// How often 我已读完 was tapped.
    pub(crate) read: usize,
    /// What the layout did while the camera began.
    pub(crate) camera_shifts: Vec<String>,
}

impl<'a> Passage<'a> {
    /// Opens the link.
    pub(crate) fn begin(mut page: Page<'a>, address: &str) -> Self {
        page.run_before_load(COUNTING).unwrap();
        page.run_before_load(SHIFTS).unwrap();
        page.open(address).unwrap();
        Self {
            page,
            received: 0,
            errors: Vec::new(),
            passed: Vec::new(),
            taps: 0,
            read: 0,
            camera_shifts: Vec::new(),
        }
    }

    /// Goes on to the receipt; `look` sees each page before it is left.
    pub(crate) fn finish(&mut self, mut look: impl FnMut(&mut Self, &str)) {
        for _ in 0..MOST_PAGES {
            let heading = self.settled();
            look(self, &heading);
            self.passed.push(heading.clone());
            if SIGNED.contains(&heading.as_str()) {
                self.count();
                return;
            }
            self.do_what_it_asks(&heading);
            self.until_left(&heading);
        }
        panic!("no end: {:?}", self.passed);
    }

    /// Comes in by the one-time code and the last four, as far as the first consent.
    pub(super) async fn come_in(&mut self, reached: &mut Reached, house: &House) {
        for (wanted, button) in DOOR {
            let heading = self.settled();
            assert_eq!(heading, wanted, "after {:?}", self.passed);
            self.passed.push(heading);
            match button {
                CHECK_CODE => {
                    let code = reached.code(house).await;
                    self.type_in("#code", &code);
                }
                CHECK_NUMBER => {
                    let (digits, letter) = ID_NUMBER[14..].split_at(3);
                    self.type_in("#last-four", digits);
                    self.answer(&format!("button[data-types='{letter}']"));
                }
                _ => {}
            }
            // The next page has no such mark: so it is known when this one is left.
            self.page.evaluate("globalThis.left = false").unwrap();
            self.tap(button);
            self.until_left(wanted);
        }
    }

    /// Waits for the page after the one that was marked.
    fn until_left(&mut self, heading: &str) {
        let left = "document.readyState === 'complete' && globalThis.left === undefined && \
             document.querySelector('h1') !== null && document.querySelector('#content') !== null";
        self.page.wait_until(left).unwrap_or_else(|error| {
            let shown = self.page.evaluate("document.body.innerText");
            panic!("{heading} is not left: {error}\n{shown:?}\n{}", self.page.account())
        });
    }

    fn type_in(&mut self, selector: &str, text: &str) {
        self.answer(selector);
        self.page.write(text).unwrap();
    }

    /// Waits for the page and gives its heading.
    pub(crate) fn settled(&mut self) -> String {
        let there = "document.readyState === 'complete' && document.querySelector('h1') !== null";
        self.page.wait_until(there).unwrap();
        self.count();
        let heading = self.page.evaluate("document.querySelector('h1').textContent").unwrap();
        heading.as_str().unwrap().to_owned()
    }

    /// Notes what came over the network and what went wrong.
    pub(crate) fn count(&mut self) {
        let trouble = self.page.trouble().unwrap();
        self.received += trouble.received_bytes;
        self.errors.extend(trouble.errors);
    }

    /// Bytes that scripts of the pages sent.
    pub(crate) fn sent(&mut self) -> u64 {
        let sent = self.page.evaluate("Number(sessionStorage.getItem('sent') ?? 0)").unwrap();
        sent.as_u64().unwrap()
    }

    fn do_what_it_asks(&mut self, heading: &str) {
        // The next page has no such mark: so it is known when this one is left.
        self.page.evaluate("globalThis.left = false").unwrap();
        for selector in ["#sign", "#pad", "button#start", "button[value=granted]", "button.go"] {
            if !self.shows(selector) {
                continue;
            }
            match selector {
                "button#start" => self.take_a_photo(),
                "#pad" => self.write_a_name(),
                "button[value=granted]" => self.answer(selector),
                _ => self.tap(selector),
            }
            return;
        }
        if self.shows(READ) {
            self.answer(READ);
            self.read += 1;
            return;
        }
        assert!(self.shows("main form button"), "{heading} asks for nothing known");
        self.tap("main form button");
    }

    pub(crate) fn shows(&mut self, selector: &str) -> bool {
        let named = Value::from(selector);
        let shown = format!(
            "(() => {{ const e = document.querySelector({named}); return !!e && e.checkVisibility() && !e.disabled; }})()"
        );
        self.page.evaluate(&shown).unwrap() == true
    }

    pub(crate) fn tap(&mut self, selector: &str) {
        self.answer(selector);
        self.taps += 1;
    }

    /// A tap that is not counted: a consent, 我已读完, or typing.
    fn answer(&mut self, selector: &str) {
        let named = Value::from(selector);
        let shown = format!(
            "(() => {{ const e = document.querySelector({named}); return !!e && e.checkVisibility() && !e.disabled; }})()"
        );
        self.page.wait_until(&shown).unwrap();
        self.page.tap(selector).unwrap();
    }

    fn take_a_photo(&mut self) {
        self.page.evaluate("globalThis.shifts.length = 0").unwrap();
        // On a slow network the button stands there before its script does.
        self.page.wait_until("document.readyState === 'complete'").unwrap();
        self.tap("#start");
        let seen = self.page.wait_until("document.querySelector('#stream').videoWidth > 0");
        if let Err(error) = seen {
            let how = "(() => { const v = document.querySelector('#stream'); \
                 return [v.hidden, v.readyState, v.paused, v.srcObject?.active, document.hidden, \
                         document.querySelector('#start').disabled, document.body.innerText]; })()";
            panic!("no picture: {error:?}, {:?}", self.page.evaluate(how));
        }
        // Two frames after the picture stands: what moves by it has moved.
        let frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.page.evaluate(frames).unwrap();
        let shifts = self.page.evaluate("globalThis.shifts").unwrap();
        let shifts = shifts.as_array().unwrap().iter().map(ToString::to_string);
        self.camera_shifts.extend(shifts);
        self.tap("#take");
        self.tap("#use");
    }

    fn write_a_name(&mut self) {
        self.draw();
        self.tap("#done");
    }

    /// Draws where a name is to be written.
    pub(crate) fn draw(&mut self) {
        for line in [
            vec![[150.0, 250.0], [300.0, 240.0], [480.0, 260.0]],
            vec![[320.0, 120.0], [310.0, 500.0], [240.0, 860.0]],
        ] {
            self.page.draw("#pad", &line).unwrap();
        }
    }
}

/// 400 kbit/s in both directions, as far away as a mobile network is, and a processor four times
/// slower than this one.
pub(crate) fn be_a_slow_phone(page: &mut Page<'_>) {
    let bytes_per_second = 400_000 / 8;
    let slow = json!({
        "offline": false, "latency": 150,
        "downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second,
        "connectionType": "cellular3g",
    });
    page.ask("Network.emulateNetworkConditions", &slow).unwrap();
    page.ask("Emulation.setCPUThrottlingRate", &json!({"rate": 4})).unwrap();
}

/// The same where nothing but that network answers: what a service worker asks for goes another
/// way, which is as fast as this machine.
pub(crate) fn be_a_slow_phone_alone(page: &mut Page<'_>) {
    page.run_before_load("delete Navigator.prototype.serviceWorker").unwrap();
    be_a_slow_phone(page);
}
