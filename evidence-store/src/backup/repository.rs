//! The folder of a backup: `backup.json` with its wrapped key, `packs/` of sealed chunks, `generations/` of
//! authenticated manifests.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{BackedUpFile, BackupError, BackupKind, BackupPorts, Chunk, Generation};
use crate::durable_file::{AtomicFile, named, read_if_there};
use crate::journal::Damage;
use crate::journal::segment::{StoreId, len64};
use crate::vault::{NONCE_BYTES, TAG_BYTES, decrypt, encrypt};

const FORMAT: u32 = 1;
const WRAP_LABEL: &[u8] = b"heqi.backup.key/v1\n";
const CHUNK_LABEL: &[u8] = b"heqi.backup.chunk/v1\n";
const MANIFEST_LABEL: &[u8] = b"heqi.backup.manifest/v1\n";
/// Bytes of a file sealed together, at most.
pub(super) const CHUNK_BYTES: usize = 4 << 20;
const HEADER: &str = "backup.json";

/// An open backup folder.
pub(super) struct Repository<'a> {
    folder: PathBuf,
    id: [u8; 16],
    key: Zeroizing<[u8; 32]>,
    pub(super) kind: BackupKind,
    pub(super) store: StoreId,
    ports: &'a BackupPorts,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    kind: BackupKind,
    #[serde(with = "hex::serde")]
    id: [u8; 16],
    #[serde(with = "hex::serde")]
    store: StoreId,
    #[serde(with = "hex::serde")]
    wrapped_key: Vec<u8>,
}

impl<'a> Repository<'a> {
    /// Opens the folder of an existing backup.
    pub(super) fn open(folder: &Path, ports: &'a BackupPorts) -> Result<Self, BackupError> {
        let path = folder.join(HEADER);
        let bytes = read_if_there(&path)?.ok_or_else(|| BackupError::OtherBackup {
            folder: folder.to_owned(),
            what: "there is no backup here".to_owned(),
        })?;
        let header: Header = serde_json::from_slice(&bytes)
            .map_err(|error| Damage::new(&path, 0, len64(bytes.len()), error.to_string()))?;
        if header.format != FORMAT {
            let what = format!("format {}, this program reads {FORMAT}", header.format);
            return Err(BackupError::OtherBackup { folder: folder.to_owned(), what });
        }
        let context = wrap_context(&header.id, header.kind, &header.store);
        let key = ports.key_encryption.unwrap(&header.wrapped_key, &context)?;
        let Header { kind, id, store, .. } = header;
        Ok(Self { folder: folder.to_owned(), id, key, kind, store, ports })
    }

    /// Opens the folder, or begins a backup of `store` in an empty one.
    pub(super) fn open_or_begin(
        folder: &Path,
        kind: BackupKind,
        store: StoreId,
        ports: &'a BackupPorts,
    ) -> Result<Self, BackupError> {
        ports.disk.create_directory(folder)?;
        if !folder.join(HEADER).exists() {
            Self::begin(folder, kind, store, ports)?;
        }
        let opened = Self::open(folder, ports)?;
        let other = |what: &str| BackupError::OtherBackup {
            folder: folder.to_owned(),
            what: what.to_owned(),
        };
        if opened.kind != kind {
            return Err(other("store and vault are backed up to different folders"));
        }
        if opened.store != store {
            return Err(other("this is the backup of another store"));
        }
        Ok(opened)
    }

