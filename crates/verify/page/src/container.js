// The container: docs/spec/bundle.md, rules 1 to 5. A ZIP file in its plainest form.
import { orNull, textOf } from './bytes.js';
import { Unreadable } from './unreadable.js';

/** The largest bundle, in bytes. */
export const MAX_FILE_BYTES = 67_108_864;
/** The most entries of a bundle. */
export const MAX_ENTRIES = 4096;
const MAX_NAME_BYTES = 128;

const LOCAL = { magic: 0x04034b50, length: 30, nameLength: 26 };
const CENTRAL = { magic: 0x02014b50, length: 46, nameLength: 28 };
const END = { magic: 0x06054b50, length: 22 };

/** The entries, in file order: `{name, bytes, intact}`; `intact` says that the CRC-32 fits. */
export function readContainer(file) {
  if (file.length > MAX_FILE_BYTES) throw new Unreadable('file_too_large');
  const endAt = file.length - END.length;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (endAt < 0 || view.getUint32(endAt, true) !== END.magic || view.getUint16(endAt + 20, true) !== 0) {
    throw new Unreadable('container_truncated');
  }
  const entryCount = view.getUint16(endAt + 10, true);
  if (entryCount > MAX_ENTRIES) throw new Unreadable('container_too_many_entries');
  const directoryAt = view.getUint32(endAt + 16, true);
  const oneDisk =
    view.getUint16(endAt + 4, true) === 0 &&
    view.getUint16(endAt + 6, true) === 0 &&
    view.getUint16(endAt + 8, true) === entryCount;
  if (!oneDisk || directoryAt + view.getUint32(endAt + 12, true) !== endAt) {
    throw new Unreadable('container_directory');
  }
  return walk({ file, view }, directoryAt, endAt, entryCount);
}

function walk(zip, directoryAt, endAt, entryCount) {
  const entries = [];
  const names = new Set();
  let central = directoryAt;
  let local = 0;
  for (let i = 0; i < entryCount; i += 1) {
    const name = headerName(zip, central, CENTRAL);
    const nameInFront = headerName(zip, local, LOCAL);
    if (name !== nameInFront || zip.view.getUint32(central + 42, true) !== local) {
      throw new Unreadable('container_directory');
    }
    const bytes = content(zip, central, local, name);
    if (names.has(name)) throw new Unreadable('container_duplicate', name);
    names.add(name);
    entries.push({ name, bytes, intact: zip.view.getUint32(central + 16, true) === crc32(bytes) });
    central += CENTRAL.length + name.length;
    local += LOCAL.length + name.length + bytes.length;
  }
  if (central !== endAt || local !== directoryAt) throw new Unreadable('container_directory');
  return entries;
}

/** The name in a header that begins at `at`. Names are ASCII, so characters are bytes. */
function headerName({ file, view }, at, kind) {
  const nameAt = at + kind.length;
  if (nameAt > file.length || view.getUint32(at, true) !== kind.magic) {
    throw new Unreadable('container_directory');
  }
  const to = nameAt + view.getUint16(at + kind.nameLength, true);
  if (to > file.length) throw new Unreadable('container_directory');
  const name = orNull(() => textOf(file.subarray(nameAt, to)));
  if (name === null || !isName(name)) throw new Unreadable('container_name');
  return name;
}

function isName(name) {
  const segments = name.split('/');
  return (
    name.length <= MAX_NAME_BYTES &&
    /^[a-z0-9.\-_/]+$/.test(name) &&
    segments.every((segment) => segment !== '' && !segment.startsWith('.'))
  );
}

function content({ file, view }, central, local, name) {
  // What both headers say must be the same in both, byte for byte.
  for (let i = 0; i < 24; i += 1) {
    if (file[central + 6 + i] !== file[local + 4 + i]) throw new Unreadable('container_directory');
  }
  const u16 = (at) => view.getUint16(at, true);
  const packedPlainly =
    u16(local + 4) === 20 && // version needed
    u16(local + 6) === 0x0800 && // names in UTF-8
    u16(local + 8) === 0 && // stored
    u16(local + 10) === 0 &&
    u16(local + 12) === 0x0021 &&
    view.getUint32(local + 18, true) === view.getUint32(local + 22, true) &&
    u16(local + 28) === 0 && // no extra field
    u16(central + 4) === 20 && // made by
    file.subarray(central + 30, central + 42).every((byte) => byte === 0);
  if (!packedPlainly) throw new Unreadable('container_feature', name);
  const from = local + LOCAL.length + name.length;
  const to = from + view.getUint32(local + 22, true);
  if (to > file.length) throw new Unreadable('container_directory');
  return file.subarray(from, to);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as ZIP has it (APPNOTE 4.4.7). */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
