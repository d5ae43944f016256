// What the device remembers while somebody signs: the key, which cannot leave it, and what the
// key is for. Where the browser keeps no database the tab itself remembers, and that is recorded.
const NAME = 'heqi';
const STORE = 'signing';
const ONLY = 'current';

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
    request.onblocked = () => failed(new Error('blocked'));
  });
}

/** A database that does not answer is none: a page left in the middle of opening it may hold it up. */
const SILENT_MS = 3000;

function inTime(work) {
  const silent = new Promise((_, failed) => setTimeout(() => failed(new Error('silent')), SILENT_MS));
  return Promise.race([work, silent]);
}

const inStore = (mode, work) => inTime(worked(mode, work));

async function worked(mode, work) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Whether the browser has a database that works. */
export async function hasDatabase() {
  try {
    await inStore('readonly', (store) => store.get(ONLY));
    return true;
  } catch {
    return false;
  }
}

/** What is remembered, or null. */
export async function remembered() {
  try {
    const kept = await inStore('readonly', (store) => store.get(ONLY));
    if (kept) return kept;
  } catch {
    // No database: what the tab remembers is all there is.
  }
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

/** Remembers `value`; without a database only what is text. */
export async function remember(value) {
  if (value.key) {
    await inStore('readwrite', (store) => store.put(value, ONLY));
  } else {
    sessionStorage.setItem(NAME, JSON.stringify(value));
  }
}

// What somebody has begun to write is kept enciphered, under a key that cannot leave the browser,
// and for no longer than a session lasts. Without a database, or without cryptography, not at all.
const VAULT = 'vault';
const LONGEST_MS = 12 * 3_600_000;
const placeOf = (name) => `stash:${name}`;

let vault = null;

/** The key, made once: whoever is second, here or in another tab, takes the one that is there. */
function vaultKey() {
  vault ??= (async () => {
    const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const there = await worked('readwrite', (store) => {
      const request = store.get(VAULT);
      request.onsuccess = () => request.result ?? store.put(fresh, VAULT);
      return request;
    });
    return there ?? fresh;
  })().catch((error) => {
    // What failed once is tried again with the next stroke.
    vault = null;
    throw error;
  });
  return vault;
}

/** Keeps a text under a name. Nobody waits for it, so a database that is slow may take its time. */
export async function stash(name, text) {
  try {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await vaultKey(), new TextEncoder().encode(text));
    await worked('readwrite', (store) => store.put({ at: Date.now(), bytes, iv }, placeOf(name)));
  } catch {
    // Then it is not kept.
  }
}

/** The text kept under a name, or null. */
export async function unstash(name) {
  try {
    const kept = await inStore('readonly', (store) => store.get(placeOf(name)));
    if (!kept || Date.now() - kept.at > LONGEST_MS) return null;
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await inTime(vaultKey()), kept.bytes);
    return new TextDecoder().decode(bytes);
  } catch {
    return null;
  }
}

/** Forgets the text kept under a name. */
export async function drop(name) {
  await inStore('readwrite', (store) => store.delete(placeOf(name))).catch(() => {});
}

/** Forgets everything: the key is then gone. */
export async function forget() {
  vault = null;
  try {
    await inStore('readwrite', (store) => store.clear());
  } catch {
    // There was no database.
  }
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nor a memory of the tab.
  }
}
