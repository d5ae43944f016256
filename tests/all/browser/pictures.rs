//! The pictures of the READMEs: taken of the running program, so that they show what there is.
//!
//! The first test compares what it sees with the stored pictures. With `README_PICTURES=/folder` tests write
//! them instead: the first one here its own, those that go through the other pages those.

use heqi_tests::browser::Browser;
use serde_json::json;

use super::passage::Passage;
use super::verifier::{browser, root};
use crate::acceptance::house::{House, Second};

/// The folder that pictures are written to; where it is not set, they are compared.
pub(super) const VARIABLE: &str = "README_PICTURES";

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

/// How many cells of 1,024 may be others. Numbers and times are of each run; so is a whole QR code, which
/// the receipt shows in about 40 cells.
fn most_others(name: &str) -> usize {
    if name == "receipt" { 56 } else { 32 }
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
    let mut seen: Vec<(&str, Vec<u8>)> = Vec::new();
    passage.finish(|passage, heading| {
        if let Some((name, _)) = PICTURES.iter().find(|(_, shown)| *shown == heading) {
            if *name == "receipt" {
                let lit = "[...document.querySelectorAll('#flags li')].every((l) => l.dataset.state === 'there' || l.dataset.flag === 'timestamped')";
                passage.page.wait_until(lit).unwrap();
            }
            if *name == "drawing" {
                passage.draw();
            }
            // The last of several pages with one heading.
            seen.retain(|(known, _)| known != name);
            seen.push((*name, passage.picture()));
        }
    });
    passage.page.open(&format!("{base}/coverage?lang=zh")).unwrap();
    passage.page.resize(1080, 780).unwrap();
    assert_eq!(passage.settled(), "覆盖监控".to_owned(), "the page of coverage");
    seen.push(("coverage", passage.picture()));
    let names: Vec<_> = PICTURES.iter().map(|(name, _)| *name).collect();
    let seen_names: Vec<_> = seen.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen_names, names, "a page that the READMEs show is not there");
    drop(passage);
    house.stop().await;
    if let Ok(folder) = std::env::var(VARIABLE) {
        for (name, picture) in &seen {
            std::fs::write(format!("{folder}/{name}.png"), picture).unwrap();
        }
        return;
    }
    let mut stale = Vec::new();
    for (name, picture) in &seen {
        let stored = std::fs::read(root().join(format!("docs/pictures/{name}.png"))).unwrap();
        let (others, most) = (others(&stored, picture), most_others(name));
        println!("{name}: {others} of {} cells are others, at most {most} may be", SIDE * SIDE);
        if others > most {
            stale.push(*name);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} look otherwise now: take the pictures anew, with {VARIABLE}=$PWD/docs/pictures"
    );
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