    fn begin(
        folder: &Path,
        kind: BackupKind,
        store: StoreId,
        ports: &BackupPorts,
    ) -> Result<(), BackupError> {
        let id: [u8; 16] = ports.entropy.bytes();
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(ports.entropy.bytes());
        let wrapped_key = ports.key_encryption.wrap(&key, &wrap_context(&id, kind, &store))?;
        let header = Header { format: FORMAT, kind, id, store, wrapped_key };
        for name in ["packs", "generations"] {
            ports.disk.create_directory(&folder.join(name))?;
        }
        let json = serde_json::to_vec(&header).map_err(std::io::Error::other)?;
        Ok(ports.disk.write_secret(&folder.join(HEADER), &[&json, b"\n"])?)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn pack(&self, number: u32) -> PathBuf {
        self.folder.join("packs").join(format!("{number:010}.pack"))
    }

    fn manifest(&self, number: u32) -> PathBuf {
        self.folder.join("generations").join(format!("{number:010}.json"))
    }

    fn numbers(&self) -> Result<Vec<u32>, BackupError> {
        let directory = self.folder.join("generations");
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&directory).map_err(|error| named(error, &directory))? {
            let path = entry?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            numbers.extend(number.filter(|number| self.manifest(*number) == path));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Every generation, oldest first, each authenticated.
    pub(super) fn generations(&self) -> Result<Vec<Generation>, BackupError> {
        self.numbers()?.into_iter().map(|number| self.generation(number)).collect()
    }

    /// The newest generation, or the one asked for.
    pub(super) fn pick(&self, wanted: Option<u32>) -> Result<Generation, BackupError> {
        let numbers = self.numbers()?;
        let number = match wanted {
            Some(wanted) => numbers.into_iter().find(|number| *number == wanted),
            None => numbers.last().copied(),
        };
        let number = number.ok_or_else(|| BackupError::NoGeneration {
            folder: self.folder.clone(),
            wanted: wanted.map_or_else(|| "at all".to_owned(), |wanted| wanted.to_string()),
        })?;
        self.generation(number)
    }

    /// The number after the newest generation's.
    pub(super) fn next_number(&self) -> Result<u32, BackupError> {
        Ok(self.numbers()?.last().copied().unwrap_or(0).saturating_add(1))
    }

    fn generation(&self, number: u32) -> Result<Generation, BackupError> {
        let path = self.manifest(number);
        let bytes = read_if_there(&path)?.unwrap_or_default();
        let damaged = |what: &str| Damage::new(&path, 0, len64(bytes.len()), what);
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged("the manifest is no text"))?;
        let (json, seal) = text
            .strip_suffix('\n')
            .and_then(|text| text.split_once('\n'))
            .ok_or_else(|| damaged("the manifest has another form"))?;
        let mut opened = [0; NONCE_BYTES + TAG_BYTES];
        hex::decode_to_slice(seal, &mut opened).map_err(|_| damaged("the seal is no hex"))?;
        let (nonce, tag) = opened.split_first_chunk().ok_or_else(|| damaged("no nonce"))?;
        let tag = tag.try_into().map_err(|_| damaged("no tag"))?;
        decrypt(&self.key, *nonce, &self.manifest_context(json), &mut [], tag)
            .map_err(|_| damaged("the manifest is not what was written"))?;
        let generation: Generation =
            serde_json::from_str(json).map_err(|error| damaged(&error.to_string()))?;
        if generation.number == number {
            Ok(generation)
        } else {
            Err(damaged("the manifest of another generation").into())
        }
    }

    /// Writes a manifest: the generation exists from then on.
    pub(super) fn keep(&self, generation: &Generation) -> Result<(), BackupError> {
        let json = serde_json::to_string(generation).map_err(std::io::Error::other)?;
        let nonce: [u8; NONCE_BYTES] = self.ports.entropy.bytes();
        let tag = encrypt(&self.key, nonce, &self.manifest_context(&json), &mut []);
        let seal = hex::encode([&nonce[..], &tag].concat());
        let path = self.manifest(generation.number);
        Ok(self
            .ports
            .disk
            .write_secret(&path, &[json.as_bytes(), b"\n", seal.as_bytes(), b"\n"])?)
    }

    /// What a manifest of these bytes says, sealed as ours, for a fuzzer.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn sealed_generation(
        &self,
        number: u32,
        json: &str,
    ) -> Result<Generation, BackupError> {
        let nonce: [u8; NONCE_BYTES] = self.ports.entropy.bytes();
        let tag = encrypt(&self.key, nonce, &self.manifest_context(json), &mut []);
        let seal = hex::encode([&nonce[..], &tag].concat());
        crate::testing::tamper(self.manifest(number), format!("{json}\n{seal}\n"));
        self.generation(number)
    }

    /// Removes a generation that shares no pack with another.
    pub(super) fn drop_generation(&self, number: u32) -> Result<(), BackupError> {
        self.ports.disk.remove_file(&self.manifest(number))?;
        Ok(self.ports.disk.remove_file(&self.pack(number))?)
    }

    /// Begins the pack of generation `number`.
    pub(super) fn begin_pack(&self, number: u32) -> Result<PackWriter<'_, 'a>, BackupError> {
        let file = self.ports.disk.begin_atomic(&self.pack(number))?;
        Ok(PackWriter { repository: self, number, file, end: 0 })
    }

