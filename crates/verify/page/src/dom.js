// Making elements. Texts from a file go through `harmless`: it must not draw its own verdict.

const SVG = 'http://www.w3.org/2000/svg';
const MOST_CHARACTERS = 400;

/** An element with attributes and children; text becomes text, never markup. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for pictures. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A text from a file without control and direction characters, cut when it is too long. */
export function harmless(text) {
  const shown = [...text.slice(0, 4 * MOST_CHARACTERS)];
  const cut = shown.slice(0, MOST_CHARACTERS).join('');
  const plain = cut.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd');
  return shown.length > MOST_CHARACTERS ? `${plain}…` : plain;
}

/** JSON for the eye: the same value, with direction characters spelled out. */
export const visibleJson = (value) =>
  JSON.stringify(value, null, 2).replace(
    /[\p{Bidi_Control}\u2028\u2029\u007f-\u009f]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const SHAPES = {
  proved: () => [
    svg('circle', { cx: 12, cy: 12, r: 11, class: 'shape' }),
    svg('path', { d: 'M6.5 12.5l3.6 3.6 7.4-8', class: 'stroke' }),
  ],
  not_proved: () => [
    svg('rect', { x: 1.5, y: 1.5, width: 21, height: 21, rx: 3, class: 'shape' }),
    svg('path', { d: 'M7 12h10', class: 'stroke' }),
  ],
  contradicted: () => [
    svg('path', { d: 'M12 0.5 23.5 12 12 23.5 0.5 12z', class: 'shape' }),
    svg('path', { d: 'M8.4 8.4l7.2 7.2M15.6 8.4l-7.2 7.2', class: 'stroke' }),
  ],
};

/** The shape of a status: circle with tick, square with dash, diamond with cross. */
export const statusShape = (status) =>
  svg('svg', { viewBox: '0 0 24 24', class: `mark ${status}`, 'aria-hidden': 'true' }, ...SHAPES[status]());
