// Requests to the platform: repeated when the network fails, never done twice.
import { hex } from './bytes.js';

const language = document.documentElement.lang;
const csrf = document.querySelector('meta[name=csrf]')?.content ?? '';
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
/** An answer that takes longer than this is told to be slow. */
const SLOW_MS = 4000;
/** From so many bytes on a page that has a sentence for it says how much was sent. */
const LARGE_BYTES = 300_000;
/** Longer than this no answer is waited for, and for what is sent as long as a slow network needs: 16 KB a second. */
const LONGEST_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 16;
/** What the platform says when it is busy, and what stands before it while it starts again. */
const LATER = [429, 502, 503, 504];

/** What the platform said no with: its problem document. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.code ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

/** A name under which an act is done once. */
export const freshKey = () => hex(crypto.getRandomValues(new Uint8Array(16)));

/** A sentence with its places filled; the sentence itself stays where it is. */
function fill(line, values) {
  line.dataset.text ??= line.textContent;
  line.textContent = line.dataset.text.replaceAll(/\{(\w+)\}/gu, (_, name) => values[name] ?? '');
}

/** Shows the sentence of this name, or of a problem, and hides the others. */
export function say(name, problem, values = {}) {
  for (const line of document.querySelectorAll('#said [data-said]')) {
    line.hidden = line.dataset.said !== name;
    if (line.hidden) continue;
    if (name === 'problem') line.textContent = `${problem.detail} ${problem.next_step}`;
    else fill(line, values);
  }
}

/** By the device, with its zone where it is another than Beijing's. */
const ZONE = new Date().getTimezoneOffset() === -480 ? {} : { timeZoneName: 'short' };
const clock = (at) => new Date(at).toLocaleTimeString(language, { hour12: false, ...ZONE });
let downSince = null;

/** What waiting is said to be for, since when, and when it is tried again. */
export const told = {
  offline(pauseMs) {
    downSince ??= Date.now();
    say('offline', null, { since: clock(downSince), next: Math.ceil(pauseMs / 1000) });
  },
  slow: (since) => say('slow', null, { since: clock(since) }),
  busy: (since, pauseMs) => say('busy', null, { since: clock(since), next: clock(Date.now() + pauseMs) }),
  up() {
    if (downSince !== null) say('waiting');
    downSince = null;
  },
};

/** The number of bytes of a body, or about as many; of a form those of its files and texts. */
function sizeOf(body) {
  if (body instanceof FormData) return [...body.values()].reduce((sum, value) => sum + sizeOf(value), 0);
  return body?.byteLength ?? body?.size ?? body?.length ?? 0;
}
const longest = (body) => LONGEST_MS + sizeOf(body) / SLOWEST_BYTES_PER_MS;

/**
 * An answer as a whole; null where none came, or none in time: after a change of networks none may ever come. An
 * answer that breaks off is none.
 */
export async function answered(address, request, longestMs = longest(request.body)) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), longestMs);
  try {
    const answer = await fetch(address, { credentials: 'same-origin', ...request, signal: late.signal });
    const { ok, status, url } = answer;
    return { ok, status, url, later: answer.headers.get('retry-after'), text: await answer.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends an act and gives what the platform says to it. */
export async function act(path, body, type = 'application/json', key = freshKey()) {
  const answer = await delivered(path, {
    method: 'POST',
    body: type === 'application/json' ? JSON.stringify(body) : body,
    headers: { accept: 'application/json', 'content-type': type, 'idempotency-key': key, 'x-csrf-token': csrf, 'accept-language': language },
  });
  if (!answer.ok) throw new Refused(answer.status, parsed(answer.text));
  return parsed(answer.text);
}

/**
 * Sends a request that carries the name of an act and gives the answer as a whole. When the network is down or no answer
 * comes in time it says so, waits, and sends the same again: the platform does it once.
 */
export async function delivered(path, request) {
  let busySince = null;
  for (let attempt = 0; ; attempt += 1) {
    const asked = Date.now();
    const isLarge = tellsHowMuch(request.body);
    const slow = isLarge ? null : setTimeout(() => told.slow(asked), SLOW_MS);
    const answer = await (isLarge ? uploaded(path, request) : answered(path, request));
    clearTimeout(slow);
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
    if (answer === null) {
      told.offline(pause);
      await networkOr(pause);
      continue;
    }
    told.up();
    if (LATER.includes(answer.status) && attempt < 10) {
      busySince ??= asked;
      // In seconds, as the platform says it; a proxy in front may name a day, which is no number.
      const longer = Math.max(pause, 1000 * (Number(answer.later) || 0));
      told.busy(busySince, longer);
      await after(longer);
    } else {
      if (busySince !== null) say('waiting');
      return answer;
    }
  }
}

const tellsHowMuch = (body) =>
  sizeOf(body) > LARGE_BYTES && document.querySelector('#said [data-said=sending]') !== null;

/** The same by XMLHttpRequest: of fetch no browser says how much it has sent. In tenths: it is read out, too. */
function uploaded(path, { method, body, headers }) {
  return new Promise((done) => {
    const sending = new XMLHttpRequest();
    let tenths = null;
    sending.open(method, path);
    sending.timeout = longest(body);
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.upload.addEventListener('progress', ({ loaded, total }) => {
      const now = Math.floor((10 * loaded) / total);
      if (now === tenths) return;
      tenths = now;
      say('sending', null, { percent: 10 * now });
    });
    sending.addEventListener('load', () => {
      const { status, responseURL: url, responseText: text } = sending;
      done({ ok: status >= 200 && status < 300, status, url, later: sending.getResponseHeader('retry-after'), text });
    });
    for (const end of ['error', 'abort', 'timeout']) sending.addEventListener(end, () => done(null));
    sending.send(body);
  });
}

/** What stands in the answer: nothing where it is a page, as of what stands before the platform. */
export function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

const after = (ms) => new Promise((done) => setTimeout(done, ms));

/** A form of this session as a script sends it. */
export const formOf = (values) => new URLSearchParams({ ...values, csrf, key: freshKey() }).toString();
export const FORM = 'application/x-www-form-urlencoded';

/** Waits for the network to come back, but not for ever: browsers do not always notice. */
const networkOr = (ms) => Promise.race([after(ms), new Promise((done) => addEventListener('online', done, { once: true }))]);

/** Runs the work of a button once, however often it is tapped, and tells what goes wrong. */
export function onTap(button, work) {
  button.addEventListener('click', async () => {
    if (button.disabled) return;
    const hadFocus = document.activeElement === button;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      if (error instanceof Refused && error.problem.detail) say('problem', error.problem);
      else if (!(error instanceof Told)) {
        // Nobody foresaw it, so nothing else says it: the page would wait for ever.
        say('broken');
        throw error;
      }
    } finally {
      button.disabled = false;
      // A button that is switched off loses the focus: whoever uses a keyboard stays where they were.
      if (hadFocus && document.activeElement === document.body) button.focus();
    }
  });
}

/** Something that was told already. */
export class Told extends Error {}

/** Stops with a sentence. */
export function tell(name) {
  say(name);
  throw new Told(name);
}

/** Goes on, when everything is done. The button stays as it is until the next page is there. */
export function goTo(address) {
  location.assign(address);
  return new Promise(() => {});
}

/** Where the address says so, why this step is here again: the key was made on another device, or too long ago. */
const AGAIN = '#elsewhere';
export const goBackTo = (address) => goTo(address + AGAIN);
export const sayWhyAgain = () => {
  if (location.hash === AGAIN) say('elsewhere');
};
