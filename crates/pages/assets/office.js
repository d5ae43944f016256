// The notary's workbench: a preview of the draft while it is typed, and files that are sent as they are.
import { answered, parsed } from './call.js';

const draft = document.querySelector('textarea[data-preview]');
const preview = document.getElementById('preview');
if (draft && preview) {
  const head = preview.querySelector('.head');
  const show = () => {
    preview.replaceChildren(head);
    for (const line of draft.value.split('\n')) {
      if (line.trim() === '') continue;
      const paragraph = document.createElement('p');
      paragraph.textContent = line.trim();
      preview.append(paragraph);
    }
  };
  draft.addEventListener('input', show);
  show();
}

for (const form of document.querySelectorAll('form[data-upload]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [file] = form.querySelector('input[type=file]').files;
    const button = form.querySelector('button');
    const said = form.querySelector('[role=status]');
    if (!file) return;
    button.disabled = true;
    said.textContent = form.dataset.sending;
    said.hidden = false;
    const csrf = document.querySelector('meta[name=csrf]').content;
    const headers = { 'content-type': 'application/octet-stream', 'x-csrf-token': csrf };
    const answer = await answered(form.action, { method: 'POST', headers, body: file });
    if (answer?.ok) {
      location.reload();
      return;
    }
    // An answer that is no problem of ours, as of what stands before the office, says nothing to anybody.
    const { detail, next_step: next } = parsed(answer?.text ?? '');
    said.textContent = detail ? `${detail} ${next}` : form.dataset.failed;
    button.disabled = false;
  });
}
