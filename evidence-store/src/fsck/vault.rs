use super::state::CheckedState;
use super::{Check, FsckError};
use crate::durable_file::is_temporary;
use crate::identity::Identity;
use crate::journal::Damage;
use crate::journal::segment::{SegmentKind, Segments, len64};
use crate::lock::LOCK_FILE;
use crate::vault::VaultError;
use crate::vault::file::segment::{SEALED_KEY_BYTES, read_segment, unreadable_keys};

fn has_files(directory: &std::path::Path) -> std::io::Result<bool> {
    Ok(directory.exists() && std::fs::read_dir(directory)?.next().is_some())
}

impl Check<'_> {
    /// Every segment of the vault; with the key-encryption key, every data key in it.
    pub(super) fn check_vault(
        &mut self,
        state: &CheckedState,
        identity: &Identity,
    ) -> Result<(), FsckError> {
        let directory =
            self.options.vault_directory.clone().unwrap_or_else(|| self.directory.join("vault"));
        if self.options.frozen {
            if has_files(&directory)? {
                self.damage(Damage::new(&directory, 0, 0, "a frozen log has no vault"));
            }
            return Ok(());
        }
        if !directory.exists() {
            self.damage(Damage::new(&directory, 0, 0, "the vault is missing"));
            return Ok(());
        }
        let segments = Segments::new(directory, SegmentKind::Vault, identity.store);
        for entry in std::fs::read_dir(segments.directory())? {
            let path = entry?.path();
            let is_segment = segments.numbers()?.into_iter().any(|n| segments.path(n) == path);
            // A vault that stands outside its store has a lock of its own, and keeps the file when it is moved inside.
            let is_known = is_segment || path.ends_with(LOCK_FILE);
            if !is_known && !is_temporary(&path) {
                self.damage(Damage::new(&path, 0, 0, "this file has no place in a vault"));
            }
        }
        let mut held = 0u64;
        let mut torn = None;
        let numbers = segments.numbers()?;
        for (expected, number) in (0..).zip(&numbers) {
            if expected != *number {
                let what = "a vault segment is missing";
                self.damage(Damage::new(&segments.path(expected), 0, 0, what));
                break;
            }
            let Some(scanned) = self.found(read_segment(&segments, *number))? else { continue };
            held += len64(scanned.entries.len());
            self.report.data_keys +=
                scanned.entries.iter().map(|entry| u64::from(entry.offset.is_some())).sum::<u64>();
            let Some(segment) = self.found(segments.segment(*number))? else { continue };
            if scanned.is_torn {
                let length = segment.length()? - scanned.end;
                if Some(number) == numbers.last() {
                    torn = Some((segment.path.clone(), scanned.end, length));
                } else {
                    let what = "the segment is cut off";
                    self.damage(Damage::new(&segment.path, scanned.end, length, what));
                }
            }
            let Some(key_encryption) = self.options.key_encryption.clone() else { continue };
            let store = &identity.store;
            match unreadable_keys(&segment, *number, store, &scanned, &*key_encryption) {
                Ok(unreadable) => {
                    for offset in unreadable {
                        let length = u64::try_from(SEALED_KEY_BYTES).unwrap_or(0);
                        let what = "a data key that does not open";
                        self.damage(Damage::new(&segment.path, offset.into(), length, what));
                    }
                }
                Err(VaultError::Io { what }) => return Err(std::io::Error::other(what).into()),
                Err(error) => {
                    self.damage(Damage::new(&segment.path, 0, 0, error.to_string()));
                }
            }
        }
        // Bytes that are no frame at the end are unfinished, unless keys are missing that the journals know of.
        let is_short = held < state.point.data_keys;
        let missing =
            format!("the journals know {} data keys, the vault {held}", state.point.data_keys);
        match torn {
            Some((file, offset, length)) if is_short => {
                self.damage(Damage::new(&file, offset, length, missing));
            }
            Some((file, _, length)) => {
                self.note(format!("{}: {length} unfinished bytes will be cut", file.display()));
            }
            None if is_short => {
                self.damage(Damage::new(segments.directory(), 0, 0, missing));
            }
            None => {}
        }
        Ok(())
    }
}
