//! Photos that are none, and what becomes of those that are.

use std::io::Cursor;

use bytes::Bytes;
use heqi_evidence::verdict::{ClaimName, Status};
use heqi_registration::capture_photo::{
    CapturePhoto, CapturePhotoError, MAX_PHOTOS, capture_photo,
};
use heqi_registration::disclose::Attributes;
use heqi_registration::export_bundle::export_bundle;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_testkit::files;
use heqi_vocabulary::{Clock as _, Digest, Explain as _};
use image::{ImageFormat, RgbImage};

use crate::notary::expect;
use crate::world::{Visitor, World};

struct Begun {
    world: World,
    visitor: Visitor,
    signing: heqi_vocabulary::SigningId,
}

impl Begun {
    async fn new() -> Self {
        let world = World::new().await;
        let drafted = world.drafted(1).await;
        let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
        let signing = world.begin(&visitor).await.signing_id;
        Self { world, visitor, signing }
    }

    async fn capture(&self, bytes: impl Into<Bytes>) -> Result<(), CapturePhotoError> {
        let command = CapturePhoto::of(self.signing, bytes);
        let request = self.world.request(&self.visitor.actor);
        capture_photo(&self.world.platform, &request, command).await.map(|_| ())
    }

    async fn refused(&self, bytes: impl Into<Bytes>, code: &str, class: Class) {
        let before = self.world.contents().await;
        let error = self.capture(bytes).await.unwrap_err();
        assert_eq!((error.code(), error.class()), (code, class), "{error}");
        assert_eq!(self.world.contents().await, before);
    }
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = RgbImage::from_fn(width, height, |x, y| {
        let [a, b, ..] = (x * 7 + y).to_le_bytes();
        image::Rgb([a, b, a ^ b])
    });
    image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).unwrap();
    bytes
}

