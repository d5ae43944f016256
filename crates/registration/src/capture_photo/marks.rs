//! Which photos were taken before: the very bytes of one are for one ceremony only.
//!
//! A live camera never gives the same bytes twice, so whoever sends them again has kept them. That
//! proves no more than this: a photo that was saved and encoded anew is another file.

use heqi_evidence_store::changeset::Changeset;
use heqi_vocabulary::{CeremonyId, Digest};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::fault::Fault;
use crate::platform::Platform;
use crate::rows;

const LABEL: &[u8] = b"heqi.photo-mark/v1\n";

/// Notes that a ceremony took the photo of this digest. `false`: another one had taken it.
///
/// The row is named by a keyed digest, so that whoever reads the store cannot ask it whether a
/// photo they have was taken here. It says nothing about anybody and stays when the photo is erased.
pub(crate) async fn mark(
    platform: &Platform,
    changes: &mut Changeset,
    ceremony: CeremonyId,
    photo: &Digest,
) -> Result<bool, Fault> {
    let key = key_of(platform.token_secret(), photo);
    if let Some(row) = rows::PHOTO_MARKS.row(platform.backend(), &key).await? {
        return Ok(row.value == ceremony);
    }
    rows::PHOTO_MARKS.insert(changes, &key, &ceremony)?;
    Ok(true)
}

fn key_of(secret: &[u8], photo: &Digest) -> Digest {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        unreachable!("HMAC takes keys of every length (RFC 2104 section 2)")
    };
    mac.update(LABEL);
    mac.update(photo.as_bytes());
    Digest::from_bytes(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_with_the_secret_of_the_platform_only() {
        let photo = Digest::of(b"photo");
        assert_eq!(key_of(b"secret", &photo), key_of(b"secret", &photo));
        assert_ne!(key_of(b"secret", &photo), key_of(b"another", &photo));
        assert_ne!(key_of(b"secret", &photo), photo);
    }
}
