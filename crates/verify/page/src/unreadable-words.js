// What a file that cannot be examined is told by: docs/spec/verdict.md, errors.

const pair = (zh, en) => ({ zh, en });

const WHAT = {
  container_truncated: pair('文件不完整，或者不是证据包。', 'The file is incomplete, or it is no bundle.'),
  container_too_many_entries: pair('文件的条目多于证据包的上限。', 'The file has more entries than a bundle.'),
  container_directory: pair(
    '文件的目录与内容不符，可能已损坏或被改动。',
    'The directory of the file does not fit its content: it is damaged or altered.',
  ),
  container_feature: pair(
    (entry) => `条目 ${entry} 的打包方式不是证据包所用的，文件可能被其他工具重新打包。`,
    (entry) => `Entry ${entry} is packed as bundles never are: another tool packed it.`,
  ),
  container_name: pair('文件中有证据包不会使用的条目名。', 'An entry has a name that bundles never use.'),
  container_duplicate: pair((entry) => `条目 ${entry} 出现了两次。`, (entry) => `Entry ${entry} comes twice.`),
  pdf_malformed: pair('文件的结构与公证书的格式不符。', 'The file is not built as a certificate is.'),
  pdf_no_bundle: pair('这个 PDF 内没有证据包。', 'There is no evidence bundle inside this PDF.'),
  pdf_manifest: pair('文件内的附件与其清单不一致。', 'The files inside are not those of their list.'),
  bundle_media_type: pair('这是 ZIP 文件，但不是证据包。', 'This is a ZIP file, but no evidence bundle.'),
  bundle_manifest: pair('清单 manifest.json 格式不合规。', 'The list manifest.json is malformed.'),
  bundle_unlisted_entry: pair((entry) => `条目 ${entry} 不在清单中。`, (entry) => `Entry ${entry} is not in the list.`),
  bundle_missing_entry: pair(
    (entry) => `清单所列的 ${entry} 不在文件中。`,
    (entry) => `The list names ${entry}, which is not there.`,
  ),
  bundle_unknown_entry: pair(
    (entry) => `证据包不会有名为 ${entry} 的条目。`,
    (entry) => `Bundles never have an entry ${entry}.`,
  ),
  bundle_numbering: pair(
    (entry) => `条目 ${entry} 的编号不连续或超出上限。`,
    (entry) => `The number of entry ${entry} does not follow, or is beyond the limit.`,
  ),
};

const ANCHORS = {
  signature: pair(
    '信任锚文件格式不合规，或不是由其所称的公布方签名。',
    'The anchors file is malformed, or its publisher did not sign it.',
  ),
  keys: pair(
    '信任锚文件中有密钥被重复使用或类型不符。',
    'A key in the anchors file is used twice or is of a type that does not fit.',
  ),
};

const TOO_LARGE = {
  bundle: pair('这个文件超过证据包的上限 64 MiB。', 'The file is larger than an evidence bundle ever is (64 MiB).'),
  fork: pair('分叉证明的格式不合规。', 'The fork proof is malformed.'),
  renewals: pair('这个文件超过续期文件的上限 64 MiB。', 'The file is larger than a file of renewals ever is (64 MiB).'),
  anchors: pair('这个文件超过信任锚文件的上限 1 MiB。', 'The file is larger than an anchors file ever is (1 MiB).'),
};

const NEXT = {
  bundle: pair(
    '请使用最初收到的文件；仍然如此，请向出具方重新索取，不要依据这个文件作判断。',
    'Use the file exactly as you received it; if that is the one, ask its issuer for another and do not rely on this one.',
  ),
  anchors: pair(
    '请从公证处重新取得信任锚文件，并核对其 SHA-256。',
    'Get the anchors from the notary again and compare their SHA-256.',
  ),
  fork: pair(
    '请使用最初收到的文件；仍然如此，请向制作者重新索取。',
    'Use the file exactly as you received it; if that is the one, ask its maker for another.',
  ),
  size: pair('请确认选中的是最初收到的文件。', 'Make sure this is the file you received.'),
  renewals: pair(
    '请去掉续期文件，或选择它所属的文书或证据包。',
    'Take the renewals away, or choose the document or bundle that they are of.',
  ),
  file: pair('请确认它是普通文件且当前用户可读，然后再试。', 'Make sure it is a plain file you may read, then try again.'),
};

const RENEWALS = pair(
  '续期文件只用于已盖章的文书和证据包，而所给文件两者都不是，未作验证。',
  'Renewals belong to a sealed document or a bundle, and this file is neither; nothing was verified.',
);

const NOT_READABLE = pair('浏览器没有给出这个文件的内容。', 'The browser did not give the content of this file.');

/** What happened, and what to do next. */
export function explain({ code, entry }, language) {
  const isOfFork = code === 'fork_proof_malformed' || code === 'chain_fork_proof_malformed' || entry === 'fork';
  if (isOfFork) return { what: TOO_LARGE.fork[language], next: NEXT.fork[language] };
  if (code === 'file_too_large') return { what: TOO_LARGE[entry ?? 'bundle'][language], next: NEXT.size[language] };
  if (code === 'file_not_readable') return { what: NOT_READABLE[language], next: NEXT.file[language] };
  if (code === 'renewals_of_no_document') return { what: RENEWALS[language], next: NEXT.renewals[language] };
  if (code === 'anchors_not_usable') return { what: ANCHORS[entry][language], next: NEXT.anchors[language] };
  const what = WHAT[code][language];
  return { what: typeof what === 'function' ? what(entry) : what, next: NEXT.bundle[language] };
}

/** The report as JSON of a file that cannot be examined: docs/spec/verdict.md, rule 9. */
export function failureOf(file, unreadable, language) {
  const error = { code: unreadable.code, ...explain(unreadable, language) };
  return { schema: 'heqi.verdict/v1', file, verdict: 'unreadable', exit: 2, claims: [], error };
}
