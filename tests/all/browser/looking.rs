//! What is asked of every page, whoever looks at it: nothing scrolls sideways, everything can be hit, axe finds nothing.

use heqi_tests::browser::Page;
use serde_json::Value;

use super::pictures::Seen;

/// What axe finds on a page it was brought into.
pub(super) const AXE_FINDS: &str = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})\
     .then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(' ')}`))";

/// On what a page is looked at.
pub(super) struct Sight {
    widths: &'static [u32],
    height: u32,
    /// How wide and high whatever is pressed has to be, in px.
    target: (u32, u32),
}

/// A signer's page: for fingers (WCAG 2.2 asks for 24 px, we for 44).
pub(super) const PHONE: Sight = Sight { widths: &[1280, 320, 360], height: 740, target: (44, 44) };
/// A page of staff: for a mouse too, where lines of links may be lower.
pub(super) const DESK: Sight =
    Sight { widths: &[320, 360, 768, 1280], height: 900, target: (44, 24) };

/// A page to be read: its links stand in sentences, which WCAG exempts (2.5.8); axe looks at the others.
pub(super) const TEXT: Sight = Sight { widths: &[320, 360, 1280], height: 900, target: (0, 0) };

/// Looks at the page as it stands: what came of a form has no address to open again. It is left at the last width.
pub(super) fn look_at(page: &mut Page<'_>, axe: Option<&str>, name: &str, sight: &Sight) {
    for width in sight.widths {
        page.resize(*width, sight.height).unwrap();
        let overflow = "(() => { const wide = document.documentElement.scrollWidth; \
             if (wide <= innerWidth) return ''; \
             const out = [...document.querySelectorAll('body *')]\
             .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5); \
             return `${wide} > ${innerWidth} ` + out.slice(-3).map((e) => e.outerHTML.slice(0, 120)).join(' | '); })()";
        assert_eq!(page.evaluate(overflow).unwrap(), "", "{name} scrolls sideways at {width} px");
        keep_picture(page, &format!("{name}-{width}"));
    }
    assert_eq!(faults(page, axe, sight), Vec::<String>::new(), "{name}");
}

/// What on the page as it stands cannot be hit, and what axe finds.
pub(super) fn faults(page: &mut Page<'_>, axe: Option<&str>, sight: &Sight) -> Vec<String> {
    let (wide, high) = sight.target;
    let small = "[...document.querySelectorAll('button, a, summary, label.file, input[type=text], input[type=password], textarea, select')]\
         .filter((e) => e.offsetParent !== null && !e.classList.contains('skip'))\
         .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])";
    let small = format!(
        "{small}.filter(([, {{width, height}}]) => width < {wide} || height < {high})\
         .map(([text, {{width, height}}]) => `${{text}} ${{width}} ${{height}}`)"
    );
    let mut found = texts(page.evaluate(&small).unwrap());
    if let Some(axe) = axe {
        page.evaluate(axe).unwrap();
        found.extend(texts(page.evaluate(AXE_FINDS).unwrap()));
    }
    found
}

fn texts(list: Value) -> Vec<String> {
    serde_json::from_value(list).unwrap()
}

/// A picture of a desk for the READMEs, as wide as they show one: kept where somebody asked for those, elsewhere
/// compared. Says by what the stored one is another, if it is.
pub(super) fn keep_desk_picture(page: &mut Page<'_>, name: &str) -> Option<String> {
    page.resize(1080, 780).unwrap();
    Seen::at_the_top(page).stale(name)
}

/// A picture for people to look at, if they asked for pictures.
pub(super) fn keep_picture(page: &mut Page<'_>, name: &str) {
    if let Ok(folder) = std::env::var("HEQI_PICTURES") {
        let picture = page.picture().unwrap();
        std::fs::write(format!("{folder}/{name}.png"), picture).unwrap();
    }
}
