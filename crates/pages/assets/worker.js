// The service worker of the signer's pages. It keeps files of ours, which are named by their digest
// and the same for everybody, and one page that says that there is no network. A page about
// anybody, an answer of the interface, a photo: never.
const FOLDER = new URL('./', self.location).pathname;
const CACHE = `heqi ${FOLDER}`;
const OFFLINE = '/offline';

self.addEventListener('install', (event) => {
  const first = [OFFLINE, ...['style.css', 'icon.svg', 'shell.js', 'keep.js'].map((name) => FOLDER + name)];
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(first)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

async function fromCache(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  // The page does not wait for the copy.
  if (answer.ok) event.waitUntil(cache.put(request, answer.clone()));
  return answer;
}

const noNetwork = async () => (await caches.match(OFFLINE)) ?? Response.error();

/** Language and size of the text are the reader's choice, made by a visit: the page for no network follows it. */
async function visited(event) {
  const { request } = event;
  const answer = await fetch(request).catch(() => null);
  if (answer === null) return noNetwork();
  const isChoice = /[?&](?:lang|text)=/.test(new URL(request.url).search);
  if (isChoice) event.waitUntil(caches.open(CACHE).then((cache) => cache.add(OFFLINE)).catch(() => {}));
  return answer;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === 'GET' && pathname.startsWith(FOLDER)) event.respondWith(fromCache(event));
  else if (request.mode === 'navigate') event.respondWith(visited(event));
});
