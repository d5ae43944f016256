// The page: files in, result out. State is the files, the options and the language.
import { MAX_ANCHORS_BYTES } from './anchors.js';
import { CLAIMS, REQUIRED_BY_DEFAULT } from './claims.js';
import { MAX_FILE_BYTES } from './container.js';
import { orNull } from './bytes.js';
import { element, harmless } from './dom.js';
import { readKey } from './keys.js';
import { PAGE } from './page-words.js';
import { isRenewals } from './renewal-file.js';
import { standardBase64 } from './shape.js';
import { readTimeRoots } from './time-authority.js';
import { Unreadable } from './unreadable.js';
import { verify } from './verify.js';
import { resultOf } from './view.js';
import { TITLES } from './words.js';

const byId = (id) => document.getElementById(id);
const FILES = ['bundle', 'anchors', 'renewals'];
const state = { bundle: null, anchors: null, renewals: null, at: null, renewalKeys: [], timeRoots: [], language: 'zh', round: 0 };
const MOST = { bundle: MAX_FILE_BYTES, anchors: MAX_ANCHORS_BYTES, renewals: MAX_FILE_BYTES };

/** The bytes of a chosen file; an error is kept and told when its turn comes. */
async function read(which, file) {
  try {
    if (file.size > MOST[which]) throw new Unreadable('file_too_large', which);
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch (error) {
    const told = error instanceof Unreadable ? error : new Unreadable('file_not_readable', which);
    return { name: file.name, error: told };
  }
}

async function take(which, file) {
  state[which] = file ? await read(which, file) : null;
  byId(`${which}-name`).textContent = file ? harmless(file.name) : PAGE.none[state.language];
  await run();
}

/** The chosen claims. Asking for none would prove everything: then the default holds again. */
function required() {
  const boxes = [...document.querySelectorAll('#require input')];
  if (!boxes.some(({ checked }) => checked)) {
    for (const box of boxes) box.checked = REQUIRED_BY_DEFAULT.includes(box.value);
  }
  return boxes.filter(({ checked }) => checked).map(({ value }) => value);
}

/** Verifies and shows; a newer round makes an older one's result void. */
async function run() {
  state.round += 1;
  const { round, bundle, anchors, renewals, renewalKeys, timeRoots, at, language } = state;
  const result = byId('result');
  result.dataset.round = '';
  if (bundle === null) {
    show([element('p', {}, PAGE.waiting[language])], round);
    return;
  }
  for (const [field, words] of [['at', 'atWrong'], ['renewal-keys', 'renewalKeysWrong'], ['time-roots', 'timeRootsWrong']]) {
    if (byId(field).getAttribute('aria-invalid') === 'true') {
      show([element('p', { class: 'failed' }, PAGE[words][language])], round);
      return;
    }
  }
  result.setAttribute('aria-busy', 'true');
  show([element('p', {}, PAGE.working[language])], '');
  try {
    const given = { name: bundle.name, file: bundle.bytes, anchors: anchors?.bytes ?? null, required: required(), at, language };
    const beside = { renewals: renewals?.bytes ?? null, renewalKeys, timeRoots };
    const failure = anchors?.error ?? bundle.error ?? renewals?.error ?? null;
    const outcome = await verify({ ...given, ...beside, failure });
    if (round === state.round) show(resultOf(outcome, language), round);
  } catch (error) {
    if (round === state.round) show([element('p', { class: 'failed' }, PAGE.failed[language])], round);
    throw error;
  } finally {
    if (round === state.round) result.removeAttribute('aria-busy');
  }
}

function show(parts, round) {
  const result = byId('result');
  result.replaceChildren(...parts);
  result.dataset.round = String(round);
  const banner = result.querySelector('.banner p, p');
  // The whole result is long: only its first sentence is spoken.
  byId('spoken').textContent = banner === null ? '' : banner.textContent;
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = PAGE.title[language];
  for (const told of document.querySelectorAll('[data-words]')) told.textContent = PAGE[told.dataset.words][language];
  for (const told of document.querySelectorAll('[data-claim]')) told.textContent = TITLES[told.dataset.claim][language];
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language));
  }
  for (const which of FILES) {
    byId(`${which}-name`).textContent = state[which] ? harmless(state[which].name) : PAGE.none[language];
  }
  readInstant();
  readRenewalKeys();
  readRoots();
  return run();
}

/** The instant of the question: RFC 3339 in any offset, cut to milliseconds. */
function readInstant() {
  const field = byId('at');
  const text = field.value.trim();
  const form = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
  const cut = text.toUpperCase().replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1');
  const at = form.test(text) ? Date.parse(cut) : NaN;
  const wrong = text !== '' && Number.isNaN(at);
  field.setAttribute('aria-invalid', String(wrong));
  byId('at-wrong').textContent = wrong ? PAGE.atWrong[state.language] : '';
  state.at = Number.isNaN(at) ? null : at;
}

/** The keys of renewals: SubjectPublicKeyInfo in base64, one after the other. */
function readRenewalKeys() {
  const field = byId('renewal-keys');
  const keys = field.value.split(/[\s,]+/).filter((text) => text !== '').map((text) => orNull(() => readKey(standardBase64(text))));
  const wrong = keys.includes(null);
  field.setAttribute('aria-invalid', String(wrong));
  byId('renewal-keys-wrong').textContent = wrong ? PAGE.renewalKeysWrong[state.language] : '';
  state.renewalKeys = wrong ? [] : keys;
}

/** Roots of time authorities beside those among the anchors: PEM, one after the other. */
function readRoots() {
  const field = byId('time-roots');
  const roots = readTimeRoots(field.value);
  field.setAttribute('aria-invalid', String(roots === null));
  byId('time-roots-wrong').textContent = roots === null ? PAGE.timeRootsWrong[state.language] : '';
  state.timeRoots = roots ?? [];
}

/** Which a dropped file is: anchors are JSON, a file of renewals names itself, all else is to be verified. */
async function dropped(files) {
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
    const other = isRenewals(head) ? 'renewals' : 'bundle';
    await take(head[0] === 0x7b ? 'anchors' : other, file);
  }
}

function start() {
  for (const claim of CLAIMS) {
    const box = element('input', { type: 'checkbox', value: claim, checked: REQUIRED_BY_DEFAULT.includes(claim) });
    byId('require').append(element('label', {}, box, element('span', { 'data-claim': claim })));
  }
  for (const which of FILES) {
    byId(which).addEventListener('change', (event) => take(which, event.target.files[0] ?? null));
  }
  byId('require').addEventListener('change', run);
  byId('at').addEventListener('change', () => {
    readInstant();
    run();
  });
  byId('renewal-keys').addEventListener('change', () => {
    readRenewalKeys();
    run();
  });
  byId('time-roots').addEventListener('change', () => {
    readRoots();
    run();
  });
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => speak(button.dataset.language));
  }
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', () => document.body.classList.remove('dragging'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    dropped([...event.dataTransfer.files]);
  });
  speak(state.language);
}

start();
