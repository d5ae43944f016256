// What every page does: it says when the network is down or slow, sends a form once, keeps what was
// typed, and brings the service worker, which keeps our own files and never a page about anybody.
import { drop, stash, unstash } from './keep.js';

const SLOW_MS = 4000;
const network = document.querySelector('#network');
const language = document.documentElement.lang;
/** By the device, with its zone where it is another than Beijing's. */
const ZONE = new Date().getTimezoneOffset() === -480 ? {} : { timeZoneName: 'short' };
const clock = () => new Date().toLocaleTimeString(language, { hour12: false, ...ZONE });

/** Shows one of the sentences about the network, or none. */
function tell(name) {
  // A page with a script of its own says it beside its button.
  const isSaid = document.querySelector('#said [data-said=offline]:not([hidden])') !== null;
  for (const line of network.querySelectorAll('[data-net]')) {
    line.hidden = line.dataset.net !== name || isSaid;
    line.dataset.text ??= line.textContent;
    if (!line.hidden) line.textContent = line.dataset.text.replace('{since}', clock());
  }
}

addEventListener('offline', () => tell('offline'));
addEventListener('online', () => tell(null));
if (navigator.onLine === false) tell('offline');

// A form goes once, however often it is tapped; without a network it waits for one.
document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (form.dataset.sent) return event.preventDefault();
  if (navigator.onLine === false) {
    event.preventDefault();
    tell('offline');
    addEventListener('online', () => form.requestSubmit(submitter), { once: true });
    return undefined;
  }
  form.dataset.sent = 'yes';
  setTimeout(() => tell('slow'), SLOW_MS);
  for (const field of form.querySelectorAll('[data-keep]')) drop(field.dataset.keep);
  return undefined;
});
// Back from the next page: the same form may be sent again, under the same name for the act.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  tell(navigator.onLine === false ? 'offline' : null);
});

for (const field of document.querySelectorAll('[data-keep]')) {
  const kept = await unstash(field.dataset.keep);
  if (kept !== null && field.value === '') field.value = kept;
  field.addEventListener('input', () => stash(field.dataset.keep, field.value));
}

/** Whether this is a page on the signer's way. */
const isSigners = /^\/(s|sign)(\/|$)/.test(location.pathname);

// Instants are Beijing's. Who signs and reads English may be elsewhere (edge case 2): behind each stands the same one by
// the device's zone. What is signed, and documents, stay as they are.
const INSTANT = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+08:00/;
const BEIJING_MINUTES = 480;
const AS_IT_IS = 'script, style, textarea, option, button, pre, .words, .intent';
const two = (number) => String(number).padStart(2, '0');

/** The instant by the device's zone, in the same form. */
function byDevice(date) {
  const ahead = -date.getTimezoneOffset();
  const at = new Date(date.getTime() + ahead * 60_000).toISOString();
  const apart = Math.abs(ahead);
  const zone = `${ahead < 0 ? '-' : '+'}${two(Math.floor(apart / 60))}:${two(apart % 60)}`;
  return `${at.slice(0, 10)} ${at.slice(11, 19)} ${zone}`;
}

/** Puts it behind every instant of a text. */
function addZone(text) {
  const found = INSTANT.exec(text.data);
  if (!found) return;
  const behind = text.splitText(found.index + found[0].length);
  const date = new Date(`${found[0].slice(0, 10)}T${found[0].slice(11, 19)}+08:00`);
  if (!Number.isNaN(date.getTime()) && -date.getTimezoneOffset() !== BEIJING_MINUTES) {
    const here = document.createElement('span');
    here.dataset.zone = 'device';
    here.textContent = ` (${byDevice(date)} where you are)`;
    behind.before(here);
  }
  addZone(behind);
}

if (isSigners && language === 'en') {
  const walker = document.createTreeWalker(document.querySelector('#content'), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) if (!text.parentElement.closest(AS_IT_IS)) addZone(text);
}

// The page for no network goes on by itself.
const on = document.querySelector('[data-when-online]');
if (on) addEventListener('online', () => location.assign(on.href));

// Staff and 实时保 load this file too, from services that allow no such scope.
if (isSigners && 'serviceWorker' in navigator && isSecureContext) {
  navigator.serviceWorker.register(new URL('./worker.js', import.meta.url), { scope: '/sign' }).catch(() => {});
}
