// The receipt, as its flags arrive: the page is asked again and its own words are shown.
const flags = () => document.querySelector('#flags');
const FIRST_MS = 1000;
const LAST_MS = 10_000;
/** Longer than this no answer is waited for: after a change of networks none may ever come. */
const LONGEST_MS = 15_000;

/** The page as it is now, or null where it did not come as a whole: it is asked for again later. */
async function current() {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), LONGEST_MS);
  try {
    const answer = await fetch(location.href, { credentials: 'same-origin', signal: late.signal });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function look() {
  const text = await current();
  if (text === null) return;
  const page = new DOMParser().parseFromString(text, 'text/html');
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
