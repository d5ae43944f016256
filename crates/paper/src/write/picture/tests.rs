use std::ops::ControlFlow;
use std::sync::Arc;

use heqi_vocabulary::UtcMillis;
use image::{Rgb, RgbImage};

use super::super::{Fonts, Look, Profile, Settings, Sheet};
use super::*;
use crate::{Limits, MediaType, PageImage, inspect};

static FONTS: Fonts = Fonts::new();

/// A photo whose upper half is red and whose lower half is blue.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |_, y| {
        if y < height / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) }
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .encode(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
        .unwrap();
    jpeg
}

fn written(profile: Profile, photos: &[Picture]) -> Vec<u8> {
    let settings = Settings {
        title: "照片".to_owned(),
        author: "示例公证处".to_owned(),
        identifier: "pictures".to_owned(),
        created_at: "2026-11-28T08:00:00.000Z".parse::<UtcMillis>().unwrap(),
        language: "zh-CN",
        foot: "照片".to_owned(),
        page_words: "第 {page} 页，共 {pages} 页",
        watermark: Some("演示".to_owned()),
        profile,
    };
    let mut sheet = Sheet::new(settings, &FONTS);
    sheet.text("照片如下。", &Look::BODY).unwrap();
    for photo in photos {
        sheet.picture(photo, 120.0);
    }
    sheet.text("照片如上。", &Look::BODY).unwrap();
    sheet.finish().unwrap()
}

/// The rows of a rendered page.
fn pixels(page: &PageImage) -> Vec<Vec<[u8; 3]>> {
    let rgb = match page.media_type {
        MediaType::Jpeg => image::load_from_memory(&page.bytes).unwrap().into_rgb8().into_raw(),
        MediaType::Png => {
            let mut decoder = png::Decoder::new(Cursor::new(&page.bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut plain = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut plain).unwrap();
            plain
        }
    };
    let row = |row: &[u8]| row.chunks(3).map(|one| [one[0], one[1], one[2]]).collect();
    rgb.chunks(usize::from(page.width) * 3).map(row).collect()
}

#[test]
fn a_photo_stands_on_the_page_upright_and_the_file_is_the_same_each_time() {
    let one = Picture::of_jpeg(&photo(900, 1200), 320).unwrap();
    assert_eq!((one.width, one.height), (240, 320));
    for profile in [Profile::A3b, Profile::A1b] {
        let file = written(profile, std::slice::from_ref(&one));
        assert_eq!(file, written(profile, std::slice::from_ref(&one)));
        assert_eq!(inspect(&file, &Limits::default()).unwrap().get(), 1);
        let mut page = None;
        crate::render(Arc::new(file), |rendered| {
            page = Some(rendered.image);
            ControlFlow::Continue(())
        })
        .unwrap();
        let page = pixels(&page.unwrap());
        let of = |colour: fn(&[u8; 3]) -> bool| {
            let rows = page.iter().zip(0..);
            let rows = rows.filter(|(row, _)| row.iter().filter(|one| colour(one)).count() > 20);
            let rows: Vec<usize> = rows.map(|(_, y)| y).collect();
            (rows.len(), rows.iter().min().copied(), rows.iter().max().copied())
        };
        let red = of(|[r, _, b]| *r > 150 && *b < 110);
        let blue = of(|[r, _, b]| *b > 150 && *r < 110);
        assert!(red.0 > 50 && blue.0 > 50, "{red:?} {blue:?}");
        assert!(red.1 < blue.1 && red.2 < blue.2, "upright: {red:?} above {blue:?}");
    }
}

#[test]
fn several_photos_each_have_their_place() {
    let photos: Vec<Picture> = [(300, 400), (400, 300), (60, 40)]
        .into_iter()
        .map(|(width, height)| Picture::of_jpeg(&photo(width, height), 200).unwrap())
        .collect();
    let file = written(Profile::A3b, &photos);
    inspect(&file, &Limits::default()).unwrap();
    let images = file.windows(14).filter(|window| *window == b"/Subtype/Image").count();
    assert_eq!(images, 3);
    assert!(position(&file, b"/XStep 2000").is_none(), "no stand-in is left");
}

#[test]
fn what_is_no_photo_is_no_picture_and_a_file_without_any_is_untouched() {
    assert_eq!(Picture::of_jpeg(b"no photo", 320), None);
    let cut = photo(300, 400);
    assert_eq!(Picture::of_jpeg(&cut[..40], 320), None);
    let plain = written(Profile::A3b, &[]);
    assert_eq!(put_in(plain.clone(), &[], &[]).unwrap(), plain);
    // A picture whose stand-in is not there is an error, not a file without it.
    let drawn = Drawn { place: 0, size: (10.0, 10.0) };
    let one = Picture::of_jpeg(&photo(30, 40), 320).unwrap();
    assert!(put_in(plain, &[one], &[drawn]).is_err());
}
