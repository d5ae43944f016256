// What a challenge asks to be done before the camera: one action after the other, a frame of each,
// without a tap. Who cannot do one says so and goes on all the same. People look at the frames.
const COUNT_FROM = 4;
/** A second tap this soon is of the one before, not of an action that nobody has read. */
const DOUBLE_TAP_MS = 600;
const LONG_SIDE = 480;
const LIMIT_BYTES = 60_000;
const TYPE = 'application/vnd.heqi.capture.v1';
const panel = document.querySelector('#actions');

/** How programs call the cameras that they play pictures through. A sign, and never more. */
const VIRTUAL = /virtual|\bobs\b|manycam|v4l2|loopback|snap camera|xsplit|vcam/iu;

/** How the picture of this stream is recorded. */
export const sourceOf = (stream) =>
  stream?.getVideoTracks().some((track) => VIRTUAL.test(track.label)) ? 'virtual_camera_stream' : 'camera_stream';

/** Whether this page asks for actions at all, and the stream is there to see them. */
export const canWalk = (stream) => panel !== null && stream?.active === true;

/** Shows one of the sentences, each with its picture, and reads it out. */
function show(name) {
  for (const card of panel.querySelectorAll('[data-action]')) card.hidden = card.dataset.action !== name;
}

/** Makes room for the actions at once, so that nothing moves when they are known. */
export function makeReady() {
  show('ready');
  panel.hidden = false;
  panel.focus();
}

export function putAway() {
  if (panel !== null) panel.hidden = true;
}

/** What was taken of each action: `frame` is null where the signer cannot do it. Nothing where the stream ended. */
export async function walkThrough(video, asked, mark) {
  const taken = [];
  await video.play().catch(() => {});
  for (const action of asked) {
    show(action);
    const frame = (await countedDown()) ? await frameOf(video, `${mark} ${taken.length + 1}`) : null;
    taken.push({ action, frame });
  }
  show('sending');
  return taken.some(({ frame }) => frame === undefined) ? [] : taken;
}

/** Whether the time ran out; else the signer said that it cannot be done. */
function countedDown() {
  const [count, cannot] = [panel.querySelector('#count'), panel.querySelector('#cannot')];
  return new Promise((done) => {
    let left = COUNT_FROM;
    const end = (isOver) => {
      clearInterval(ticking);
      cannot.removeEventListener('click', give);
      [count.textContent, cannot.disabled] = ['', true];
      done(isOver);
    };
    const began = performance.now();
    const give = () => {
      if (performance.now() - began >= DOUBLE_TAP_MS) end(false);
    };
    const tick = () => {
      // Nobody sees what is asked while another page is in front, and a camera may stand still.
      if (document.hidden) return;
      left -= 1;
      if (left === 0) end(true);
      else count.textContent = left;
    };
    const ticking = setInterval(tick, 1000);
    [count.textContent, cannot.disabled] = [left, false];
    cannot.addEventListener('click', give);
  });
}

/** A small picture with the challenge's first digits on it, for people who compare; undefined where there is none. */
async function frameOf(video, mark) {
  const { videoWidth, videoHeight, srcObject } = video;
  // A camera that another program took, or that is covered by its switch, gives black or an old picture.
  const sees = srcObject?.active === true && srcObject.getVideoTracks().every((track) => !track.muted);
  if (videoWidth === 0 || !sees) return undefined;
  const scale = Math.min(1, LONG_SIDE / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const paper = canvas.getContext('2d');
  paper.drawImage(video, 0, 0, canvas.width, canvas.height);
  paper.font = '14px monospace';
  paper.fillStyle = '#000000';
  paper.fillRect(0, canvas.height - 20, paper.measureText(mark).width + 12, 20);
  paper.fillStyle = '#ffffff';
  paper.fillText(mark, 6, canvas.height - 5);
  for (const quality of [0.7, 0.5, 0.3]) {
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', quality));
    if (blob !== null && blob.size <= LIMIT_BYTES) return blob;
  }
  return undefined;
}

/** Photo and frames as one body, and its type: docs/spec/capture.md. */
export async function packed(photo, taken) {
  if (taken.length === 0) return [photo, 'image/jpeg'];
  const actions = taken.map(({ action, frame }) => ({ action, frame_bytes: frame?.size ?? null }));
  const head = `heqi.capture/v1\n${JSON.stringify({ actions, photo_bytes: photo.byteLength })}\n`;
  const parts = [head, photo, ...taken.map(({ frame }) => frame ?? '')];
  return [await new Blob(parts).arrayBuffer(), TYPE];
}
