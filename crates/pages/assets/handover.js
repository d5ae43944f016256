// A step on another device. Both pages look again and again and show what is so; the device that
// signs takes over what the other one took, once it is there. Nobody has to reload: what fails is
// asked for again.
import { goBackTo, goTo, say, told } from './call.js';
import { remember, remembered } from './keep.js';
import { hex } from './bytes.js';
import { sha256 } from './statement.js';

const LOOK_MS = 1200;
const BUSY_MS = 3000;
/** After so many refusals in a row the page shows what the platform says. */
const MOST_BUSY = 20;
/** Longer than this no answer is waited for: after a change of networks none may ever come. */
const LONGEST_LOOK_MS = 15_000;
const LONGEST_PHOTO_MS = 120_000;
const root = document.querySelector('#handover');
const { stand, signing, next, again } = root.dataset;

let goOn = () => {};
/** Waits, but not once somebody looks at the page again: a browser slows down what nobody sees. */
const moment = (ms) =>
  new Promise((done) => {
    goOn = done;
    setTimeout(done, ms);
  });
document.addEventListener('visibilitychange', () => goOn());
addEventListener('online', () => goOn());

/** What is worth asking again. A page that is reloaded now would show an error and look no more. */
const passes = (status) => status === 429 || status >= 500;

/** Asks until an answer is there as a whole, and says meanwhile what it waits for. */
async function ask(address, kind, longestMs) {
  let busySince = null;
  let refusals = 0;
  for (;;) {
    const asked = Date.now();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), longestMs);
    let pause = LOOK_MS;
    try {
      const answer = await fetch(address, { credentials: 'same-origin', signal: late.signal });
      if (!passes(answer.status) || refusals === MOST_BUSY) {
        const content = await answer[kind]();
        told.up();
        return { ok: answer.ok, content };
      }
      refusals += 1;
      busySince ??= asked;
      pause = BUSY_MS;
      told.busy(busySince, pause);
    } catch {
      told.offline(pause);
    } finally {
      clearTimeout(timer);
    }
    await moment(pause);
  }
}

/** It does not go on by itself, and says why. */
function stopped(name) {
  const goingOn = document.querySelector('#going-on');
  if (goingOn !== null) goingOn.hidden = true;
  say(name);
}

/** Hashes the photo it was given: what is signed is what arrived here. */
async function takeOver() {
  const kept = await remembered();
  if (kept?.asked?.signing_id !== signing) {
    say('elsewhere');
    return goBackTo(again);
  }
  say('waiting');
  const { ok, content } = await ask(root.dataset.bytes, 'arrayBuffer', LONGEST_PHOTO_MS);
  say('waiting');
  const photo = hex(await sha256(new Uint8Array(content)));
  if (!ok || photo !== root.dataset.photo) {
    document.querySelector('#again').hidden = false;
    return stopped('small');
  }
  const strokes = root.dataset.strokes ? { strokes: root.dataset.strokes } : {};
  try {
    await remember({ ...kept, photo, source: `handed_over_${root.dataset.source}`, ...strokes });
  } catch {
    // The browser keeps nothing more: its disk is full, or its database does not answer.
    return stopped('unkept');
  }
  return goTo(next);
}

async function look() {
  for (;;) {
    await moment(LOOK_MS);
    const { ok, content } = await ask(location.href, 'text', LONGEST_LOOK_MS);
    say(null);
    const page = new DOMParser().parseFromString(content, 'text/html');
    // Another step of this device has no such part: then the page is another one.
    if (!ok || page.querySelector('#handover')?.dataset.stand !== stand) return location.reload();
  }
}

// Nobody foresaw it, so nothing else says it: the page would wait for ever.
const broken = (error) => {
  stopped('broken');
  throw error;
};
if (stand === 'done' && signing) await takeOver().catch(broken);
else if (stand !== 'done' && stand !== 'ended') look().catch(broken);
