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
  say(wanted === 'asked' ? 'place-asked' : 'waiting');
  const { place, age } = await position();
  say('waiting');
  const { root: clientRoot, tree } = await clientTree({ ...attributes(kept, age), place });
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

/** The position with its age in seconds, if it was agreed to and the browser gives it. A no is recorded and never blocks. */
async function position() {
  const without = (place) => ({ place, age: null });
  if (wanted !== 'asked') return without([null, 'refused']);
  if (!('geolocation' in navigator)) return without([null, 'absent']);
  return new Promise((done) => {
    // A question that nobody answers is no answer in time; the browser itself waits for ever.
    setTimeout(() => done(without([{ not_obtained: 'timed_out' }, 'reported'])), UNANSWERED_MS);
    const found = ({ coords, timestamp }) =>
      done({
        place: [
          {
            accuracy_m: Math.min(Math.max(0, Math.round(coords.accuracy)), 4_294_967_295),
            datum: 'WGS-84',
            latitude_e6: Math.round(coords.latitude * MILLION),
            longitude_e6: Math.round(coords.longitude * MILLION),
          },
          'reported',
        ],
        age: Math.round(Math.min(Math.max(Date.now() - timestamp, -1e12), 1e12) / 1000) || 0,
      });
    const failed = ({ code }) => {
      // A person's no, no position at all, or none in time: three different things.
      const [said, place] = {
        1: ['place-refused', [null, 'refused']],
        3: ['place-timed-out', [{ not_obtained: 'timed_out' }, 'reported']],
      }[code] ?? ['place-unavailable', [{ not_obtained: 'unavailable' }, 'reported']];
      say(said);
      done(without(place));
    };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: PLACE_MS, maximumAge: 0, enableHighAccuracy: true });
  });
}
