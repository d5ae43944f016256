// The signature: the device's own attributes, the statement over them, the key's one signature.
import { act, goTo, onTap, Refused, say, tell } from './call.js';
import { forget, remembered } from './keep.js';
import { signWith } from './key.js';
import { clientTree, envelopeOf, statementOf } from './statement.js';

const root = document.querySelector('#signing');
const { next, place: wanted, dwell, software, signing } = root.dataset;
const PLACE_MS = 8000;
const MILLION = 1e6;

const kept = await remembered();
const isHere = kept?.asked?.signing_id === signing && Date.parse(kept.asked.expires_at) > Date.now();
if (!isHere) say('elsewhere');

onTap(document.querySelector('#sign'), async () => {
  if (!isHere) return tell('elsewhere');
  const place = await position();
  say('waiting');
  const { root: clientRoot, tree } = await clientTree({ ...attributes(), place });
  const envelope = await envelopeOf(statementOf(kept.asked, clientRoot), (bytes) => signWith(kept, bytes));
  try {
    await act(`/api/v1/signings/${signing}/complete`, { envelope, client: tree });
  } catch (error) {
    // Another tap, or another tab, was faster: the next page shows what is so.
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    const standing = await fetch(next, { credentials: 'same-origin' });
    if (!(await standing.text()).includes('id="flags"')) throw error;
  }
  await forget();
  return goTo(next);
});

function attributes() {
  const told = (value) => [value, 'reported'];
  const { width, height } = screen;
  return {
    signed_at: told(new Date().toISOString()),
    time_zone: told(Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'unknown'),
    photo_sha256: told(kept.photo),
    capture_source: told(kept.source),
    strokes_sha256: kept.strokes ? told(kept.strokes) : [null, 'absent'],
    device: told(navigator.userAgentData?.platform ?? navigator.platform ?? 'unknown'),
    user_agent: told(navigator.userAgent),
    screen: told({ height, scale_percent: Math.round(100 * devicePixelRatio), width }),
    language: told(navigator.language),
    key_custody: told(kept.custody),
    dwell: told(JSON.parse(dwell)),
    software: told(software),
  };
}

/** The position, if it was agreed to and the browser gives it. A no is recorded and never blocks. */
async function position() {
  if (wanted !== 'asked') return [null, 'refused'];
  if (!('geolocation' in navigator)) return [null, 'absent'];
  return new Promise((done) => {
    const found = ({ coords }) =>
      done([
        {
          accuracy_m: Math.min(Math.max(0, Math.round(coords.accuracy)), 4_294_967_295),
          datum: 'WGS-84',
          latitude_e6: Math.round(coords.latitude * MILLION),
          longitude_e6: Math.round(coords.longitude * MILLION),
        },
        'reported',
      ]);
    const failed = ({ code }) => {
      say('place-refused');
      done([null, code === 1 ? 'refused' : 'absent']);
    };
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: PLACE_MS, maximumAge: 0, enableHighAccuracy: true });
  });
}
