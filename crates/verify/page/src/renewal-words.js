// What is said about renewals: docs/spec/renewal.md, sections 5 and 6.
import { forPeople } from './words.js';

const pair = (zh, en) => ({ zh, en });

/** The title of the point. */
export const RENEWED_TITLE = pair('时间戳续期', 'Time stamps renewed');

const SENTENCES = {
  renewals_ended: pair(
    '最后一次时间戳的证书已到期，且没有续期',
    'the certificate behind the last time stamp has ended, and nothing renewed it',
  ),
  renewals_too_late: pair(
    '续期晚于前一时间戳证书的到期时间',
    'a renewal came after the certificate before it had ended',
  ),
  renewals_untrusted: pair(
    '续期中的日志树头或时间戳不出自信任的机构',
    'a head or time stamp among the renewals is of nobody who is trusted',
  ),
  renewals_malformed: pair('续期文件不完整或被改动', 'the file of renewals is not whole, or was altered'),
  renewals_do_not_hold: pair('续期文件中的证明不成立', 'a proof among the renewals does not hold'),
};

const OF_WHOM = {
  notary: {
    renewals_no_anchors: pair('未提供公证处的信任锚', 'no anchors of the notary were given'),
    renewals_of_another: pair(
      '续期文件所证明的不是这份文书',
      'the renewals are those of another document',
    ),
  },
  platform: {
    renewals_no_anchors: pair('未提供信任锚', 'no anchors were given'),
    renewals_of_another: pair('续期文件所证明的不是这条记录', 'the renewals are those of another record'),
  },
};

const BY_A_STRANGER = pair(
  '续期由信任锚以外的密钥签名，请以 --renewal-key 提供平台的续期公钥',
  "a renewal is signed with a key that is not trusted: give the platform's by --renewal-key",
);

const SAID_BY_A_STRANGER = pair(
  '续期文件中的办证步骤由信任锚以外的密钥签名',
  'the step in the file of renewals is signed with a key that is not among the anchors',
);

const HOLDERS = { notary: pair('公证处', 'notary'), platform: pair('平台', 'platform') };

function proved({ whose, notAfter, countsUntil, renewals, isTestOnly }, language) {
  const [since, until, holder] = [forPeople(notAfter), forPeople(countsUntil), HOLDERS[whose][language]];
  if (language === 'zh') {
    return `不晚于 ${since} 已写入${holder}日志，时间戳续期 ${renewals} 次，有效至 ${until}${isTestOnly ? '（测试）' : ''}`;
  }
  const test = isTestOnly ? ' (TEST ONLY)' : '';
  return `in the ${holder}'s log not after ${since}, its time stamp renewed ${renewals} times, good until ${until}${test}`;
}

function signedByAStranger({ byAStranger, saidByAStranger }) {
  if (saidByAStranger) return SAID_BY_A_STRANGER;
  return byAStranger ? BY_A_STRANGER : null;
}

/** What was found, for programs and people: `{status, reason, code}`. */
export function renewedReport(found, language) {
  const { status, code, whose } = found;
  const words = signedByAStranger(found) ?? OF_WHOM[whose][code] ?? SENTENCES[code];
  return { status, reason: code === 'renewed' ? proved(found, language) : words[language], code };
}
