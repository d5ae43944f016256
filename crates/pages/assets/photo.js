// The camera: a live stream where the browser has one, else the system's camera, recorded as
// such. The photo is made here, shown here, and sent when the signer chooses it; where the platform
// asks for actions, after they were done.
import { act, FORM, formOf, goTo, onTap, say, sayWhyAgain, tell } from './call.js';
import { canWalk, makeReady, packed, putAway, sourceOf, walkThrough } from './actions.js';
import { begun } from './begin.js';
import { remember } from './keep.js';
import { hex } from './bytes.js';
import { sha256 } from './statement.js';

const LONG_SIDE = 1280;
const LIMIT_BYTES = 200_000;
const camera = document.querySelector('#camera');
const part = (id) => document.getElementById(id);
const [video, canvas] = [part('stream'), part('shot')];
/** Why there is no picture, as browsers name it: refused, or held by another program. */
const WHY_NOT = { NotAllowedError: 'denied', NotReadableError: 'in-use', AbortError: 'in-use' };
let source = null;
let photo = null;

function show(...ids) {
  for (const id of ['start', 'take', 'judge', 'stream', 'shot']) part(id).hidden = !ids.includes(id);
}

function stopStream() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

onTap(part('start'), async () => {
  say(null);
  if (!navigator.mediaDevices?.getUserMedia) return offerSystem('none');
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: LONG_SIDE } }, audio: false });
    await video.play();
  } catch (error) {
    stopStream();
    return offerSystem(WHY_NOT[error.name] ?? 'none');
  }
  show('take', 'stream');
  return part('take').focus();
});

function offerSystem(why) {
  part('system').hidden = false;
  say(why);
}
if (!navigator.mediaDevices?.getUserMedia) part('system').hidden = false;
sayWhyAgain();

onTap(part('take'), async () => {
  await develop(video, video.videoWidth, video.videoHeight, sourceOf(video.srcObject));
  // It goes on for the actions, and ends with them.
  if (!canWalk(video.srcObject)) stopStream();
});

part('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  stopStream();
  try {
    const picture = await createImageBitmap(file);
    await develop(picture, picture.width, picture.height, 'system_camera');
  } catch {
    say('small');
  }
  target.value = '';
});

// Only a demonstration has this button: a drawing where a face would be, recorded as no camera at all.
const sample = part('sample');
if (sample) {
  onTap(sample, () => {
    stopStream();
    const drawn = drawSample();
    return develop(drawn, drawn.width, drawn.height, 'simulated');
  });
}

/** Nobody's face: a drawing that says what it is, with the moment, so that no two are the same. */
function drawSample() {
  const paper = Object.assign(document.createElement('canvas'), { width: 720, height: 960 });
  const ink = paper.getContext('2d');
  const shape = (colour, ...ellipses) => {
    ink.fillStyle = colour;
    for (const [x, y, wide, high] of ellipses) {
      ink.beginPath();
      ink.ellipse(x, y, wide, high, 0, 0, 2 * Math.PI);
      ink.fill();
    }
  };
  ink.fillStyle = '#cfd9d5';
  ink.fillRect(0, 0, paper.width, paper.height);
  shape('#4f6f66', [360, 960, 300, 260]);
  shape('#3b2f2a', [360, 400, 215, 260]);
  shape('#e8c4a6', [360, 440, 180, 230]);
  shape('#26201d', [290, 410, 16, 12], [430, 410, 16, 12]);
  shape('#b5645a', [360, 560, 55, 14]);
  ink.fillStyle = '#1d2a2a';
  ink.textAlign = 'center';
  ink.font = '40px sans-serif';
  ink.fillText('演示样张 SAMPLE', 360, 80);
  ink.font = '24px monospace';
  ink.fillText(`${new Date().toISOString()} ${hex(crypto.getRandomValues(new Uint8Array(4)))}`, 360, 930);
  return paper;
}

/** Draws the picture and makes a JPEG of it that is small enough for a slow network. */
async function develop(picture, width, height, from) {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  if (Math.min(canvas.width, canvas.height) < 240) return tell('small');
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  let blob = null;
  for (const quality of [0.9, 0.8, 0.7, 0.55, 0.4]) {
    blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (blob.size <= LIMIT_BYTES) break;
  }
  photo = blob;
  source = from;
  say(null);
  show('judge', 'shot');
  return part('use').focus();
}

onTap(part('retake'), async () => {
  photo = null;
  stopStream();
  show('start');
  part('start').focus();
  if (source.endsWith('camera_stream')) part('start').click();
});

/** This device only takes the photo: what it is goes along, and the key stays where it is. */
async function sendToDesk(bytes, digest, from) {
  const asked = camera.dataset.asked.split(' ').filter(Boolean);
  const kept = await act(camera.dataset.photo, ...(await withActions(bytes, asked, camera.dataset.mark)));
  stopStream();
  if (kept.photo_sha256 !== digest) return tell('small');
  const { width, height } = screen;
  const device = navigator.userAgentData?.platform ?? navigator.platform ?? 'unknown';
  const said = { source: from, device, screen: `${width}x${height} ${Math.round(100 * devicePixelRatio)}%` };
  await act(camera.dataset.facts, formOf(said), FORM);
  return goTo(camera.dataset.next);
}

// Another device takes the photo: the key is made here first, for it stays here.
const over = part('over');
if (over) {
  onTap(over.querySelector('button'), async () => {
    stopStream();
    say('waiting');
    const { key, asked } = await begun();
    await remember({ ...key, asked });
    over.elements.signing.value = asked.signing_id;
    over.submit();
    return new Promise(() => {});
  });
}

/** What is sent: the photo, and frames of the actions where the stream is there to see them. */
async function withActions(bytes, asked, mark) {
  if (!canWalk(video.srcObject) || asked.length === 0) return [bytes, 'image/jpeg'];
  return packed(bytes, await walkThrough(video, asked, mark));
}

async function send() {
  // Of this very photo, whatever is chosen while it is on its way.
  const from = source;
  const bytes = await photo.arrayBuffer();
  const digest = hex(await sha256(bytes));
  if (camera.dataset.photo) return sendToDesk(bytes, digest, from);
  const { key, asked } = await begun();
  const [body, type] = await withActions(bytes, asked.actions ?? [], asked.challenge.slice(0, 8));
  const kept = await act(`/api/v1/signings/${asked.signing_id}/capture`, body, type);
  stopStream();
  if (kept.photo_sha256 !== digest) return tell('small');
  await remember({ ...key, asked, photo: digest, source: from });
  return goTo(camera.dataset.next);
}

onTap(part('use'), async () => {
  if (canWalk(video.srcObject)) {
    show('stream');
    makeReady();
  } else {
    say('waiting');
  }
  try {
    return await send();
  } catch (error) {
    // What was taken stands as it was, to be sent again or taken again.
    putAway();
    show('judge', 'shot');
    // The button can be focused once the tap is over.
    setTimeout(() => part('use').focus());
    throw error;
  }
});
