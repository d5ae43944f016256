//! The pictures of the READMEs: taken of the running program, so that they show what there is.
//!
//! Tests compare what they see with the stored pictures, and the words on them with the stored words: a picture
//! alone does not tell one word from another that is as long. With `README_PICTURES=/folder` they write both
//! instead: the first test here its own, those that go through the other pages those.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_tests::browser::{Browser, Page};
use serde_json::json;

use super::passage::Passage;
use super::verifier::{browser, root};
use crate::acceptance::house::{House, Second};

/// The folder that pictures are written to; where it is not set, they are compared.
const VARIABLE: &str = "README_PICTURES";
/// How they are taken anew.
pub(super) const TAKE: &str = "look otherwise now; take the pictures anew, after `cargo build --profile ci -p heqi --bins`: \
     `README_PICTURES=$PWD/docs/pictures cargo test --profile ci -p heqi-tests -- browser::pictures browser::workbench browser::custody`";
/// The words that the window shows, without the letters that numbers, codes and times are written with. What
/// lights up by itself and what is told in the time of the device are of each run.
const WORDS: &str = r"(() => { const words = [];
    const range = document.createRange();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const { currentNode: text } = walk;
        const { parentElement: at } = text;
        range.selectNodeContents(text);
        const { top, height } = range.getBoundingClientRect();
        const said = text.data.replaceAll(/[\x00-\x7f]/g, '');
        if (said !== '' && height > 0 && top < innerHeight && at.checkVisibility()
            && !at.closest('#flags, [data-zone], script, style')) words.push(said);
    }
    return words.join('\n'); })()";

/// Each picture: its name, and the heading of the page that it shows (a signer's), or its path.
const PICTURES: [(&str, &str); 8] = [
    ("landing", "您有文件待签署"),
    ("consent", "人脸信息处理单独同意书"),
    ("reading", "请阅读要签署的文件"),
    ("photo", "拍一张现场照片"),
    ("drawing", "请手写您的姓名"),
    ("sign", "请确认您的意愿"),
    ("receipt", "签署完成"),
    ("coverage", "/coverage"),
];
/// Pictures that other tests take on their way: `workbench` the bench, the certificate and its check, `custody` the
/// regulator's console and 实时保.
const ELSEWHERE: [&str; 5] = ["workbench", "console", "held", "check", "certificate"];
/// A README is read on slow networks too.
const MOST_BYTES: usize = 300_000;
/// Pictures are compared by the mean luminance of so many cells by so many.
const SIDE: usize = 32;
/// By how much of 255 a cell is another one. Measured on the stored pictures: everything moved by one
/// pixel, blurred, or its ink a fifth darker changes no cell by as much; one line of text more in
/// the middle of a page changes 41 (of the emptiest page) to 200.
const OTHER: u64 = 24;

/// Those of the demo's filing that sign at the same time, as the console heads their signings: which of them
/// it shows first is of each run.
const SIGN_AT_ONCE: [&str; 4] =
    ["林嘉伟·股东", "吴敏·股东", "龚𠮷·股东", "杭州示例云栖投资有限公司·周建国·法人股东代表"];

/// How many cells of 1,024 may be others. Numbers and times are of each run; so is a whole QR code, which
/// the receipt shows in about 40 cells; and where the lines of a certificate break depends on its digests.
fn most_others(name: &str) -> usize {
    match name {
        "receipt" => 56,
        "certificate" => 96,
        _ => 32,
    }
}

/// A picture, and the words on it.
pub(super) struct Seen {
    png: Vec<u8>,
    words: String,
}

impl Seen {
    /// What the window shows of the page's beginning.
    pub(super) fn at_the_top(page: &mut Page<'_>) -> Self {
        page.evaluate("scrollTo(0, 0)").unwrap();
        let taken = page.ask("Page.captureScreenshot", &json!({"format": "png"})).unwrap();
        let png = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        let words = page.evaluate(WORDS).unwrap();
        Self { png, words: words.as_str().unwrap().to_owned() }
    }

    /// A page of paper, and what the whole paper says.
    pub(super) fn of_paper(png: Vec<u8>, text: &str) -> Self {
        let said = |line: &str| line.chars().filter(|one| !one.is_ascii()).collect::<String>();
        let words: Vec<String> = text.lines().map(said).filter(|line| !line.is_empty()).collect();
        Self { png, words: words.join("\n") }
    }

