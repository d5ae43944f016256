// How long each document was open, as this browser sees it. It is recorded as reported.
for (const article of document.querySelectorAll('[data-document]')) {
  const form = article.querySelector('form');
  const link = article.querySelector('a.open');
  if (!form || !link) continue;
  let opened = null;
  link.addEventListener('click', () => {
    opened ??= performance.now();
  });
  form.addEventListener('submit', () => {
    const seconds = opened === null ? 0 : Math.round((performance.now() - opened) / 1000);
    form.elements.seconds.value = String(Math.min(seconds, 86_400));
    // A second tap sends nothing: the first is on its way.
    queueMicrotask(() => {
      form.querySelector('button').disabled = true;
    });
  });
}
