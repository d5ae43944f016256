// The receipt, as its flags arrive: the page is asked again and its own words are shown. It says, too, when its
// session has ended: what stands here stays true, and nothing more can be asked for.
import { answered } from './call.js';

const flags = () => document.querySelector('#flags');
const FIRST_MS = 1000;
const LAST_MS = 10_000;
/** Longer than this no answer is waited for: after a change of networks none may ever come. */
const LONGEST_MS = 15_000;
/** How often the clock is read: a device that slept keeps no longer time. */
const CLOCK_MS = 5000;
/** When it is asked again where no answer came to whether the session has ended. */
const AGAIN_MS = 60_000;

/** When the session ends if nothing happens in it, by this device's clock. */
let endsAt = null;
let isOver = false;

function noteEnd() {
  endsAt = Date.now() + 1000 * Number(flags().dataset.sessionS);
}

/** What needs a session goes, and the way back comes. */
function end() {
  isOver = true;
  for (const part of document.querySelectorAll('[data-in-session]')) part.hidden = true;
  const told = document.querySelector('#ended div');
  told.hidden = false;
  told.scrollIntoView({ block: 'center' });
}

async function look() {
  const answer = await answered(location.href, {}, LONGEST_MS);
  if (answer?.status === 401) return end();
  // What did not come as a whole is asked for again later.
  if (!answer?.ok) return undefined;
  const now = new DOMParser().parseFromString(answer.text, 'text/html').querySelector('#flags');
  // Another signing was opened in this browser: neither its flags nor its buttons are of this receipt.
  if (now?.dataset.record !== flags().dataset.record) return end();
  const list = flags().querySelector('ul');
  // Only lines that changed are replaced, so that only they are read out.
  for (const line of now.querySelector('ul').children) {
    const old = list.querySelector(`[data-flag=${line.dataset.flag}]`);
    if (!old) continue;
    const [was, is] = [old, line].map((one) => one.querySelector('.what').textContent);
    if (was !== is || !line.querySelector('.awaited')) {
      if (old.textContent !== line.textContent) old.replaceWith(document.importNode(line, true));
    } else old.querySelector('.awaited').textContent = line.querySelector('.awaited').textContent;
  }
  flags().dataset.whole = now.dataset.whole;
  flags().dataset.sessionS = now.dataset.sessionS;
  return noteEnd();
}

let pause = FIRST_MS;
async function watch() {
  if (isOver || flags().dataset.whole === 'yes') return;
  await look();
  setTimeout(watch, pause);
  pause = Math.min(pause * 1.2, LAST_MS);
}

/** Once the time is over the platform is asked, and not before: asking is use. Another tab may have kept the session. */
async function watchEnd() {
  if (isOver) return;
  if (Date.now() >= endsAt) await look();
  setTimeout(watchEnd, Date.now() >= endsAt ? AGAIN_MS : CLOCK_MS);
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !isOver && Date.now() >= endsAt) look();
});

noteEnd();
watch();
watchEnd();
