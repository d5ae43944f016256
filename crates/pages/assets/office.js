// The notary's workbench: a preview of the draft while it is typed, and files that are sent as they are.
// Longer than this no answer is waited for, and for what is sent as long as a slow network needs: 16 KB a second.
const LONGEST_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 16;

const draft = document.querySelector("textarea[data-preview]");
const preview = document.getElementById("preview");
if (draft && preview) {
  const head = preview.querySelector(".head");
  const show = () => {
    preview.replaceChildren(head);
    for (const line of draft.value.split("\n")) {
      if (line.trim() === "") continue;
      const paragraph = document.createElement("p");
      paragraph.textContent = line.trim();
      preview.append(paragraph);
    }
  };
  draft.addEventListener("input", show);
  show();
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    const button = form.querySelector("button");
    const said = form.querySelector("[role=status]");
    if (!file) return;
    button.disabled = true;
    said.textContent = form.dataset.sending;
    said.hidden = false;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), LONGEST_MS + file.size / SLOWEST_BYTES_PER_MS);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: {
          "content-type": "application/octet-stream",
          "x-csrf-token": document.querySelector("meta[name=csrf]").content,
        },
        body: file,
        signal: late.signal,
      });
      if (response.ok) {
        location.reload();
        return;
      }
      const problem = await response.json();
      said.textContent = `${problem.detail} ${problem.next_step}`;
    } catch {
      said.textContent = form.dataset.failed;
    } finally {
      clearTimeout(timer);
    }
    button.disabled = false;
  });
}
