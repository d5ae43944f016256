// A key for the letter that numeric keyboards do not have.
for (const button of document.querySelectorAll('[data-types]')) {
  button.addEventListener('click', () => {
    const input = button.parentElement.querySelector('input');
    if (input.value.length < input.maxLength) input.value += button.dataset.types;
    input.focus();
  });
}
// Letters of other documents: the keyboard of a phone with all of them.
const letters = document.querySelector('.letters');
letters?.addEventListener('click', () => {
  const input = letters.form.elements.last_four;
  input.inputMode = 'text';
  input.focus();
});
