// Reading: for how long each page was in view, as this browser sees it; pages enlarged; words
// read aloud. What is counted here is recorded as reported.
const DAY_S = 86_400;
const TICK_MS = 1000;
const ZOOMS = ['', 'wide', 'wider', 'widest'];

for (const article of document.querySelectorAll('[data-document]')) {
  const form = article.querySelector('form');
  if (!form) continue;
  const seconds = counted(article, form);
  const aloud = readAloud(article);
  enlarged(article);
  form.addEventListener('submit', () => {
    const all = seconds?.();
    const { elements } = form;
    if (all) elements.seconds.value = String(Math.min(all.reduce((sum, page) => sum + page, 0), DAY_S));
    if (all && elements.page_seconds) elements.page_seconds.value = all.slice(1).join(',');
    if (elements.aloud) elements.aloud.value = aloud() ? 'yes' : 'no';
    // A second tap sends nothing: the first is on its way.
    queueMicrotask(() => {
      form.querySelector('button').disabled = true;
    });
  });
  // Back from the next page: it can be sent again.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) form.querySelector('button').disabled = false;
  });
}

/**
 * Counts whole seconds for every page that fills a fair part of the window, as words or as a
 * picture, while somebody can see it. Place 0 is the file opened beside this page. A browser that
 * does not know what is in view counts nothing, and says nothing.
 */
function counted(article, form) {
  if (!('IntersectionObserver' in globalThis)) return null;
  const parts = [...article.querySelectorAll('[data-page]')];
  const pages = parts.reduce((most, part) => Math.max(most, Number(part.dataset.page)), 0);
  const spent = Array.from({ length: pages + 1 }, () => 0);
  const inView = new Set();
  const thresholds = [0, 0.1, 0.25, 0.5, 0.75, 1];
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio, intersectionRect } of entries) {
        const isSeen = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 3);
        if (isSeen) inView.add(target);
        else inView.delete(target);
      }
    },
    { threshold: thresholds },
  );
  for (const part of parts) observer.observe(part);
  let opened = null;
  article.querySelector('a.open')?.addEventListener('click', () => {
    opened ??= performance.now();
  });
  setInterval(() => {
    if (document.visibilityState !== 'visible') return;
    for (const page of new Set([...inView].map((part) => Number(part.dataset.page)))) spent[page] += 1;
  }, TICK_MS);
  form.addEventListener('submit', () => {
    if (opened !== null) spent[0] = Math.round((performance.now() - opened) / 1000);
  }, { capture: true });
  return () => spent;
}

/** Buttons that make the pages wider than the window; fingers do the same by themselves. */
function enlarged(article) {
  const zoom = article.querySelector('.zoom');
  if (!zoom) return;
  const sheets = article.querySelectorAll('.sheet');
  let step = 0;
  const buttons = { out: zoom.querySelector('[data-zoom=out]'), in: zoom.querySelector('[data-zoom=in]') };
  const show = () => {
    for (const sheet of sheets) {
      sheet.classList.remove(...ZOOMS.filter(Boolean));
      if (ZOOMS[step]) sheet.classList.add(ZOOMS[step]);
    }
    buttons.out.disabled = step === 0;
    buttons.in.disabled = step === ZOOMS.length - 1;
  };
  const move = (by) => () => {
    step = Math.min(Math.max(step + by, 0), ZOOMS.length - 1);
    show();
  };
  buttons.out.addEventListener('click', move(-1));
  buttons.in.addEventListener('click', move(1));
  zoom.hidden = false;
  show();
}

/** Reads the words aloud, paragraph by paragraph, where the browser has a voice. */
function readAloud(article) {
  const button = article.querySelector('.aloud');
  let wasUsed = false;
  if (!button || !('speechSynthesis' in globalThis)) return () => false;
  const [start, stop] = [button.textContent, button.dataset.stop];
  const paragraphs = [...article.querySelectorAll('.part h4, .part p:not(.soft)')];
  let turn = 0;
  const end = () => {
    turn += 1;
    speechSynthesis.cancel();
    button.textContent = start;
    button.classList.remove('on');
    for (const paragraph of paragraphs) paragraph.classList.remove('spoken');
  };
  const speak = (at, mine) => {
    if (mine !== turn) return;
    if (at >= paragraphs.length) return end();
    const paragraph = paragraphs[at];
    const utterance = new SpeechSynthesisUtterance(paragraph.textContent);
    utterance.lang = /\p{Script=Han}/u.test(paragraph.textContent) ? 'zh-CN' : 'en';
    utterance.rate = 0.9;
    const next = () => {
      paragraph.classList.remove('spoken');
      speak(at + 1, mine);
    };
    utterance.addEventListener('end', next);
    utterance.addEventListener('error', () => {
      if (mine === turn) end();
    });
    paragraph.classList.add('spoken');
    speechSynthesis.speak(utterance);
  };
  button.addEventListener('click', () => {
    if (button.classList.contains('on')) return end();
    // One voice for the whole page: another document that is being read stops.
    document.querySelector('.aloud.on')?.click();
    wasUsed = true;
    button.textContent = stop;
    button.classList.add('on');
    turn += 1;
    return speak(0, turn);
  });
  addEventListener('pagehide', end);
  button.hidden = false;
  return () => wasUsed;
}
