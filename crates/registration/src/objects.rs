//! Photos and documents: sealed objects, named in rows by digest and length.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::object::{self, ObjectRef};
use heqi_evidence_store::vault::DataKey;
use heqi_filing::{CapturedPhoto, Ceremony};
use heqi_vocabulary::{CeremonyId, Digest, DocumentId, Entropy, RecordId, SigningId};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::platform::Platform;

/// What an object is: it opens under this name only.
pub(crate) fn of_document(document: DocumentId) -> String {
    format!("document/{document}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_page(document: DocumentId, number: u32) -> String {
    format!("page/{document}/{number}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_text(document: DocumentId) -> String {
    format!("text/{document}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_photo(signing: SigningId) -> String {
    format!("photo/{signing}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_frames(signing: SigningId) -> String {
    format!("frames/{signing}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_video(ceremony: CeremonyId, sha256: &Digest) -> String {
    format!("video/{ceremony}/{sha256}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_portrait(record: RecordId) -> String {
    format!("portrait/{record}")
}

/// What an object is: it opens under this name only.
pub(crate) fn of_material(record: RecordId) -> String {
    format!("material/{record}")
}

/// The photo that a ceremony keeps and nobody has signed with, and the frames taken with it.
pub(crate) fn of_photo_in(ceremony: &Ceremony) -> Vec<String> {
    let objects = ceremony.photo().into_iter().flat_map(CapturedPhoto::objects);
    objects.map(|object| object.as_str().to_owned()).collect()
}

/// The same and the video.
pub(crate) fn of_ceremony(ceremony: &Ceremony) -> Vec<String> {
    let video = ceremony.video_object().map(|object| object.as_str().to_owned());
    of_photo_in(ceremony).into_iter().chain(video).collect()
}

/// Seals and puts an object. It is durable before anything committed after this.
pub(crate) fn put(
    backend: &dyn Backend,
    key: &DataKey,
    what: &str,
    bytes: &[u8],
    entropy: &dyn Entropy,
) -> Result<ObjectRef, Fault> {
    Ok(object::put_sealed(backend, key, what, bytes, entropy)?.reference())
}

/// Reads and opens an object.
pub(crate) async fn read(
    platform: &Platform,
    name: &str,
    what: &str,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let reference = parse(name)?;
    Ok(object::open_sealed(platform.backend(), &reference, what).await?)
}

/// Gives back the space of an object that no row names. Nobody can open it any more either
/// way, so a failure costs space only.
pub(crate) async fn forget(platform: &Platform, name: &str) {
    let Ok(reference) = parse(name) else { return };
    if let Err(error) = platform.backend().discard_object(&reference.id).await {
        tracing::warn!(object.id = %reference.id, error = %error, "object not discarded");
    }
}

/// The name that rows hold.
pub(crate) fn name_of(reference: &ObjectRef) -> Result<heqi_filing::ObjectRef, Fault> {
    let name = format!("{}:{}", reference.id, reference.size_bytes);
    heqi_filing::ObjectRef::try_from(name).map_err(Fault::broken)
}

/// Like [`forget`], and nobody waits until the disk has it: the object is gone for every read when this returns.
pub(crate) async fn forget_soon(platform: &Platform, name: &str) {
    let Ok(reference) = parse(name) else { return };
    let backend = Arc::clone(&platform.ports.backend);
    let mut discarding = Box::pin(async move {
        if let Err(error) = backend.discard_object(&reference.id).await {
            tracing::warn!(object.id = %reference.id, error = %error, "object not discarded");
        }
    });
    // Asked once, so that it is taken; what is left is to hear that it is durable.
    let is_done =
        poll_fn(|context| Poll::Ready(discarding.as_mut().poll(context).is_ready())).await;
    if !is_done {
        tokio::spawn(discarding);
    }
}

/// Discards what was put for rows that are certainly not written any more: nothing will ever name it.
pub(crate) async fn take_back(platform: &Platform, names: &[String]) {
    for name in names {
        forget_soon(platform, name).await;
    }
}

fn parse(name: &str) -> Result<ObjectRef, Fault> {
    let reference = name.split_once(':').and_then(|(id, size_bytes)| {
        Some(ObjectRef { id: id.parse().ok()?, size_bytes: size_bytes.parse().ok()? })
    });
    reference.ok_or_else(|| Fault::broken("a row names an object in another form"))
}
