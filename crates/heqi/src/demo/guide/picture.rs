//! The picture of the two halves of the tally: the platform's log head and the notary's,
//! as they are at this moment, and whether they match.

use std::fmt::Write as _;

use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::Language;

use super::Shown;
use crate::demo::tamper;

const LEFT: &str = "M20 20H312l-14 26 14 26-14 26 14 26-14 26 14 26v24H20z";
const RIGHT: &str = "M620 20H328l-14 26 14 26-14 26 14 26-14 26 14 26v24H620z";

/// The heads of both halves.
pub(crate) struct Halves {
    ours: Option<(u64, String)>,
    cosigned: Option<(u64, String)>,
    notary: Option<u64>,
}

impl Halves {
    pub(crate) async fn look(shown: &Shown) -> Self {
        let head = |caller: crate::client::Caller, path: String| async move {
            let bytes = caller.get_bytes(&path).await.ok()?;
            let signed = SignedCheckpoint::parse(&bytes).ok()?;
            let checkpoint = signed.checkpoint();
            Some((checkpoint.size(), checkpoint.root().to_hex()))
        };
        let (ours, cosigned, notary) = tokio::join!(
            head(shown.platform.clone(), format!("{}/head", shown.log_path)),
            head(shown.platform.clone(), format!("{}/checkpoint", shown.log_path)),
            head(shown.notary.clone(), format!("{}/head", shown.notary_log_path)),
        );
        Self { ours, cosigned, notary: notary.map(|(size, _)| size) }
    }

    fn matches(&self) -> bool {
        self.ours.is_some() && self.ours == self.cosigned
    }

    /// An SVG with its text alternative.
    pub(crate) fn svg(&self, language: Language) -> String {
        let matched = self.matches();
        let caption = match (matched, &self.ours, &self.cosigned) {
            (true, ..) => language.pick("两半相合", "the two halves match"),
            (false, Some(_), Some(_)) => {
                language.pick("公证处正在跟上最新几条", "the notary is catching up")
            }
            _ => language.pick("有一方暂时没有应答", "one side does not answer right now"),
        };
        let class = if matched { "match" } else { "wait" };
        let mut svg = String::new();
        let _ = write!(
            svg,
            "<svg viewBox=\"0 0 640 220\" role=\"img\" aria-label=\"{caption}\" class=\"{class}\">\
             <path class=\"half\" d=\"{LEFT}\"/><path class=\"half\" d=\"{RIGHT}\"/>"
        );
        let none = (0, String::new());
        let columns = [
            (40, language.pick("平台日志", "Platform log"), self.ours.as_ref()),
            (348, language.pick("公证处核对到", "Notary checked up to"), self.cosigned.as_ref()),
        ];
        for (x, title, head) in columns {
            let (size, root) = head.unwrap_or(&none);
            let root = root.get(..16).unwrap_or("—");
            let entries = language.pick("条", "entries");
            let _ = write!(
                svg,
                "<text x=\"{x}\" y=\"64\" class=\"label\">{title}</text>\
                 <text x=\"{x}\" y=\"118\" class=\"size\">{size} {entries}</text>\
                 <text x=\"{x}\" y=\"158\" class=\"root\">{root}…</text>"
            );
        }
        svg.push_str("</svg>");
        let notary = self.notary.map_or_else(|| "—".to_owned(), |size| size.to_string());
        let own = language.pick("公证处自己的日志条数", "entries of the notary's own log");
        let _ = write!(svg, "<p class=\"caption\">{caption} · {own}: {notary}</p>");
        svg
    }
}

/// The halves of a copy: what it shows on the platform's side, what the notary was given on the
/// other, row by row. The half that contradicts is red, and bears a cross for whoever sees no red.
pub(super) fn copy(halves: &tamper::Halves, l: Language) -> String {
    let sides = [
        (true, LEFT, l.pick("平台这一半（副本）", "Platform's half (copy)"), halves.is_ours_bad()),
        (false, RIGHT, l.pick("公证处那一半", "Notary's half"), halves.is_theirs_bad()),
    ];
    let heard =
        |bad| if bad { l.pick("对不上", "contradicts") } else { l.pick("无矛盾", "fine") };
    let mut alternative = String::new();
    for (_, _, title, bad) in sides {
        let heard = heard(bad);
        let _ = match l {
            Language::Zh => write!(alternative, "{title}：{heard}。"),
            Language::En => write!(alternative, "{title}: {heard}. "),
        };
    }
    for row in halves.rows.iter().filter(|row| row.differs()) {
        let (name, apart) = (l.pick(row.zh, row.en), l.pick("不一致", "differs"));
        let _ = match l {
            Language::Zh => write!(alternative, "{name}：{} / {}，{apart}。", row.shown, row.held),
            Language::En => write!(alternative, "{name}: {} / {}, {apart}. ", row.shown, row.held),
        };
    }
    let mut svg = format!(
        "<svg viewBox=\"0 0 640 220\" role=\"img\" aria-label=\"{}\">",
        alternative.trim_end()
    );
    for (is_copy, path, title, bad) in sides {
        let x = if is_copy { 40 } else { 348 };
        let (class, mark) = if bad { ("bad", '✗') } else { ("match", '✓') };
        let _ = write!(
            svg,
            "<g class=\"{class}\"><path class=\"half\" d=\"{path}\"/>\
             <text x=\"{x}\" y=\"52\" class=\"label\">{mark} {title}</text></g>"
        );
        let rows = halves.rows.iter().zip([88, 120, 152, 184]);
        for (row, y) in rows {
            let value = if is_copy { &row.shown } else { &row.held };
            let class = if row.differs() { "root differs" } else { "root" };
            let name = l.pick(row.zh, row.en);
            let _ =
                write!(svg, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{name} {value}</text>");
        }
    }
    svg.push_str("</svg>");
    svg
}
