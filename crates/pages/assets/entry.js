// A key for the letter that numeric keyboards do not have.
for (const button of document.querySelectorAll('[data-types]')) {
  button.addEventListener('click', () => {
    const input = button.parentElement.querySelector('input');
    if (input.value.length < input.maxLength) input.value += button.dataset.types;
    input.focus();
  });
}