    /// Keeps it under this name where pictures are taken; elsewhere says by what the stored one is
    /// another, if it is.
    pub(super) fn stale(&self, name: &str) -> Option<String> {
        let (picture, words) = (format!("{name}.png"), format!("{name}.txt"));
        if let Ok(folder) = std::env::var(VARIABLE) {
            let folder = Path::new(&folder);
            std::fs::write(folder.join(picture), &self.png).unwrap();
            std::fs::write(folder.join(words), &self.words).unwrap();
            return None;
        }
        let folder = root().join("docs/pictures");
        let stored = std::fs::read(folder.join(picture)).unwrap();
        let (others, most) = (others(&stored, &self.png), most_others(name));
        println!("{name}: {others} of {} cells are others, at most {most} may be", SIDE * SIDE);
        if others > most {
            return Some(format!("{name}: {others} cells"));
        }
        let stored = std::fs::read_to_string(folder.join(words)).unwrap_or_default();
        let less = |one: &str, other: &str| -> Vec<String> {
            let others: Vec<&str> = other.lines().collect();
            one.lines().filter(|line| !others.contains(line)).map(str::to_owned).collect()
        };
        (letters(&stored) != letters(&self.words)).then(|| {
            let (now, before) = (less(&self.words, &stored), less(&stored, &self.words));
            format!("{name}: {now:?} instead of {before:?}")
        })
    }
}

/// How often each letter occurs that numbers, codes and times are not written with: where lines
/// break depends on those. Heads of signings that come in another order every time are left out.
fn letters(words: &str) -> BTreeMap<char, usize> {
    let mut letters = BTreeMap::new();
    let lines = words.lines().filter(|line| !SIGN_AT_ONCE.contains(line));
    for letter in lines.flat_map(str::chars).filter(|letter| !letter.is_ascii()) {
        *letters.entry(letter).or_default() += 1;
    }
    letters
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_that_the_readmes_show_exist_and_are_photographed_on_demand() {
    if browser().is_none() {
        return;
    }
    let mut browser = Browser::start_with_camera().unwrap();
    let house = House::start(Second::Real).await;
    let mut tokens = house.invite(4).await;
    let token = tokens.remove(0);
    let link = house.link_of(&token).await;
    house.until_cosigned().await;
    house.all_sign(&tokens).await;
    let base = house.url();
    browser.grant(&base, &["videoCapture", "geolocation"]).unwrap();
    let mut page = browser.page().unwrap();
    page.resize(360, 740).unwrap();
    page.ask("Emulation.setScrollbarsHidden", &json!({"hidden": true})).unwrap();
    let mut passage = Passage::begin(page, &format!("{base}{link}?lang=zh"));
    let mut seen: Vec<(&str, Seen)> = Vec::new();
    passage.finish(|passage, heading| {
        if let Some((name, _)) = PICTURES.iter().find(|(_, shown)| *shown == heading) {
            if *name == "receipt" {
                let lit = "[...document.querySelectorAll('#flags li')].every((l) => l.dataset.state === 'there' || l.dataset.flag === 'timestamped')";
                passage.page.wait_until(lit).unwrap();
            }
            if *name == "landing" {
                let tested = "document.querySelector('#features')?.dataset.tested === 'yes'";
                passage.page.wait_until(tested).unwrap();
            }
            if *name == "drawing" {
                passage.draw();
            }
            // The last of several pages with one heading.
            seen.retain(|(known, _)| known != name);
            seen.push((*name, Seen::at_the_top(&mut passage.page)));
        }
    });
    passage.page.open(&format!("{base}/coverage?lang=zh")).unwrap();
    passage.page.resize(1080, 780).unwrap();
    assert_eq!(passage.settled(), "覆盖监控".to_owned(), "the page of coverage");
    seen.push(("coverage", Seen::at_the_top(&mut passage.page)));
    let names: Vec<_> = PICTURES.iter().map(|(name, _)| *name).collect();
    let seen_names: Vec<_> = seen.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen_names, names, "a page that the READMEs show is not there");
    drop(passage);
    house.stop().await;
    let stale: Vec<String> = seen.iter().filter_map(|(name, seen)| seen.stale(name)).collect();
    assert!(stale.is_empty(), "{stale:?} {TAKE}");
}

