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

async function inStore(mode, work) {
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

/** Forgets everything: the key is then gone. */
export async function forget() {
  try {
    await inStore('readwrite', (store) => store.delete(ONLY));
  } catch {
    // There was no database.
  }
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nor a memory of the tab.
  }
}
