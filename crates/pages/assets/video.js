// The statement, read aloud: recorded here, watched here, and sent when the signer chooses it.
import { act, goTo, onTap, say, tell } from './call.js';
import { begun } from './begin.js';
import { remember } from './keep.js';
import { hex } from './bytes.js';
import { sha256 } from './statement.js';

const KINDS = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'];
const LIMIT_BYTES = 8_388_608;
/** So many bits a second that a minute passes a slow network. */
const PICTURE_BITS = 260_000;
const SOUND_BITS = 32_000;
const root = document.querySelector('#video');
const part = (id) => document.getElementById(id);
const [stream, shot] = [part('stream'), part('shot')];
const kind = KINDS.find((one) => globalThis.MediaRecorder?.isTypeSupported(one));
const canRecord = kind !== undefined && !!navigator.mediaDevices?.getUserMedia;
/** Why there is no picture, as browsers name it: refused, or held by another program. */
const WHY_NOT = { NotAllowedError: 'denied', NotReadableError: 'in-use', AbortError: 'in-use' };
let recorder = null;
let film = null;
let clock = null;

function show(...ids) {
  for (const id of ['start', 'stop', 'judge', 'stream', 'shot']) part(id).hidden = !ids.includes(id);
}

function offerSystem(why) {
  part('system').hidden = false;
  say(why);
}
if (!canRecord) part('system').hidden = false;

function stopStream() {
  clearInterval(clock);
  for (const track of stream.srcObject?.getTracks() ?? []) track.stop();
  stream.srcObject = null;
}

onTap(part('start'), async () => {
  say(null);
  if (!canRecord) return offerSystem('none');
  try {
    const video = { facingMode: 'user', width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { ideal: 15 } };
    stream.srcObject = await navigator.mediaDevices.getUserMedia({ video, audio: true });
    await stream.play();
  } catch (error) {
    stopStream();
    return offerSystem(WHY_NOT[error.name] ?? 'none');
  }
  const taken = [];
  recorder = new MediaRecorder(stream.srcObject, { mimeType: kind, videoBitsPerSecond: PICTURE_BITS, audioBitsPerSecond: SOUND_BITS });
  recorder.addEventListener('dataavailable', ({ data }) => taken.push(data));
  recorder.addEventListener('stop', () => {
    stopStream();
    play(new Blob(taken, { type: kind.split(';')[0] }));
  });
  recorder.start(1000);
  const began = Date.now();
  const most = 1000 * Number(root.dataset.seconds);
  clock = setInterval(() => {
    const gone = Date.now() - began;
    part('time').textContent = `${Math.floor(gone / 1000)} / ${root.dataset.seconds}`;
    if (gone >= most) stop();
  }, 250);
  show('stop', 'stream');
  return part('stop').focus();
});

function stop() {
  if (recorder?.state === 'recording') recorder.stop();
}
onTap(part('stop'), async () => stop());

part('file').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  if (file) play(file);
  target.value = '';
});

/** Shows what was recorded. */
function play(blob) {
  if (blob.size > LIMIT_BYTES) return say('large');
  film = blob;
  shot.src = URL.createObjectURL(blob);
  say(null);
  show('judge', 'shot');
  return part('use').focus();
}

onTap(part('retake'), async () => {
  film = null;
  URL.revokeObjectURL(shot.src);
  show('start');
  part('start').focus();
});

onTap(part('use'), async () => {
  say('waiting');
  const bytes = await film.arrayBuffer();
  const digest = hex(await sha256(bytes));
  const kept = await act('/api/v1/ceremony/video', bytes, film.type || 'video/mp4');
  if (kept.video_sha256 !== digest) return tell('large');
  const { key, asked } = await begun();
  await remember({ ...key, asked, source: root.dataset.source });
  return goTo(root.dataset.next);
});
