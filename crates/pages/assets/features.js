// Whether this browser can do what signing needs, before anybody starts.
import { bestAlgorithm } from './key.js';
import { hasDatabase } from './keep.js';

function show(feature, state) {
  const line = document.querySelector(`[data-feature=${feature}]`);
  line.classList.add(state);
  line.querySelector(`[data-state=${state}]`).hidden = false;
}

async function copy() {
  const address = document.querySelector('#this-link');
  address.focus();
  address.select();
  const asked = await navigator.clipboard?.writeText(address.value).then(() => true, () => false);
  const isCopied = asked || document.execCommand('copy');
  for (const line of document.querySelectorAll('[data-copied]')) line.hidden = (line.dataset.copied === 'yes') !== isCopied;
}

const algorithm = await bestAlgorithm();
show('key', { 'Ed25519': 'yes', 'P-256': 'other', library: 'other' }[algorithm?.name] ?? 'no');
show('camera', navigator.mediaDevices?.getUserMedia ? 'yes' : 'other');
show('place', 'geolocation' in navigator ? 'yes' : 'no');
show('memory', (await hasDatabase()) ? 'yes' : 'other');
if (algorithm === null) {
  // Here it would end without a signature: the same link is for another browser, or for a phone.
  document.querySelector('[data-said=unfit]').hidden = false;
  document.querySelector('#start').hidden = true;
  document.querySelector('#copy').addEventListener('click', copy);
}
document.querySelector('#features').dataset.tested = 'yes';
