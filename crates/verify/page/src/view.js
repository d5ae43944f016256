// The result: what is shown of a report.
import { hex } from './bytes.js';
import { CHAIN_FORK_CONCLUSIONS, chainForkNextStep } from './chain-fork-words.js';
import { element, harmless, statusShape, visibleJson } from './dom.js';
import { FORK_CONCLUSIONS, forkNextStep } from './fork-words.js';
import { CONCLUSIONS, KINDS, nextStep, PAGE } from './page-words.js';
import { chainCommitment } from './statements.js';
import { claimItem, intervalPicture, vouchersTable } from './picture.js';
import { forPeople } from './words.js';

const SHAPE_OF = { proved: 'proved', contradicted: 'contradicted', self_consistent: 'not_proved', not_proved: 'not_proved' };

/** The elements of a result, in order; of a document, what is not verified first. */
export function resultOf({ document, inside, renewed, ...outcome }, language) {
  const renewals = renewed ? renewalsOfDocument(renewed, language) : [];
  if (document === undefined) return [...resultOfFile(outcome, language), ...renewals];
  const note = element('p', { class: 'seal-note', role: 'note' }, PAGE.sealNeedsProgram[language]);
  const of = [harmless(document.organisation), harmless(document.number)].join(' ');
  const heading = element('p', { class: 'document' }, element('strong', {}, `${PAGE.inDocument[language]}: `), of);
  const results = inside.flatMap((one, place) => {
    // One report can be saved from the page: that of the first.
    const parts = resultOfFile(one, language).filter((part) => place === 0 || !part.classList.contains('json'));
    return [element('h2', {}, harmless(one.report.file)), ...parts];
  });
  return [note, ...renewals, heading, ...results];
}

/** What the renewals of a document prove; that something contradicts it is said before anything else of it. */
function renewalsOfDocument(renewed, language) {
  const told = element('ul', { class: 'claims' }, renewedItem(renewed, language));
  if (renewed.status !== 'contradicted') return [told];
  return [bannerOf('contradicted', CONCLUSIONS.contradicted[language]), told];
}

const renewedItem = (renewed, language) =>
  claimItem({ claim: 'renewed', vouched_by: [], required: true, ...renewed }, language);

function bannerOf(verdict, sentence) {
  const split = sentence.search(/[::]/);
  return banner(SHAPE_OF[verdict], verdict, sentence.slice(0, split), sentence.slice(split + 1).trim());
}

function resultOfFile({ report, examination }, language) {
  const words = (key) => PAGE[key][language];
  if (report.error) {
    const { what, next } = report.error;
    return [banner('contradicted', 'unreadable', words('unreadable'), harmless(what)), facts([[words('next'), next]]), json(report, words)];
  }
  const isChain = examination.pair !== undefined;
  const isFork = examination.proof !== undefined || isChain;
  const conclusions = isChain ? CHAIN_FORK_CONCLUSIONS : isFork ? FORK_CONCLUSIONS : CONCLUSIONS;
  const sentence = conclusions[report.verdict][language];
  const { code } = report.claims[0];
  const step = isChain ? chainForkNextStep(code) : isFork ? forkNextStep(code) : nextStep(report.verdict, examination.anchors !== null);
  return [
    bannerOf(report.verdict, sentence),
    element('p', { class: 'next' }, element('strong', {}, `${words('next')}: `), step[language]),
    isFork ? null : intervalPicture(examination, language),
    element('h2', {}, words('claims')),
    element('ul', { class: 'claims' }, ...report.claims.map((claim) => claimItem(claim, language)), report.renewed ? renewedItem(report.renewed, language) : null),
    isFork ? null : vouchersTable(report, language),
    facts(factsOf(report, examination, language)),
    json(report, words),
  ].filter((part) => part !== null);
}

function banner(shape, verdict, heading, rest) {
  return element(
    'div',
    { class: `banner ${shape}`, 'data-verdict': verdict },
    statusShape(shape),
    element('p', {}, element('strong', {}, heading), element('span', {}, rest)),
  );
}

function factsOf(report, { anchors, frame, isOfWardsName, proof, pair, sha256, isTestOnly }, language) {
  const words = (key) => PAGE[key][language];
  const rows = [
    [words('file'), harmless(report.file)],
    ['SHA-256', sha256],
    ...(pair ? recordLines(pair, language) : proof ? headLines(proof, language) : [[words('record'), frame ? recordLine(frame, isOfWardsName, language) : words('cannotBeRead')]]),
    [words('anchorsDigest'), anchors ? `SHA-256 ${anchors.sha256}` : words('notGiven')],
  ];
  if (anchors) {
    rows.push([words('publisher'), `${harmless(anchors.publisher.organisation)}, ${forPeople(anchors.published_at)}`]);
    const organisations = new Set(anchors.custodians.map(({ organisation }) => organisation));
    if (!proof && !pair && anchors.custodians.length > 1 && organisations.size === 1) {
      const [name] = [...organisations].map(harmless);
      rows.push([words('custody'), language === 'zh' ? `全部保管方同属 ${name}` : `all custodians belong to ${name}`]);
    }
  }
  if (isTestOnly) rows.push([words('certificate'), words('testOnly')]);
  rows.push([words('exit'), String(report.exit)]);
  return rows;
}

/** The log and its heads, as a fork proof shows them. */
function headLines({ heads }, language) {
  const line = ({ size, root }) => (language === 'zh' ? `${size} 条，根 ${hex(root)}` : `${size} entries, root ${hex(root)}`);
  return [
    [PAGE.log[language], harmless(heads[0].origin)],
    ...heads.map((head) => [PAGE.head[language], line(head)]),
  ];
}

/** The chain and its two records, as a chain fork proof shows them. */
function recordLines({ records }, language) {
  const line = ({ frame: { seq }, root, head: { origin } }) =>
    language === 'zh' ? `第 ${seq} 条，根 ${root}，日志 ${harmless(origin)}` : `place ${seq}, root ${root}, log ${harmless(origin)}`;
  return [
    [PAGE.chain[language], chainCommitment(records[0].frame.chain)],
    ...records.map((record) => [PAGE.record[language], line(record)]),
  ];
}

function recordLine({ kind, seq, recorded_at: at }, isOfWardsName, language) {
  const what = isOfWardsName ? PAGE.wardsName[language] : (KINDS[kind]?.[language] ?? kind);
  return language === 'zh'
    ? `${what}，记录链第 ${seq} 条，平台记录于 ${forPeople(at)}`
    : `${what}, no. ${seq} of its chain, by the platform's clock ${forPeople(at)}`;
}

function facts(rows) {
  const pairs = rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', { class: 'facts' }, ...pairs);
}

function json(report, words) {
  const text = visibleJson(report);
  const save = element('button', { type: 'button', class: 'button' }, words('download'));
  save.addEventListener('click', () => download(`${report.file}.verdict.json`, `${JSON.stringify(report, null, 2)}\n`));
  return element(
    'section',
    { class: 'json' },
    save,
    element('details', {}, element('summary', {}, words('json')), element('pre', { id: 'json', tabindex: '0', lang: 'en' }, text)),
  );
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
