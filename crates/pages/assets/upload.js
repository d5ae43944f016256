// A form with a file: it says how much of it was sent, waits for the network, and goes once. Without this script the
// browser sends it as any other form.
import { delivered, goTo, say, Told, tell } from './call.js';

/** The most bytes of a file; the platform takes no more. */
const LIMIT_BYTES = 8_388_608;

// Before the script that every page has: that one knows of no percentages.
document.addEventListener(
  'submit',
  (event) => {
    const { target: form } = event;
    if (form.enctype !== 'multipart/form-data') return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.sent) return;
    form.dataset.sent = 'yes';
    send(form)
      .catch((error) => {
        if (error instanceof Told) return;
        say('broken');
        throw error;
      })
      .finally(() => delete form.dataset.sent);
  },
  true,
);
// Back from the next page: the form as it stands now.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

/** The fields, with the bytes of the file: what cannot be read or taken is told now, and not taken for a dead network. */
async function fieldsOf(form) {
  const fields = new FormData(form);
  for (const [name, value] of [...fields]) {
    if (!(value instanceof File)) continue;
    if (value.size > LIMIT_BYTES) return tell('too-large');
    const bytes = await value.arrayBuffer().catch(() => tell('unreadable'));
    fields.set(name, new File([bytes], value.name, { type: value.type }));
  }
  return fields;
}

async function send(form) {
  say('waiting');
  const body = await fieldsOf(form);
  const answer = await delivered(form.action, { method: 'POST', body, headers: { accept: 'text/html' } });
  if (answer.ok) return goTo(answer.url);
  // The same page with what went wrong, or one that tells of it. Anything else is of what stands before the platform.
  const page = new DOMParser().parseFromString(answer.text, 'text/html');
  const content = page.querySelector('#content');
  if (content === null) return say('broken');
  document.title = page.title;
  document.querySelector('#content').replaceWith(document.importNode(content, true));
  return scrollTo(0, 0);
}