    /// Reads a file again, piece by piece; each piece is what was written, in its place.
    pub(super) fn read(
        &self,
        file: &BackedUpFile,
        mut take: impl FnMut(&[u8]) -> Result<(), BackupError>,
    ) -> Result<(), BackupError> {
        let mut offset = 0;
        for chunk in &file.chunks {
            if chunk.offset != offset {
                let what = format!("{} has a hole at byte {offset}", file.name);
                return Err(Damage::new(&self.pack(chunk.pack), chunk.at, 0, what).into());
            }
            take(&self.open_chunk(&file.name, chunk)?)?;
            offset += u64::from(chunk.length);
        }
        if offset == file.length {
            Ok(())
        } else {
            let what = format!("{} ends at byte {offset} of {}", file.name, file.length);
            Err(Damage::new(&self.folder, 0, 0, what).into())
        }
    }

    fn open_chunk(&self, name: &str, chunk: &Chunk) -> Result<Vec<u8>, BackupError> {
        let path = self.pack(chunk.pack);
        let length = usize::try_from(chunk.length).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let sealed_length = length + NONCE_BYTES + TAG_BYTES;
        let damaged = |what: &str| {
            let what = format!("{name} from byte {}: {what}", chunk.offset);
            BackupError::from(Damage::new(&path, chunk.at, len64(sealed_length), what))
        };
        let file = File::open(&path).map_err(|_| damaged("the pack is missing"))?;
        let mut sealed = vec![0; sealed_length];
        file.read_exact_at(&mut sealed, chunk.at).map_err(|_| damaged("the pack is cut off"))?;
        let (nonce, rest) =
            sealed.split_first_chunk_mut().ok_or_else(|| damaged("the chunk is cut off"))?;
        let (body, tag) =
            rest.split_last_chunk_mut().ok_or_else(|| damaged("the chunk is cut off"))?;
        decrypt(&self.key, *nonce, &self.chunk_context(name, chunk), body, tag)
            .map_err(|_| damaged("the chunk is not what was written"))?;
        if Digest::of(body) == chunk.sha256 {
            Ok(body.to_vec())
        } else {
            Err(damaged("the chunk has another digest"))
        }
    }

    fn chunk_context(&self, name: &str, chunk: &Chunk) -> Vec<u8> {
        let place = [chunk.offset.to_be_bytes(), u64::from(chunk.length).to_be_bytes()].concat();
        [CHUNK_LABEL, &self.id, &place, name.as_bytes()].concat()
    }

    fn manifest_context(&self, json: &str) -> Vec<u8> {
        [MANIFEST_LABEL, &self.id, json.as_bytes()].concat()
    }
}

/// The pack of a generation in the making. Nothing of it exists before [`PackWriter::finish`].
pub(super) struct PackWriter<'r, 'a> {
    repository: &'r Repository<'a>,
    number: u32,
    file: AtomicFile,
    end: u64,
}

impl PackWriter<'_, '_> {
    /// Seals the bytes of file `name` at `offset` and appends them.
    pub(super) fn push(
        &mut self,
        name: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Result<Chunk, BackupError> {
        let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        let sha256 = Digest::of(bytes);
        let chunk = Chunk { pack: self.number, at: self.end, offset, length, sha256 };
        let nonce: [u8; NONCE_BYTES] = self.repository.ports.entropy.bytes();
        let mut body = bytes.to_vec();
        let context = self.repository.chunk_context(name, &chunk);
        let tag = encrypt(&self.repository.key, nonce, &context, &mut body);
        for part in [&nonce[..], &body, &tag] {
            self.file.append(part)?;
            self.end += len64(part.len());
        }
        Ok(chunk)
    }

    /// Makes the pack durable and gives its length.
    pub(super) fn finish(self) -> Result<u64, BackupError> {
        self.file.commit()?;
        Ok(self.end)
    }
}

fn wrap_context(id: &[u8; 16], kind: BackupKind, store: &StoreId) -> Vec<u8> {
    let kind: &[u8] = match kind {
        BackupKind::Store => b"store",
        BackupKind::Vault => b"vault",
    };
    [WRAP_LABEL, id, store, kind].concat()
}
