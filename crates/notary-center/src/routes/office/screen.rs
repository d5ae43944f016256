//! The page that an act of an extraction session shows: made once, in the language of whoever pressed the
//! button, and served from then on as the bytes that were kept.

use heqi_notarization::matter::screen::{Screen, ScreenSheet};
use heqi_pages::office::ScreenPage;
use heqi_pages::{Frame, render};
use heqi_vocabulary::UtcMillis;
use serde_json::Value;

use super::words;

/// Makes the page in this frame, which holds nothing of a session.
#[derive(Debug)]
pub(super) struct PageScreen(pub(super) Frame);

impl Screen for PageScreen {
    fn show(&self, sheet: &ScreenSheet) -> Vec<u8> {
        let frame = Frame { csrf: None, ..self.0.clone() };
        let l = frame.language;
        let named = |zh: &str, en: &str, value: String| (l.pick(zh, en).to_owned(), value);
        let [notary, second] = sheet.people.clone();
        let facts = vec![
            named("步骤", "Act", format!("{} / 6", sheet.place)),
            named("时间", "Time", exact(sheet.at)),
            named("承办公证员", "Notary", notary),
            named("在场人员", "Beside", second),
            named("本处计算机", "Computer", sheet.workstation.clone()),
            named("地点", "Place", sheet.room.clone()),
            named("程序", "Program", sheet.tool.name.clone()),
            named("程序摘要（SHA-256）", "SHA-256 of the program", sheet.tool.sha256.to_string()),
            named("输出摘要（SHA-256）", "SHA-256 of the output", sheet.output_sha256.to_string()),
        ];
        let page = ScreenPage {
            no: sheet.application.to_string(),
            act: words::act(sheet.act, l).to_owned(),
            facts,
            passed: sheet.passed,
            output: lines_of(&sheet.output),
        };
        render(&page, &frame).into_bytes()
    }
}

/// For people, and to the millisecond.
fn exact(at: UtcMillis) -> String {
    format!("{} ({at})", at.for_people())
}

/// What was given out, as names and values: what is within what is said with dots and brackets.
fn lines_of(output: &str) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    match serde_json::from_str::<Value>(output) {
        Ok(value) => walk("", &value, &mut lines),
        Err(_) => lines.push((String::new(), output.to_owned())),
    }
    lines
}

fn walk(name: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                let dot = if name.is_empty() { "" } else { "." };
                walk(&format!("{name}{dot}{member}"), value, lines);
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                walk(&format!("{name}[{place}]"), value, lines);
            }
        }
        Value::String(text) => lines.push((name.to_owned(), text.clone())),
        other => lines.push((name.to_owned(), other.to_string())),
    }
}

/// Such pages for whoever presses the button.
pub(super) fn screen_for(frame: &Frame) -> PageScreen {
    PageScreen(frame.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_out_is_shown_whole_line_by_line() {
        let lines = lines_of(r#"{"agree":true,"parts":[{"name":"a"},{"name":"b"}]}"#);
        let lines: Vec<_> = lines.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(lines, ["agree=true", "parts[0].name=a", "parts[1].name=b"]);
        assert_eq!(lines_of("no json"), [(String::new(), "no json".to_owned())]);
    }
}