/// The dimensions in the start-of-frame segment, changed.
fn with_dimensions(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let at = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// An Exif segment that says how the camera was held (TIFF 6.0 tag 274).
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif = [
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
        &[orientation],
        b"\0\0\0\0\0\0",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[tokio::test]
async fn what_is_not_a_photo_is_refused_by_name() {
    let begun = Begun::new().await;
    begun.refused("", "photo_empty", Class::BadInput).await;
    begun.refused("<!doctype html><img src=x>", "photo_not_image", Class::WrongFormat).await;
    begun.refused("%PDF-1.7", "photo_not_image", Class::WrongFormat).await;
    begun.refused(&b"\x89PNG\r\n\x1a\n\0\0"[..], "photo_other_format", Class::WrongFormat).await;
    begun.refused(&b"GIF89a\0\0\0\0"[..], "photo_other_format", Class::WrongFormat).await;
    begun.refused(vec![0xff; (4 << 20) + 1], "photo_too_large", Class::TooLarge).await;
    begun.capture(files::photo("at last")).await.unwrap();
}

#[tokio::test]
async fn a_photo_that_ends_early_goes_on_or_is_scrambled_is_refused() {
    let begun = Begun::new().await;
    let photo = files::photo("whole");
    for cut in [4, photo.len() / 2, photo.len() - 1] {
        begun.refused(photo[..cut].to_vec(), "photo_truncated", Class::BadInput).await;
    }
    let more = [photo.as_slice(), b"<script>"].concat();
    begun.refused(more, "photo_bytes_after_end", Class::BadInput).await;
    let no_frame = b"\xff\xd8\xff\xfe\0\x04ab\xff\xd9".to_vec();
    begun.refused(no_frame, "photo_damaged", Class::BadInput).await;
}

#[tokio::test]
async fn an_image_bomb_is_refused_by_its_dimensions_before_it_unfolds() {
    let begun = Begun::new().await;
    let bomb = with_dimensions(jpeg(64, 64), 65_500, 65_500);
    begun.refused(bomb, "photo_too_many_pixels", Class::TooLarge).await;
    let wide = with_dimensions(jpeg(64, 64), 4097, 64);
    begun.refused(wide, "photo_too_many_pixels", Class::TooLarge).await;
    begun.refused(jpeg(63, 64), "photo_too_few_pixels", Class::BadInput).await;
    begun.capture(jpeg(64, 64)).await.unwrap();
}

#[tokio::test]
async fn how_the_camera_was_held_is_noted_and_the_bytes_are_kept_as_they_came() {
    let begun = Begun::new().await;
    let photo = with_orientation(&jpeg(96, 64), 6);
    let command = CapturePhoto::of(begun.signing, photo.clone());
    let request = begun.world.request(&begun.visitor.actor);
    let captured = capture_photo(&begun.world.platform, &request, command).await.unwrap();
    assert_eq!((captured.width, captured.height, captured.orientation), (96, 64, 6));
    assert_eq!(captured.photo_sha256, Digest::of(&photo));
    assert_eq!(captured.attempts, 1);
}

/// An Exif segment that says when the photo was taken, in Hangzhou.
fn taken_at(jpeg: &[u8], time: &str) -> Vec<u8> {
    assert_eq!(time.len(), 19);
    let exif = [
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".as_slice(),
        b"\0\x02\x90\x03\0\x02\0\0\0\x14\0\0\0\x38\x90\x11\0\x02\0\0\0\x07\0\0\0\x4c\0\0\0\0",
        time.as_bytes(),
        b"\0+08:00\0",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[tokio::test]
async fn edge_case_19_a_photo_that_calls_itself_old_is_refused_and_a_fresh_one_is_not() {
    let begun = Begun::new().await;
    // The clock of the tests stands at 2026-11-23, five past eight in the evening there.
    let old = taken_at(&jpeg(96, 64), "2026:11:20 09:30:00");
    begun.refused(old, "photo_old", Class::BadInput).await;
    let now = begun.world.clock.now();
    let here = now.plus_millis(8 * 3_600_000).to_string();
    let here = here[..19].replace('-', ":").replace('T', " ");
    begun.capture(taken_at(&jpeg(96, 64), &here)).await.unwrap();
}

#[tokio::test]
async fn edge_case_19_a_replayed_photo_is_refused_in_another_ceremony_and_only_there() {
    let begun = Begun::new().await;
    let photo = files::photo("kept by somebody");
    begun.capture(photo.clone()).await.unwrap();
    // The same person, the same ceremony: a second tap, or a network that repeats.
    begun.capture(photo.clone()).await.unwrap();
    let drafted = begun.world.drafted(1).await;
    let other = begun.world.visitor(drafted.filing, drafted.parties[0]).await;
    let signing = begun.world.begin(&other).await.signing_id;
    let before = begun.world.contents().await;
    let command = CapturePhoto::of(signing, photo);
    let request = begun.world.request(&other.actor);
    let error = capture_photo(&begun.world.platform, &request, command).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("photo_replayed", Class::Conflict));
    assert_eq!(begun.world.contents().await, before, "a refused photo left something");
    begun.world.capture(&other, signing, files::photo("live")).await;
}

#[tokio::test]
async fn the_last_photo_counts_and_the_one_before_is_discarded() {
    let begun = Begun::new().await;
    begun.capture(files::photo("first")).await.unwrap();
    let objects = begun.world.contents().await.objects.len();
    let last = files::photo("second");
    let captured = begun.world.capture(&begun.visitor, begun.signing, last).await;
    assert_eq!(captured.attempts, 2);
    assert_eq!(begun.world.contents().await.objects.len(), objects);

    // Beginning again discards it too.
    begun.world.begin(&begun.visitor).await;
    assert_eq!(begun.world.contents().await.objects.len(), objects - 1);
    let late = begun.capture(files::photo("third")).await.unwrap_err();
    assert_eq!(late.code(), "challenge_not_live");
}

#[tokio::test]
async fn so_many_photos_are_taken_in_one_ceremony_however_often_it_is_begun_again() {
    let begun = Begun::new().await;
    let photo = files::photo("again and again");
    for _ in 0..MAX_PHOTOS - 1 {
        begun.capture(photo.clone()).await.unwrap();
    }
    let again = begun.world.begin(&begun.visitor).await.signing_id;
    let begun = Begun { signing: again, ..begun };
    begun.capture(photo.clone()).await.unwrap();
    begun.refused(photo, "photo_tries", Class::Conflict).await;
    let again = begun.world.begin(&begun.visitor).await.signing_id;
    let begun = Begun { signing: again, ..begun };
    begun.refused(files::photo("one more"), "photo_tries", Class::Conflict).await;
    // Another invitation is another ceremony.
    let drafted = begun.world.drafted(1).await;
    let other = begun.world.visitor(drafted.filing, drafted.parties[0]).await;
    let signing = begun.world.begin(&other).await.signing_id;
    begun.world.capture(&other, signing, files::photo("another ceremony")).await;
}

#[tokio::test]
async fn pixels_may_be_left_unchecked_but_never_format_and_dimensions() {
    let world = World::with(|settings| settings.check_pixels = false).await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let begun = world.begin(&visitor).await;
    let command = |bytes: Vec<u8>| CapturePhoto::of(begun.signing_id, bytes);
    let bomb = command(with_dimensions(jpeg(64, 64), 65_500, 65_500));
    let request = world.request(&visitor.actor);
    let refused = capture_photo(&world.platform, &request, bomb).await.unwrap_err();
    assert_eq!(refused.code(), "photo_too_many_pixels");
    let photo = jpeg(640, 480);
    let taken = world.capture(&visitor, begun.signing_id, photo.clone()).await;
    let answer = visitor.answer(&begun, taken.photo_sha256, world.clock.now());
    assert_eq!(taken.photo_sha256, Digest::of(&photo));
    world.complete(&visitor, answer).await.unwrap();
}

/// The same photo may come again at any moment, and its bytes are then kept in another place.
#[tokio::test]
async fn a_photo_that_comes_again_while_the_signing_is_completed_is_the_one_in_the_evidence() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (begun, photo) = world.ready(&visitor).await;
    let answer = visitor.answer(&begun, photo, world.clock.now());

    // A number for people is drawn when all was checked and before the record is made.
    let (is_reached, go) = world.store.pause_behind_row(b"voucher/");
    let meanwhile = async {
        is_reached.await.unwrap();
        world.capture(&visitor, begun.signing_id, files::photo(&visitor.label)).await;
        go.send(()).unwrap();
    };
    let completing = Box::pin(world.complete(&visitor, answer));
    let (signed, ()) = Box::pin(futures_util::future::join(completing, meanwhile)).await;
    let record = signed.unwrap().record_id;
    world.deposit_all().await;
    world.cosign_head().await;
    let (facts, all) = (world.facts(), Attributes::All);
    let exported = export_bundle(&world.platform, &world.staff, &facts, record, &all).await;
    let verdict = world.examine(&exported.unwrap().bytes);
    expect(&verdict, ClaimName::Integrity, Status::Proved);
    expect(&verdict, ClaimName::Deposited, Status::Proved);
}
