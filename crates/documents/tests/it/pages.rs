//! Every page of every kind of document as it looks: none is blank, nothing stands in the margins, no text is cut at the
//! right, and no last page has a single line. Documents are in Chinese alone.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use heqi_documents::certificate::{Reads, SigningAnnex};
use heqi_documents::refusal::RefusalInput;
use heqi_documents::report::ReportInput;
use heqi_documents::{
    Fonts, Office, Profile, SealFace, UnsignedPdf, acceptance, certificate, correction,
    reexamination, refusal, report, revocation, samples, supplement, termination, withdrawal,
};
use heqi_paper::write::{Look, Settings, Sheet};
use heqi_testkit::{Story, Twists};

static FONTS: Fonts = Fonts::new();

/// A page of A4 as dots, one for each point: how light each is, from 0 to 255.
struct Shown {
    rows: Vec<Vec<u16>>,
}

/// Lighter than this is no ink: the mark behind the text of a sample, the shade of a table's head.
const INK: u16 = 220;
/// Lighter than this is paper.
const MARKED: u16 = 250;
const WIDTH: usize = 595;
const HEIGHT: usize = 841;
/// Five millimetres.
const EDGE: usize = 14;
/// Between which columns everything stands: crate `paper` leaves 76 points at the sides, and a glyph may stick out a little.
const LEFT: usize = 72;
const RIGHT: usize = 524;
/// Above it stands nothing, not even the seal of a signature at the top of a page.
const TOP: usize = 40;
/// What is written ends above this line, and the foot begins below the next.
const BODY_ENDS: usize = 777;
const FOOT_BEGINS: usize = 788;
const FOOT_ENDS: usize = 806;
/// The shortest words that stand on a page, a heading and `无记录。`, have more than twice as many dots.
const LEAST_INK: usize = 250;
/// So many points apart stand the first and the last dot of two lines, and never those of one.
const TWO_LINES: usize = 25;

impl Shown {
    fn darker(&self, than: u16, lines: Range<usize>, columns: Range<usize>) -> usize {
        let rows = self.rows.iter().skip(lines.start).take(lines.len());
        let dots = rows.flat_map(|row| row.iter().skip(columns.start).take(columns.len()));
        dots.filter(|dot| **dot < than).count()
    }

    /// From the first line with ink to the last above the foot.
    fn height(&self) -> usize {
        let has_ink = |line: &usize| self.darker(INK, *line..line + 1, 0..WIDTH) > 0;
        let first = (0..BODY_ENDS).find(has_ink);
        let last = (0..BODY_ENDS).rev().find(has_ink);
        first.zip(last).map_or(0, |(first, last)| last + 1 - first)
    }

    /// What is wrong with the page.
    fn faults(&self, is_last: bool) -> Vec<&'static str> {
        let edges = [
            (0..EDGE, 0..WIDTH),
            (HEIGHT - EDGE..HEIGHT, 0..WIDTH),
            (0..HEIGHT, 0..EDGE),
            (0..HEIGHT, WIDTH - EDGE..WIDTH),
        ];
        let at_edges: usize =
            edges.map(|(lines, columns)| self.darker(MARKED, lines, columns)).iter().sum();
        let ink = |lines, columns| self.darker(INK, lines, columns);
        let is_sized = self.rows.len() == HEIGHT && self.rows.iter().all(|row| row.len() == WIDTH);
        let faults = [
            (!is_sized, "not of A4"),
            (at_edges > 0, "ink in the outer five millimetres"),
            (ink(0..HEIGHT, 0..LEFT) > 0, "ink in the left margin"),
            (ink(0..HEIGHT, RIGHT..WIDTH) > 0, "cut at the right margin"),
            (ink(0..TOP, 0..WIDTH) > 0, "ink in the top margin"),
            (ink(BODY_ENDS..FOOT_BEGINS, 0..WIDTH) > 0, "text runs into the foot"),
            (ink(FOOT_BEGINS..FOOT_ENDS, LEFT..RIGHT) < 60, "no foot"),
            (ink(FOOT_ENDS..HEIGHT, 0..WIDTH) > 0, "ink below the foot"),
            (ink(0..BODY_ENDS, 0..WIDTH) < LEAST_INK, "blank"),
            (is_last && self.height() < TWO_LINES, "a single line on the last page"),
        ];
        faults.into_iter().filter_map(|(is_so, fault)| is_so.then_some(fault)).collect()
    }
}

/// The pages of a file. Its fonts are inside: nothing is drawn with another's.
fn shown(file: &[u8]) -> Vec<Shown> {
    let pdf = Pdf::new(Arc::new(file.to_vec())).unwrap();
    let (cache, settings) = (RenderCache::new(), InterpreterSettings::default());
    let drawing = RenderSettings { hinting: false, ..RenderSettings::default() };
    let pages = pdf.pages();
    let mut shown = Vec::new();
    for page in pages.iter() {
        let dots = PixmapSettings { x_scale: 1.0, y_scale: 1.0, bg_color: WHITE };
        let pixmap = hayro::render(page, &cache, &settings, &drawing, &dots);
        let (pixels, _) = pixmap.data_as_u8_slice().as_chunks::<4>();
        let light = |[red, green, blue, _]: &[u8; 4]| {
            (u16::from(*red) + u16::from(*green) + u16::from(*blue)) / 3
        };
        let rows = pixels.chunks(usize::from(pixmap.width()).max(1));
        shown.push(Shown { rows: rows.map(|row| row.iter().map(light).collect()).collect() });
    }
    shown
}

