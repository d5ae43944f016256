// Begins a signing: this device's fresh key, and what the platform asks it to sign.
import { act, goTo, onTap, say, sayWhyAgain, tell } from './call.js';
import { freshDeviceKey } from './key.js';
import { remember } from './keep.js';

/** A signing of this device. */
export async function begun() {
  const key = await freshDeviceKey();
  if (key === null) return tell('unfit');
  const asked = await act('/api/v1/signings', { device_key: key.spki, language: document.documentElement.lang.slice(0, 2) });
  return { key, asked };
}

// Where a person looks instead of a camera, beginning is a step of its own.
const page = document.querySelector('#begin');
if (page) {
  sayWhyAgain();
  onTap(page.querySelector('button'), async () => {
    say('waiting');
    const { key, asked } = await begun();
    await remember({ ...key, asked, source: page.dataset.source });
    return goTo(page.dataset.next);
  });
}
