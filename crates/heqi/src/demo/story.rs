//! What the terminal says: five sentences, what is running, how each signing came along.

use std::io::{self, Write};
use std::time::Duration;

use heqi_vocabulary::Language;
use serde_json::json;

use super::DemoError;
use super::cast::Member;
use crate::world::lan::Lan;

/// Says it to a person, or to a program as JSON lines.
pub(crate) struct Story {
    language: Language,
    json: bool,
}

impl Story {
    pub(crate) const fn new(language: Language, json: bool) -> Self {
        Self { language, json }
    }

    /// The words before anything starts.
    pub(crate) fn open(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.json {
            return self.line(out, &json!({ "event": "starting" }));
        }
        let text = self.language.pick(
            "合契 Heqi 演示 — 人物、公司均为虚构，无法律效力；各方在同一台机器上，不代表独立保管\n\
             1 五位股东分居五城，同签一份公司设立文件。    2 每一步先写入只能追加的日志。\n\
             3 几秒内，公证处一方复核并留存一份。          4 谁改动一个字节，两半就对不上。\n\
             5 四位正在签署，最后一位请您来签。",
            "Heqi demo — people and companies are made up, no legal effect; all parties run on one\n\
             machine, which is no independent custody\n\
             1 Five shareholders in five cities sign one company's founding documents.\n\
             2 Every step enters an append-only log first.\n\
             3 Within seconds the notary re-checks it and keeps a copy of its own.\n\
             4 Change one byte and the two halves no longer match.\n\
             5 Four are signing now; the last signature is yours.",
        );
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// A service answers.
    pub(crate) fn running(
        &self,
        out: &mut dyn Write,
        services: &[(&str, &str, &str)],
    ) -> io::Result<()> {
        if self.json {
            for (_, name, url) in services {
                self.line(out, &json!({ "event": "running", "service": name, "url": url }))?;
            }
            return Ok(());
        }
        let names: Vec<String> = services
            .iter()
            .map(|(zh, en, _)| format!("✓ {}", self.language.pick(zh, en)))
            .collect();
        writeln!(out, " {}", names.join("  "))?;
        out.flush()
    }

    /// Phones of the network may join.
    pub(crate) fn on_the_network(
        &self,
        out: &mut dyn Write,
        lan: &Lan,
        guide: &str,
    ) -> io::Result<()> {
        let addresses: Vec<String> = lan.addresses().iter().map(ToString::to_string).collect();
        if self.json {
            return self.line(
                out,
                &json!({
                    "event": "on_the_network", "addresses": addresses,
                    "certificate_sha256": lan.fingerprint(),
                }),
            );
        }
        let print = lan.grouped_fingerprint();
        let (first, second) = print.split_at(print.len() / 2);
        let addresses = addresses.join("  ");
        let (phone, compare, open) = match self.language {
            Language::Zh => (
                "手机在同一网络中打开",
                "浏览器会提示证书不受信任；请核对证书指纹（SHA-256）一致后再继续",
                "同一网络中的任何人都能打开本演示，其中没有真实数据",
            ),
            Language::En => (
                "phones in the same network open",
                "the browser warns that nobody vouches for the certificate; go on only if its SHA-256 is",
                "anybody in this network can open the demo; nothing in it is real",
            ),
        };
        writeln!(out, " {phone} → {guide}     ({addresses})")?;
        writeln!(out, " {compare}\n   {}\n   {}", first.trim_end(), second.trim_start())?;
        writeln!(out, " {open}")?;
        out.flush()
    }

    /// A signer's evidence is held by all custodians.
    pub(crate) fn deposited(
        &self,
        out: &mut dyn Write,
        member: &Member,
        held: u32,
        of: u32,
        took: Duration,
    ) -> io::Result<()> {
        let seconds = took.as_secs_f64();
        if self.json {
            return self.line(
                out,
                &json!({
                    "event": "deposited", "role": member.role, "held": held, "of": of,
                    "seconds": seconds,
                }),
            );
        }
        writeln!(out, " {} ✓ {held}/{of} {seconds:.2} s", self.name_of(member))?;
        out.flush()
    }

    /// The visitor has not signed yet.
    pub(crate) fn waiting(&self, out: &mut dyn Write, member: &Member) -> io::Result<()> {
        if self.json {
            return self.line(out, &json!({ "event": "waiting", "role": member.role }));
        }
        let waits = self.language.pick("… 等您签署", "… waits for you");
        writeln!(out, " {} {waits}", self.name_of(member))?;
        out.flush()
    }

    /// What the verifier says of the exported bundle, for a program: its JSON on one line.
    pub(crate) fn verified(&self, out: &mut dyn Write, verdict: &[u8]) -> Result<(), DemoError> {
        let verdict: serde_json::Value =
            serde_json::from_slice(verdict).map_err(DemoError::Json)?;
        self.line(out, &json!({ "event": "verified", "verdict": verdict }))
            .map_err(DemoError::Output)
    }

    /// Everything is ready.
    pub(crate) fn ready(&self, out: &mut dyn Write, guide: &str, manifest: &str) -> io::Result<()> {
        if self.json {
            return self.line(
                out,
                &json!({ "event": "ready", "guide_url": guide, "demo_json": manifest }),
            );
        }
        let (open, doctor, tamper, stop) = match self.language {
            Language::Zh => {
                ("打开", "自检 → heqi doctor", "改一字节试试 → heqi demo tamper", "Ctrl-C 结束")
            }
            Language::En => {
                ("open", "check → heqi doctor", "change a byte → heqi demo tamper", "Ctrl-C ends")
            }
        };
        writeln!(out, " {open} → {guide}     {doctor}     {tamper}     {stop}")?;
        out.flush()
    }

    fn name_of(&self, member: &Member) -> String {
        let city = self.language.pick(member.city_zh, member.city_en);
        match member.representative {
            None => format!("{}·{city}", member.name),
            Some(person) => match self.language {
                Language::Zh => format!("{}（由{person}·{city}）", member.name),
                Language::En => format!("{} (by {person}·{city})", member.name),
            },
        }
    }

    #[expect(clippy::unused_self, reason = "reads as part of the story")]
    fn line(&self, out: &mut dyn Write, event: &serde_json::Value) -> io::Result<()> {
        writeln!(out, "{event}")?;
        out.flush()
    }
}