/// How many cells of two pictures are not alike; all of them where the sizes differ.
fn others(one: &[u8], other: &[u8]) -> usize {
    let ((size, one), (other_size, other)) = (cells(one), cells(other));
    if size != other_size {
        return SIDE * SIDE;
    }
    one.iter().zip(&other).filter(|(one, other)| one.abs_diff(**other) > OTHER).count()
}

/// The size of a picture, and the mean luminance of each cell.
fn cells(file: &[u8]) -> ((usize, usize), Vec<u64>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut plain = vec![0; reader.output_buffer_size().unwrap()];
    let shown = reader.next_frame(&mut plain).unwrap();
    let [width, height] = [shown.width, shown.height].map(|side| usize::try_from(side).unwrap());
    let samples = shown.line_size / width;
    let mut sums = vec![(0, 0); SIDE * SIDE];
    for (y, line) in plain.chunks(shown.line_size).take(height).enumerate() {
        for (x, pixel) in line.chunks(samples).enumerate() {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u64::from);
            let cell = &mut sums[y * SIDE / height * SIDE + x * SIDE / width];
            cell.0 += (299 * red + 587 * green + 114 * blue) / 1000;
            cell.1 += 1;
        }
    }
    let means = sums.into_iter().map(|(sum, count): (u64, u64)| sum / count.max(1));
    ((width, height), means.collect())
}

#[test]
fn a_line_of_text_more_is_seen_and_a_pixel_is_not() {
    let picture = |top: usize| {
        let (width, height) = (360, 740);
        let mut rows = vec![255_u8; width * height * 3];
        // Lines of text, as coarse as letters are, every 30 pixels.
        for y in (top..height).filter(|y| (y - top) % 30 < 14) {
            for x in (20..340).filter(|x| x % 3 < 2) {
                rows[(y * width + x) * 3..][..3].fill(40);
            }
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 360, 740);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&rows).unwrap();
        writer.finish().unwrap();
        file
    };
    let stored = picture(60);
    assert_eq!(others(&stored, &stored), 0);
    assert!(others(&stored, &picture(61)) <= most_others("landing"));
    assert!(others(&stored, &picture(75)) > most_others("receipt"));
    assert_eq!(cells(&stored).0, (360, 740));
}

#[test]
fn a_word_that_is_another_is_seen_and_a_number_or_the_break_of_a_line_is_not() {
    assert_eq!(letters("办件码 61842059\n签署于 2026-11-30"), letters("签署于\n办件码 0"));
    assert_ne!(letters("办件码 61842059"), letters("办件编号 61842059"));
    assert_eq!(letters("林嘉伟·股东\n核验通过"), letters("龚𠮷·股东\n核验通过"));
    assert_ne!(letters("陈素英·股东\n核验通过"), letters("龚𠮷·股东\n核验通过"));
    let paper = Seen::of_paper(Vec::new(), "第 1 页\n\nSHA-256\n公证书");
    assert_eq!(paper.words, "第页\n公证书");
}

/// Every picture.
fn known() -> impl Iterator<Item = &'static str> {
    PICTURES.into_iter().map(|(name, _)| name).chain(ELSEWHERE)
}

#[test]
fn the_readmes_show_every_picture_and_each_is_there() {
    for readme in ["README.md", "README.zh.md"] {
        let text = std::fs::read_to_string(root().join(readme)).unwrap();
        let shown: Vec<&str> = text
            .split("docs/pictures/")
            .skip(1)
            .map(|rest| rest.split(".png").next().unwrap())
            .collect();
        for name in &shown {
            assert!(known().any(|known| known == *name), "{readme} shows {name}");
        }
        for name in known() {
            assert!(shown.contains(&name), "{readme} does not show {name}");
            let file = root().join(format!("docs/pictures/{name}.png"));
            let picture = std::fs::read(&file).unwrap();
            assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
            assert!(picture.len() < MOST_BYTES, "{name} has {} bytes", picture.len());
        }
    }
}
