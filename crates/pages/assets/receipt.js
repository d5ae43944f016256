// The receipt, as its flags arrive: the page is asked again and its own words are shown.
const flags = () => document.querySelector('#flags');
const FIRST_MS = 1000;
const LAST_MS = 10_000;

async function look() {
  const answer = await fetch(location.href, { credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [list, now] = [flags().querySelector('ul'), page.querySelector('#flags ul')];
  if (!now) return;
  // Only lines that changed are replaced, so that only they are read out.
  for (const line of now.children) {
    const old = list.querySelector(`[data-flag=${line.dataset.flag}]`);
    if (!old) continue;
    const [was, is] = [old, line].map((one) => one.querySelector('.what').textContent);
    if (was !== is || !line.querySelector('.awaited')) {
      if (old.textContent !== line.textContent) old.replaceWith(document.importNode(line, true));
    } else old.querySelector('.awaited').textContent = line.querySelector('.awaited').textContent;
  }
  flags().dataset.whole = page.querySelector('#flags').dataset.whole;
}

let pause = FIRST_MS;
async function watch() {
  if (flags().dataset.whole === 'yes') return;
  await look();
  setTimeout(watch, pause);
  pause = Math.min(pause * 1.2, LAST_MS);
}
watch();
