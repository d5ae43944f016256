//! Commands out, answers and events in: JSON texts that end in a zero byte.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::BrowserError;

/// Long enough for a machine that also compiles; a browser that is silent longer is gone.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Pipe {
    commands: ChildStdin,
    answers: Receiver<Value>,
    asked: u64,
    events: Vec<Value>,
}

impl Pipe {
    pub(super) fn new(commands: ChildStdin, answers: ChildStdout) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(answers);
            let mut message = Vec::new();
            while reader.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let sent = serde_json::from_slice(&message).map(|value| sender.send(value));
                if !matches!(sent, Ok(Ok(()))) {
                    break;
                }
                message.clear();
            }
        });
        Self { commands, answers: receiver, asked: 0, events: Vec::new() }
    }

    /// Sends a command and waits for its answer; events that come meanwhile are kept.
    pub(super) fn ask(
        &mut self,
        method: &str,
        parameters: &Value,
        session: Option<&str>,
    ) -> Result<Value, BrowserError> {
        self.asked += 1;
        let mut command = json!({"id": self.asked, "method": method, "params": parameters});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let mut text = command.to_string().into_bytes();
        text.push(0);
        self.commands.write_all(&text)?;
        loop {
            let mut answer = self.receive(method)?;
            if answer["id"] != self.asked {
                self.events.push(answer);
            } else if answer["error"].is_null() {
                return Ok(answer["result"].take());
            } else {
                let answer = answer["error"].to_string();
                return Err(BrowserError::Refused { method: method.to_owned(), answer });
            }
        }
    }

    fn receive(&mut self, method: &str) -> Result<Value, BrowserError> {
        self.answers.recv_timeout(PATIENCE).map_err(|error| match error {
            RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => {
                BrowserError::Silent { method: method.to_owned() }
            }
        })
    }

    /// Waits for an event of this name in a session and gives it; the others are kept.
    pub(super) fn wait_for(&mut self, event: &str, session: &str) -> Result<Value, BrowserError> {
        loop {
            let found = self
                .events
                .iter()
                .position(|kept| kept["method"] == event && kept["sessionId"] == session);
            if let Some(place) = found {
                return Ok(self.events.remove(place));
            }
            let next = self.receive(event)?;
            self.events.push(next);
        }
    }

    /// The events of a session so far, which are then forgotten.
    pub(super) fn take_events(&mut self, session: &str) -> Vec<Value> {
        let (own, others) =
            std::mem::take(&mut self.events).into_iter().partition(|e| e["sessionId"] == session);
        self.events = others;
        own
    }
}