/// Each fault with its page, from 1.
fn faults_of(file: &[u8]) -> Vec<(usize, &'static str)> {
    let pages = shown(file);
    assert!(!pages.is_empty());
    let last = pages.len();
    let numbered = (1..).zip(&pages);
    numbered
        .flat_map(|(no, page)| page.faults(no == last).into_iter().map(move |f| (no, f)))
        .collect()
}

/// Every kind of document by the module that writes it, in the forms that it has.
fn documents() -> Vec<(&'static str, String, UnsignedPdf)> {
    macro_rules! small {
        ($($kind:ident),+ $(,)?) => {
            vec![$((
                stringify!($kind),
                "sample".to_owned(),
                $kind::render(&samples::$kind(), &FONTS).unwrap(),
            )),+]
        };
    }
    let mut all = small!(
        acceptance,
        supplement,
        refusal,
        termination,
        withdrawal,
        correction,
        revocation,
        reexamination,
    );
    let mut add = |kind, form: &str, pdf| all.push((kind, form.to_owned(), pdf));
    let bundle = || vec![b'z'; 10_000];
    let certificate = samples::certificate(bundle());
    add("certificate", "sample", certificate::render(&certificate, &FONTS).unwrap());
    let twin = certificate::render_as(&certificate, Profile::A1b, &FONTS).unwrap();
    add("certificate", "twin", twin);
    let mut with_photo = certificate;
    let story = Story::tell(1, &Twists::default());
    let signing = story.bundle_with_chain(story.signing()).write().unwrap();
    with_photo.signing = SigningAnnex::of_bundle(&signing, Reads::Own).unwrap();
    add("certificate", "with a photo", certificate::render(&with_photo, &FONTS).unwrap());
    add("report", "sample", report::render(&samples::report(bundle()), &FONTS).unwrap());
    let issuer = Office { seal: SealFace::Absent, ..samples::office() };
    let own = ReportInput { issuer, check: None, ..samples::report(bundle()) };
    add("report", "without a seal", report::render(&own, &FONTS).unwrap());
    let lines = vec!["公证专用章".to_owned(), "3301000000000".to_owned()];
    for (form, seal) in
        [("licensed seal", SealFace::Licensed { lines }), ("no seal", SealFace::Absent)]
    {
        let mut input = samples::acceptance();
        input.head.office.seal = seal;
        add("acceptance", form, acceptance::render(&input, &FONTS).unwrap());
    }
    // The signature goes to the next page at some length of what stands above it.
    for times in (4..=60).step_by(8) {
        let reason = "当事人之间对申请公证的事项有争议。".repeat(times);
        let long = RefusalInput { reason, ..samples::refusal() };
        add("refusal", &format!("{times} sentences"), refusal::render(&long, &FONTS).unwrap());
    }
    all
}

/// The modules that write a document.
fn kinds() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let writes = |path: &Path| {
        let is_source = path.extension().is_some_and(|end| end == "rs");
        let text = if is_source { std::fs::read_to_string(path).unwrap() } else { String::new() };
        text.lines().any(|line| line.starts_with("pub fn render("))
    };
    let name = |path: std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.filter(|path| writes(path)).map(name).collect()
}

#[test]
fn every_page_of_every_kind_of_document_is_whole_and_none_is_blank() {
    let documents = documents();
    let tried: BTreeSet<String> = documents.iter().map(|(kind, ..)| (*kind).to_owned()).collect();
    assert_eq!(tried, kinds(), "a kind of document that nobody looks at, or that there is not");
    let mut told = Vec::new();
    for (kind, form, pdf) in &documents {
        for (page, fault) in faults_of(pdf.bytes()) {
            told.push(format!("{kind}, {form}, page {page}: {fault}"));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn a_blank_page_a_single_line_and_ink_in_a_margin_are_told() {
    let settings = Settings {
        title: "样张".to_owned(),
        author: "示例".to_owned(),
        identifier: "sample".to_owned(),
        created_at: "2026-11-28T08:00:00.000Z".parse().unwrap(),
        language: "zh-CN",
        foot: "示例样张".to_owned(),
        page_words: "第 {page} 页，共 {pages} 页",
        watermark: None,
        profile: Profile::A3b,
    };
    let mut sheet = Sheet::new(settings, &FONTS);
    sheet.text(&"一段完整的文字。".repeat(20), &Look::BODY).unwrap();
    sheet.new_page();
    sheet.new_page();
    sheet.text(&"只有一行的文字。".repeat(3), &Look::BODY).unwrap();
    let file = sheet.finish().unwrap();
    assert_eq!(faults_of(&file), [(2, "blank"), (3, "a single line on the last page")]);

    // A dot of each margin, as a page that runs over would have it.
    for (line, column, fault) in [
        (300, 3, "ink in the outer five millimetres"),
        (300, 40, "ink in the left margin"),
        (300, 540, "cut at the right margin"),
        (30, 300, "ink in the top margin"),
        (780, 300, "text runs into the foot"),
        (820, 300, "ink below the foot"),
    ] {
        let mut page = shown(&file).swap_remove(0);
        assert!(page.faults(false).is_empty());
        page.rows[line][column] = 0;
        assert!(page.faults(false).contains(&fault), "{fault}");
    }
}
