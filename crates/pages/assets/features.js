// Whether this browser can do what signing needs, before anybody starts.
import { bestAlgorithm } from './key.js';
import { hasDatabase } from './keep.js';

function show(feature, state) {
  const line = document.querySelector(`[data-feature=${feature}]`);
  line.classList.add(state);
  line.querySelector(`[data-state=${state}]`).hidden = false;
}

const algorithm = await bestAlgorithm();
show('key', { 'Ed25519': 'yes', 'P-256': 'other', library: 'other' }[algorithm?.name] ?? 'no');
show('camera', navigator.mediaDevices?.getUserMedia ? 'yes' : 'other');
show('place', 'geolocation' in navigator ? 'yes' : 'no');
show('memory', (await hasDatabase()) ? 'yes' : 'other');
if (algorithm === null) document.querySelector('[data-said=unfit]').hidden = false;
document.querySelector('#features').dataset.tested = 'yes';
