//! From the photo to the root that the notary cosigned, step by step: each step opens and says what
//! it was computed from, and one byte changed is seen all the way up.

use std::fmt::Write as _;

use heqi_vocabulary::Language;

use super::view::View;
use crate::demo::tamper::Climb;

/// Both ways up: as it is, and with one byte of the photo changed where that was asked for.
pub(super) fn page(good: &Climb, changed: Option<&Climb>, l: View) -> String {
    let title = l.pick("从照片到树根", "From the photo to the root");
    let here = if changed.is_some() { "/path?do=one-byte" } else { "/path" };
    let shown = changed.unwrap_or(good);
    let mut body = format!(
        "<h1>{title}</h1><p>{}</p>",
        l.pick(
            "每一步都由本页此刻重算。点开一步，看它由什么算出；改动照片的一个字节，往上每一步都不同，树根与公证处核对过的不符。",
            "Every step is computed anew now. Open one to see from what; with one byte of the photo changed every step above is another one, and the root is not the one that the notary cosigned.",
        ),
    );
    let (to, words, class) = match changed {
        None => ("/path?do=one-byte", l.pick("改一个字节", "Change one byte"), "button"),
        Some(_) => ("/path", l.pick("复原", "Restore"), "go"),
    };
    let _ = write!(body, "<p><a class=\"{class}\" href=\"{}\">{words}</a></p>", l.link(to));
    body.push_str("<ol class=\"climb\">");
    let was = steps(good, l);
    for (step, before) in steps(shown, l).iter().zip(&was) {
        let differs = step.value != before.value;
        let (class, mark) = if differs { ("bad", "✗ ") } else { ("match", "") };
        let _ = write!(
            body,
            "<li class=\"{class}\"><details><summary>{}</summary><p>{}</p></details><p>{mark}<code>{}</code></p></li>",
            step.name, step.from, step.value,
        );
    }
    let verdict = if shown.arrives() {
        format!(
            "<strong class=\"done\">✓ {}</strong>",
            l.pick("到达公证处核对过的树根", "arrives at the root that the notary cosigned")
        )
    } else {
        format!(
            "<strong class=\"bad\">✗ {}</strong>",
            l.pick(
                "到不了公证处核对过的树根",
                "does not arrive at the root that the notary cosigned"
            )
        )
    };
    let _ = write!(
        body,
        "</ol><p>{verdict}</p><p>{} <code>{}</code></p>{}",
        l.pick("公证处核对过的树根：", "The root that the notary cosigned:"),
        shown.cosigned.to_hex(),
        l.back(),
    );
    let foot = l.pick(
        "本页显示：演示证据包中各级摘要的重算。不显示：照片本身。",
        "This page shows: the digests of the demo's bundle, computed anew. It does not show the photo.",
    );
    l.document(here, title, &body, foot)
}

/// What the visitor sees before there is a bundle.
pub(super) fn nothing_yet(l: View) -> String {
    let title = l.pick("从照片到树根", "From the photo to the root");
    let none = l.pick("还没有证据包。", "There is no bundle yet.");
    l.document("/path", title, &format!("<h1>{title}</h1><p>{none}</p>{}", l.back()), none)
}

struct Step {
    name: String,
    from: String,
    value: String,
}

fn steps(climb: &Climb, l: View) -> Vec<Step> {
    let step =
        |name: &str, from: String, value: String| Step { name: name.to_owned(), from, value };
    let (index, size) = climb.place;
    let mut steps = vec![
        step(
            l.pick("照片", "Photo"),
            l.pick("SHA-256（照片的全部字节）", "SHA-256 of all bytes of the photo").to_owned(),
            climb.photo.to_string(),
        ),
        step(
            l.pick("记录的根", "Root of the record"),
            l.pick(
                "照片的摘要是记录中一个加盐的属性；全部属性组成一棵树，这是它的根。",
                "The photo's digest is one salted attribute of the record; all attributes make a tree, and this is its root.",
            )
            .to_owned(),
            climb.record.to_string(),
        ),
        step(
            l.pick("日志的叶", "Leaf of the log"),
            match l.language {
                Language::Zh => {
                    format!("SHA-256（0x00，标签，记录的根）；日志共 {size} 条，序号 {index}。")
                }
                Language::En => {
                    format!("SHA-256 of 0x00, the label and the record's root; entry {index} of {size}.")
                }
            },
            climb.leaf.to_hex(),
        ),
    ];
    for (level, node) in (1..).zip(&climb.nodes) {
        let neighbour = if node.is_left {
            l.pick("左边的邻居", "the neighbour on the left")
        } else {
            l.pick("右边的邻居", "the neighbour on the right")
        };
        let hash = l.pick("SHA-256（0x01，左，右）；", "SHA-256 of 0x01, left, right; ");
        let name = match l.language {
            Language::Zh => format!("往上第 {level} 层"),
            Language::En => format!("{level} up"),
        };
        steps.push(step(
            &name,
            format!("{hash}{neighbour} <code>{}</code>", node.neighbour.to_hex()),
            node.value.to_hex(),
        ));
    }
    steps
}
