// Handwriting: strokes with place, time and pressure as the browser reports them.
import { act, FORM, formOf, goBackTo, goTo, onTap, say, tell } from './call.js';
import { drop, remember, remembered, stash, unstash } from './keep.js';
import { hex, bytesOf } from './bytes.js';
import { canonicalText, sha256 } from './statement.js';

const root = document.querySelector('#drawing');
const pad = document.querySelector('#pad');
const pen = pad.getContext('2d');
const typed = document.querySelector('#typed');
const MAX_POINTS = 6000;
const STROKES = 'application/vnd.heqi.strokes.v1+json';
let strokes = [];
let began = null;
let kind = '';

function place(event) {
  const box = pad.getBoundingClientRect();
  const x = Math.round(((event.clientX - box.left) * pad.width) / box.width);
  const y = Math.round(((event.clientY - box.top) * pad.height) / box.height);
  began ??= event.timeStamp;
  return [x, y, Math.round(event.timeStamp - began), Math.round(event.pressure * 1000)];
}

// A tab that is killed while somebody writes gives the strokes back; they are kept enciphered.
const KEPT = `strokes:${root.dataset.signing}`;
const keep = () => stash(KEPT, JSON.stringify({ kind, strokes }));
unstash(KEPT).then((kept) => {
  if (kept === null || strokes.length > 0) return;
  ({ kind, strokes } = JSON.parse(kept));
  // The clock goes on where the last point left it.
  began = performance.now() - (strokes.at(-1)?.at(-1)?.[2] ?? 0);
  paint();
});
pad.addEventListener('pointerup', keep);

// Another device took the photo, and this page was closed before it took that over.
if (root.dataset.over) {
  remembered().then((kept) => {
    if (kept?.asked?.signing_id === root.dataset.signing && kept.source === undefined) goTo(root.dataset.over);
  });
}

const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

pad.addEventListener('pointerdown', (event) => {
  if (!event.isPrimary) return;
  event.preventDefault();
  pad.setPointerCapture(event.pointerId);
  kind = event.pointerType;
  strokes.push([place(event)]);
  paint();
});
pad.addEventListener('pointermove', (event) => {
  if (!pad.hasPointerCapture(event.pointerId) || points() > MAX_POINTS) return;
  for (const each of event.getCoalescedEvents?.() ?? [event]) strokes.at(-1).push(place(each));
  paint();
});

function paint() {
  pen.clearRect(0, 0, pad.width, pad.height);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.strokeStyle = '#101616';
  for (const stroke of strokes) {
    let [from] = stroke;
    for (const to of stroke.length > 1 ? stroke.slice(1) : stroke) {
      pen.lineWidth = 3 + to[3] / 200;
      pen.beginPath();
      pen.moveTo(from[0], from[1]);
      pen.lineTo(to[0], to[1] + (stroke.length > 1 ? 0 : 0.1));
      pen.stroke();
      from = to;
    }
  }
}

document.querySelector('#undo').addEventListener('click', () => {
  strokes.pop();
  paint();
  keep();
});
document.querySelector('#clear').addEventListener('click', () => {
  strokes = [];
  paint();
  keep();
});

const plain = (name) => name.normalize('NFC').replaceAll(/[•・．‧]/gu, '·').trim();

/** What was written, as it is kept. */
function written() {
  if (strokes.length > 0) {
    return { format: 'heqi.strokes/v1', height: pad.height, pointer: kind, strokes, typed: null, width: pad.width };
  }
  if (plain(typed.value) === '') return tell('empty');
  const isOther = plain(typed.value) !== plain(root.dataset.name);
  // What is wrong is the field, and it is seen.
  typed.setAttribute('aria-invalid', String(isOther));
  if (isOther) typed.closest('details').open = true;
  if (isOther) return tell('other');
  return { format: 'heqi.strokes/v1', height: 0, pointer: 'keyboard', strokes: [], typed: plain(typed.value), width: 0 };
}

onTap(document.querySelector('#done'), async () => {
  const text = canonicalText(written());
  if (root.dataset.strokes) {
    say('waiting');
    await act(root.dataset.strokes, text, STROKES);
    await drop(KEPT);
    await act(root.dataset.done, formOf({}), FORM);
    return goTo(root.dataset.next);
  }
  const kept = await remembered();
  if (kept?.asked?.signing_id !== root.dataset.signing) {
    say('elsewhere');
    return goBackTo(root.dataset.photo);
  }
  say('waiting');
  const digest = hex(await sha256(bytesOf(text)));
  await act(`/api/v1/signings/${kept.asked.signing_id}/strokes`, text, STROKES);
  await drop(KEPT);
  await remember({ ...kept, strokes: digest });
  return goTo(root.dataset.next);
});
