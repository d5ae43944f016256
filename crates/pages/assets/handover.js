// A step on another device. Both pages look again and again and show what is so; the device that
// signs takes over what the other one took, once it is there.
import { goTo, say, told } from './call.js';
import { remember, remembered } from './keep.js';
import { hex } from './bytes.js';
import { sha256 } from './statement.js';

const LOOK_MS = 1200;
const root = document.querySelector('#handover');
const { stand, signing, next, again } = root.dataset;

/** Hashes the photo it was given: what is signed is what arrived here. */
async function takeOver() {
  const kept = await remembered();
  if (kept?.asked?.signing_id !== signing) {
    say('elsewhere');
    return goTo(again);
  }
  say('waiting');
  const answer = await fetch(root.dataset.bytes, { credentials: 'same-origin' });
  const photo = hex(await sha256(new Uint8Array(await answer.arrayBuffer())));
  if (!answer.ok || photo !== root.dataset.photo) return say('small');
  const strokes = root.dataset.strokes ? { strokes: root.dataset.strokes } : {};
  await remember({ ...kept, photo, source: `handed_over_${root.dataset.source}`, ...strokes });
  return goTo(next);
}

async function look() {
  const answer = await fetch(location.href, { credentials: 'same-origin' }).catch(() => null);
  if (answer === null) told.offline(LOOK_MS);
  else if (answer.ok) {
    say(null);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    // Another step of this device has no such part: then the page is another one.
    if (page.querySelector('#handover')?.dataset.stand !== stand) return location.reload();
  } else return location.reload();
  return setTimeout(look, LOOK_MS);
}

if (stand === 'done' && signing) await takeOver();
else if (stand !== 'done' && stand !== 'ended') setTimeout(look, LOOK_MS);
