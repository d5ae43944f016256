// Two pictures: which organisation vouches for which claim, and the interval of the time.
// Both say with words what they show; hatched is what nobody vouches for.
import { element, harmless, statusShape, svg } from './dom.js';
import { CHAIN_FORK_TITLE } from './chain-fork-words.js';
import { FORK_TITLE } from './fork-words.js';
import { RENEWED_TITLE } from './renewal-words.js';
import { PAGE } from './page-words.js';
import { forPeople, STATUSES, TITLES } from './words.js';

/** A table of claims and of who vouches, organisations by letter with a legend below. */
export function vouchersTable(report, language) {
  const words = (key) => PAGE[key][language];
  const names = [...new Set(report.claims.flatMap((claim) => claim.vouched_by))];
  const rests = (claim) => (claim.vouched_by.length === 0 && claim.status === 'proved' ? [''] : claim.vouched_by);
  const columns = ['', ...names];
  const letter = (name) => (name === '' ? '=' : String.fromCharCode(65 + names.indexOf(name)));
  const heads = columns.map((name) =>
    element('th', { scope: 'col' }, element('abbr', { title: name === '' ? words('theFile') : harmless(name) }, letter(name))),
  );
  const rows = report.claims.map((claim) => {
    const head = element('th', { scope: 'row' }, statusShape(claim.status), ` ${TITLES[claim.claim][language]}`);
    const by = rests(claim);
    if (by.length === 0) {
      const word = claim.status === 'contradicted' ? words('against') : words('nobody');
      const kind = claim.status === 'contradicted' ? 'against' : 'hatched';
      return element('tr', {}, head, element('td', { class: kind, colspan: columns.length }, element('span', {}, word)));
    }
    const cells = columns.map((name) => {
      if (!by.includes(name)) return element('td', {});
      const word = claim.status === 'proved' ? words('yes') : words('partly');
      const shape = claim.status === 'proved' ? 'proved' : 'not_proved';
      return element('td', { class: 'vouched' }, statusShape(shape), element('span', { class: 'unseen' }, word));
    });
    return element('tr', {}, head, ...cells);
  });
  const legend = columns.map((name) =>
    element('li', {}, element('b', {}, letter(name)), ` ${name === '' ? words('theFile') : harmless(name)}`),
  );
  return element(
    'figure',
    { class: 'vouchers' },
    element('figcaption', {}, words('picture')),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, words('claim')), ...heads)),
      element('tbody', {}, ...rows),
    ),
    element('ul', { class: 'legend' }, ...legend),
  );
}

/** The interval as a bar between two ends, with the platform's own time as a mark; null without one. */
export function intervalPicture(examination, language) {
  const { interval, frame } = examination;
  if (!interval || !frame || (!interval.notBefore && !interval.notAfter)) return null;
  const words = (key) => PAGE[key][language];
  const [from, to] = [interval.notBefore, interval.notAfter];
  const known = [from?.at, to?.at, frame.recorded_at].filter((at) => at !== undefined);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  // The ends stand at a fifth and four fifths; what is open runs hatched to the border.
  const x = (at) => (last === first ? 150 : 60 + (180 * (at - first)) / (last - first));
  const left = from ? x(from.at) : 0;
  const right = to ? x(to.at) : 300;
  const end = (at) => svg('path', { d: `M${x(at)} 8v28`, class: 'end' });
  const bar = from && to ? 'bar' : 'bar open';
  const mark = x(frame.recorded_at);
  const drawing = svg(
    'svg',
    { viewBox: '0 0 300 44', class: 'interval', 'aria-hidden': 'true' },
    svg('path', { d: 'M0 22h300', class: 'axis' }),
    svg('rect', { x: left, y: 15, width: Math.max(right - left, 2), height: 14, class: bar }),
    from ? end(from.at) : null,
    to ? end(to.at) : null,
    svg('path', { d: `M${mark} 22l-6 -9h12zM${mark} 22l-6 9h12z`, class: 'recorded' }),
  );
  const row = (key, value) => [element('dt', {}, words(key)), element('dd', {}, value)];
  const said = (one) => (one ? `${forPeople(one.at)} — ${harmless(one.organisation)}` : words('open'));
  return element(
    'figure',
    { class: 'times' },
    element('figcaption', {}, words('interval')),
    drawing,
    element(
      'dl',
      {},
      ...row('notBefore', said(from)),
      ...row('recorded', forPeople(frame.recorded_at)),
      ...row('notAfter', said(to)),
    ),
  );
}

/** One claim: shape, words, reason, who vouches. */
export function claimItem(claim, language) {
  const by = claim.vouched_by.map(harmless).join(language === 'zh' ? '、' : ', ');
  return element(
    'li',
    { class: `claim ${claim.status}` },
    statusShape(claim.status),
    element(
      'div',
      {},
      element(
        'h3',
        {},
        `${titleOf(claim.claim)[language]} `,
        element('span', { class: 'status' }, STATUSES[claim.status][language]),
        claim.required ? element('span', { class: 'required' }, PAGE.required[language]) : null,
      ),
      element('p', {}, harmless(claim.reason)),
      by === '' ? null : element('p', { class: 'by' }, `${PAGE.vouches[language]}: ${by}`),
    ),
  );
}

const OTHER_TITLES = { chain: CHAIN_FORK_TITLE, renewed: RENEWED_TITLE };
const titleOf = (claim) => TITLES[claim] ?? OTHER_TITLES[claim] ?? FORK_TITLE;
