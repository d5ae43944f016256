//! One page of the browser.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{BrowserError, Pipe};

/// What the browser of a phone calls itself.
const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; PGT-AN00) AppleWebKit/537.36 \
     (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
/// How long a tap waits for its click: what is switched off gets none.
const CLICK_TRIES: usize = 150;
/// How much of what a page did is told when a test fails.
const LAST_LINES: usize = 40;

/// One page.
pub struct Page<'a> {
    pipe: &'a mut Pipe,
    session: String,
    by: PointsBy,
}

/// With what somebody points.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum PointsBy {
    /// A mouse; and a pen, where somebody draws.
    Mouse,
    /// A finger, also where somebody draws.
    Finger,
}

/// What a page did that it must not: each an event in the browser's own words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trouble {
    /// Exceptions, errors and warnings on the console, breaches of the policy.
    pub errors: Vec<String>,
    /// Addresses that were asked for, the page's own included.
    pub requests: Vec<String>,
    /// Bytes that came over the network, heads included.
    pub received_bytes: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(pipe: &'a mut Pipe, session: String) -> Result<Self, BrowserError> {
        let mut page = Self { pipe, session, by: PointsBy::Mouse };
        for domain in ["Page", "Runtime", "Log", "Network", "DOM", "Audits"] {
            page.ask(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(page)
    }

    /// Any command of the protocol.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value, BrowserError> {
        self.pipe.ask(method, parameters, Some(&self.session))
    }

    /// Sets the size of the window in CSS pixels.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<(), BrowserError> {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", &size).map(drop)
    }

    /// Makes it a phone that is this large in CSS pixels: two pixels of the screen for each, the
    /// layout of phones, fingers for a mouse from now on, and the name of a browser on Android.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn be_a_phone(&mut self, width: u32, height: u32) -> Result<(), BrowserError> {
        let screen = json!({
            "width": width, "height": height, "screenWidth": width, "screenHeight": height,
            "deviceScaleFactor": 2, "mobile": true,
        });
        self.ask("Emulation.setDeviceMetricsOverride", &screen)?;
        let touch = json!({"enabled": true, "maxTouchPoints": 5});
        self.ask("Emulation.setTouchEmulationEnabled", &touch)?;
        let name = json!({
            "userAgent": PHONE,
            "platform": "Linux armv81",
            "userAgentMetadata": {
                "platform": "Android", "platformVersion": "14.0.0", "architecture": "",
                "model": "PGT-AN00", "mobile": true,
                "brands": [{"brand": "Chromium", "version": "130"}],
            },
        });
        self.ask("Emulation.setUserAgentOverride", &name)?;
        self.by = PointsBy::Finger;
        Ok(())
    }

    /// Runs a script before any script of every page that is opened from now on.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn run_before_load(&mut self, script: &str) -> Result<(), BrowserError> {
        self.ask("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script})).map(drop)
    }

    /// Opens an address and waits until it is loaded.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn open(&mut self, address: &str) -> Result<(), BrowserError> {
        let opened = self.ask("Page.navigate", &json!({"url": address}))?;
        if let Some(error) = opened["errorText"].as_str() {
            let method = format!("Page.navigate {address}");
            return Err(BrowserError::Refused { method, answer: error.to_owned() });
        }
        self.pipe.wait_for("Page.loadEventFired", &self.session)?;
        // That may have been the event of the page before, which nobody had waited for.
        self.wait_until("document.readyState === 'complete'")
    }

    /// The value of a JavaScript expression; a promise is waited for.
    ///
    /// # Errors
    /// It threw, or the browser refused or fell silent.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, BrowserError> {
        let parameters =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut evaluated = self.ask("Runtime.evaluate", &parameters)?;
        if evaluated["exceptionDetails"].is_null() {
            return Ok(evaluated["result"]["value"].take());
        }
        let answer = evaluated["exceptionDetails"].to_string();
        Err(BrowserError::Refused { method: "Runtime.evaluate".to_owned(), answer })
    }

    /// Waits until an expression is true, also while the page is being replaced by the next.
    ///
    /// # Errors
    /// It did not become true in time, or the browser fell silent.
    pub fn wait_until(&mut self, expression: &str) -> Result<(), BrowserError> {
        let begun = std::time::Instant::now();
        loop {
            // A page that is going away refuses; the next one will answer.
            match self.evaluate(expression) {
                Ok(Value::Bool(true)) => return Ok(()),
                Err(error @ BrowserError::Silent { .. }) => return Err(error),
                _ if begun.elapsed() > super::pipe::PATIENCE => {
                    let method = format!("wait until {expression}");
                    return Err(BrowserError::Silent { method });
                }
                _ => std::thread::sleep(std::time::Duration::from_millis(20)),
            }
        }
    }

    /// Taps what `selector` names, in its middle, as a finger or a mouse does.
    ///
    /// # Errors
    /// It is not there, or the browser refused or fell silent.
    pub fn tap(&mut self, selector: &str) -> Result<(), BrowserError> {
        let [x, y] = self.middle_of(selector)?;
        if self.by == PointsBy::Finger {
            return self.touch(x, y);
        }
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Touches the screen there for a moment, and waits for the click that the browser makes of it.
    fn touch(&mut self, x: f64, y: f64) -> Result<(), BrowserError> {
        let noting = "globalThis.clicked = false; \
             addEventListener('click', () => { globalThis.clicked = true; }, { capture: true, once: true })";
        self.evaluate(noting)?;
        // A busy page may make no click of a touch; whoever holds the phone touches once more.
        for _ in 0..2 {
            self.finger("touchStart", Some((x, y, 0.5)))?;
            self.finger("touchEnd", None)?;
            for _ in 0..CLICK_TRIES {
                // A page that is going away refuses, and the next one knows of no click.
                if !matches!(self.evaluate("globalThis.clicked"), Ok(Value::Bool(false))) {
                    return Ok(());
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        Ok(())
    }

    /// One finger, where it is and how hard it presses; `None`: it is lifted.
    fn finger(&mut self, kind: &str, at: Option<(f64, f64, f64)>) -> Result<(), BrowserError> {
        let points: Vec<Value> =
            at.iter().map(|(x, y, force)| json!({"x": x, "y": y, "force": force})).collect();
        let event = json!({"type": kind, "touchPoints": points});
        self.ask("Input.dispatchTouchEvent", &event).map(drop)
    }

    /// Draws a line across what `selector` names, from the first point to the last, as a pen or on
    /// a phone a finger does that presses harder and harder; points in thousandths of its width
    /// and height.
    ///
    /// # Errors
    /// It is not there, or the browser refused or fell silent.
    pub fn draw(&mut self, selector: &str, points: &[[f64; 2]]) -> Result<(), BrowserError> {
        self.middle_of(selector)?;
        let selector = Value::from(selector);
        let box_of = format!(
            "(() => {{ const b = document.querySelector({selector}).getBoundingClientRect(); \
               return [b.x, b.y, b.width, b.height]; }})()"
        );
        let bounds = self.evaluate(&box_of)?;
        let at = |place: usize| bounds[place].as_f64().unwrap_or_default();
        let mut force = 0.2_f64;
        for (number, [x, y]) in points.iter().enumerate() {
            let (x, y) = (at(0) + at(2) * x / 1000.0, at(1) + at(3) * y / 1000.0);
            if self.by == PointsBy::Finger {
                let kind = if number == 0 { "touchStart" } else { "touchMove" };
                self.finger(kind, Some((x, y, force)))?;
                force = (force + 0.1).min(1.0);
                if number + 1 == points.len() {
                    self.finger("touchEnd", None)?;
                }
                continue;
            }
            let kind = if number == 0 { "mousePressed" } else { "mouseMoved" };
            let mut event = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1,
                "pointerType": "pen", "force": force,
            });
            self.ask("Input.dispatchMouseEvent", &event)?;
            force = (force + 0.1).min(1.0);
            if number + 1 == points.len() {
                event["type"] = "mouseReleased".into();
                event["buttons"] = 0.into();
                self.ask("Input.dispatchMouseEvent", &event)?;
            }
        }
        Ok(())
    }

    /// The middle of what `selector` names, once it is in view.
    fn middle_of(&mut self, selector: &str) -> Result<[f64; 2], BrowserError> {
        let named = Value::from(selector);
        let middle = format!(
            "(() => {{ const e = document.querySelector({named}); e.scrollIntoView({{block: 'center'}}); \
               const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        );
        let middle = self.evaluate(&middle)?;
        Ok([0, 1].map(|at| middle[at].as_f64().unwrap_or_default()))
    }

    /// Types a text where the focus is.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn write(&mut self, text: &str) -> Result<(), BrowserError> {
        self.ask("Input.insertText", &json!({"text": text})).map(drop)
    }

    /// Closes the page, as the system does with tabs it has no memory for.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn close(mut self) -> Result<(), BrowserError> {
        self.ask("Page.close", &json!({})).map(drop)
    }

    /// Puts files into the file input that `selector` names, as a person would.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn choose(&mut self, selector: &str, files: &[&Path]) -> Result<(), BrowserError> {
        let expression = format!("document.querySelector({})", Value::from(selector));
        let input = self.ask("Runtime.evaluate", &json!({"expression": expression}))?;
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let object = &input["result"]["objectId"];
        self.ask("DOM.setFileInputFiles", &json!({"files": files, "objectId": object})).map(drop)
    }

    /// Presses a key that has a name, such as `Tab` or `Enter`.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn press(&mut self, key: &str, text: &str) -> Result<(), BrowserError> {
        for kind in ["keyDown", "keyUp"] {
            let code = match key {
                "Tab" => 9,
                "Enter" => 13,
                " " => 32,
                "ArrowDown" => 40,
                _ => 0,
            };
            let event =
                json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
            self.ask("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// A picture of the whole page as PNG.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn picture(&mut self) -> Result<Vec<u8>, BrowserError> {
        let size = self.ask("Page.getLayoutMetrics", &json!({}))?["cssContentSize"].take();
        let clip =
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let parameters = json!({"captureBeyondViewport": true, "clip": clip});
        let taken = self.ask("Page.captureScreenshot", &parameters)?;
        let data = taken["data"].as_str().unwrap_or_default();
        STANDARD.decode(data).map_err(|error| BrowserError::Refused {
            method: "Page.captureScreenshot".to_owned(),
            answer: error.to_string(),
        })
    }

    /// What the page did wrong since the last call.
    ///
    /// # Errors
    /// The browser refused or fell silent.
    pub fn trouble(&mut self) -> Result<Trouble, BrowserError> {
        // A command that is answered: all events before it have arrived.
        self.evaluate("0")?;
        let mut trouble = Trouble::default();
        for event in self.pipe.take_events(&self.session) {
            let told = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    trouble.requests.extend(told["request"]["url"].as_str().map(str::to_owned));
                }
                "Network.loadingFinished" => {
                    let bytes = told["encodedDataLength"].as_f64().unwrap_or_default();
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a number of bytes that the browser counted"
                    )]
                    let bytes = bytes as u64;
                    trouble.received_bytes += bytes;
                }
                // Said of every picture that waits until it is near: that is what it is for.
                "Audits.issueAdded" if told["issue"]["code"] == "LazyLoadImageIssue" => {}
                "Runtime.exceptionThrown" | "Log.entryAdded" | "Audits.issueAdded" => {
                    trouble.errors.push(told.to_string());
                }
                "Runtime.consoleAPICalled" if told["type"] != "debug" => {
                    trouble.errors.push(told.to_string());
                }
                _ => {}
            }
        }
        Ok(trouble)
    }

    /// What the page asked for, was answered, and said on its console since the last call of this
    /// or of [`Page::trouble`], the newest last: for whoever reads why a test failed.
    pub fn account(&mut self) -> String {
        // As above; a page that says nothing any more has said what there is.
        let _ = self.evaluate("0");
        let lines: Vec<String> =
            self.pipe.take_events(&self.session).iter().filter_map(line_of).collect();
        let first = lines.len().saturating_sub(LAST_LINES);
        lines.iter().skip(first).map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// An event in one line, if it is one that tells something.
fn line_of(event: &Value) -> Option<String> {
    let told = &event["params"];
    let line = match event["method"].as_str()? {
        "Network.requestWillBeSent" => {
            let request = &told["request"];
            format!("{} asks {} {}", told["requestId"], request["method"], request["url"])
        }
        "Network.responseReceived" => {
            format!("{} is answered {}", told["requestId"], told["response"]["status"])
        }
        "Network.loadingFailed" => format!("{} fails {}", told["requestId"], told["errorText"]),
        "Page.frameNavigated" => format!("it is now {}", told["frame"]["url"]),
        "Page.loadEventFired" => "it is loaded".to_owned(),
        "Runtime.exceptionThrown"
        | "Log.entryAdded"
        | "Audits.issueAdded"
        | "Runtime.consoleAPICalled" => told.to_string(),
        _ => return None,
    };
    Some(line)
}
