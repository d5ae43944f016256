// The signature: the device's own attributes, the statement over them, the key's one signature.
import { act, answered, goTo, onTap, Refused, say, tell } from './call.js';
import { forget, remembered } from './keep.js';
import { signWith } from './key.js';
import { clientTree, envelopeOf, statementOf } from './statement.js';

const root = document.querySelector('#signing');
const { next, place: wanted, shot, dwell, software, signing } = root.dataset;
const PLACE_MS = 8000;
const UNANSWERED_MS = 30_000;
const MILLION = 1e6;

/** A no, or where the device is: whoever taps again is not asked again, and no later answer takes its place. */
let answer = null;

/** What this device remembers of this signing, or null; the button works before it is known. */
const here = remembered().then((kept) =>
  kept?.asked?.signing_id === signing && Date.parse(kept.asked.expires_at) > Date.now() ? kept : null,
);
here.then((kept) => {
  if (kept === null) say('elsewhere');
  // Another device took the photo, and this page was closed before it took that over.
  else if (kept.source === undefined) goTo(root.dataset.over);
});

onTap(document.querySelector('#sign'), async () => {
  const kept = await here;
  if (kept === null) return tell('elsewhere');
  say(wanted === 'asked' && answer === null ? 'place-asked' : 'waiting');
  const { place, told, at } = await position();
  // What came instead of a position stands there while it is signed.
  say(told ?? 'waiting');
  const { root: clientRoot, tree } = await clientTree({ ...attributes(kept, ageOf(at)), place });
  const envelope = await envelopeOf(statementOf(kept.asked, clientRoot), (bytes) => signWith(kept, bytes));
  try {
    await act(`/api/v1/signings/${signing}/complete`, { envelope, client: tree });
  } catch (error) {
    // Another tap, or another tab, was faster: the next page shows what is so.
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    const standing = await answered(next, {});
    if (!standing?.text.includes('id="flags"')) throw error;
  }
  await forget();
  return goTo(next);
});

function attributes(kept, age) {
  const told = (value) => [value, 'reported'];
  const { width, height } = screen;
  return {
    signed_at: told(new Date().toISOString()),
    time_zone: told(Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'unknown'),
    // Where a person looks instead there is none: refused, or no camera.
    photo_sha256: kept.photo ? told(kept.photo) : [null, shot],
    capture_source: told(kept.source),
    strokes_sha256: kept.strokes ? told(kept.strokes) : [null, 'absent'],
    device: told(navigator.userAgentData?.platform ?? navigator.platform ?? 'unknown'),
    user_agent: told(navigator.userAgent),
    screen: told({
      // What a browser says of itself: that a program drives it, its time, how old the position is.
      automated: navigator.webdriver === true,
      height,
      ...(age === null ? {} : { position_age_s: age }),
      scale_percent: Math.round(100 * devicePixelRatio),
      utc_offset_minutes: -new Date().getTimezoneOffset(),
      width,
    }),
    language: told(navigator.language),
    key_custody: told(kept.custody),
    dwell: told(JSON.parse(dwell)),
    software: told(software),
  };
}

/** How old a position is, in seconds, by the clock that told its moment; null where there is none. */
function ageOf(at) {
  if (at === undefined) return null;
  return Math.round(Math.min(Math.max(Date.now() - at, -1e12), 1e12) / 1000) || 0;
}

/**
 * What the statement says of the position: `{place, told, at}`, with the sentence and the moment that belong to it. A
 * no is recorded and never blocks. The first outcome counts for this tap; an answer that comes after it, for the next.
 */
async function position() {
  if (wanted !== 'asked') return { place: [null, 'refused'] };
  if (!('geolocation' in navigator)) return { place: [null, 'absent'] };
  if (answer !== null) return answer;
  return new Promise((done) => {
    const lacking = (why) => [{ not_obtained: why }, 'reported'];
    const late = { place: lacking('timed_out'), told: 'place-timed-out' };
    // A question that nobody answers is no answer in time; the browser itself waits for ever.
    const timer = setTimeout(() => done(late), UNANSWERED_MS);
    const end = (outcome, isAnswer) => {
      clearTimeout(timer);
      if (isAnswer) answer ??= outcome;
      done(outcome);
    };
    const found = ({ coords, timestamp: at }) => {
      const place = {
        accuracy_m: Math.min(Math.max(0, Math.round(coords.accuracy)), 4_294_967_295),
        datum: 'WGS-84',
        latitude_e6: Math.round(coords.latitude * MILLION),
        longitude_e6: Math.round(coords.longitude * MILLION),
      };
      end({ place: [place, 'reported'], at }, true);
    };
    const failed = ({ code }) => {
      // A person's no, no position at all, or none in time: three different things.
      if (code === 1) end({ place: [null, 'refused'], told: 'place-refused' }, true);
      else if (code === 3) end(late, false);
      else end({ place: lacking('unavailable'), told: 'place-unavailable' }, false);
    };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: PLACE_MS, maximumAge: 0, enableHighAccuracy: true });
  });
}
