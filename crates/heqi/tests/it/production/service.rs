//! A service of an organisation, as a process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::Organisations;
use crate::program::until;

/// A service that goes on. Dropped, it is killed.
pub(crate) struct Service(Child);

impl Service {
    pub(crate) fn start(made: &Organisations, organisation: &str) -> Self {
        let command = if organisation == "platform" { "platform" } else { "notary" };
        let log = std::fs::File::create(made.path(&format!("{organisation}.log"))).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_heqi"))
            .args([command, "--config", &made.config(organisation)])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let log = || std::fs::read_to_string(made.path(&format!("{organisation}.log"))).unwrap();
        assert!(line.contains("ready at https://127.0.0.1:"), "{line}{}", log());
        Self(process)
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    pub(crate) fn end(mut self) {
        self.signal("-TERM");
        let mut status = None;
        until("the service to end", || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        assert_eq!(status.unwrap().code(), Some(0));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
