/** The summary as a page to print. Pure. */

import { createHash } from 'node:crypto';
import { RESIDENT_ID_SYSTEM } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered } from './gather.ts';
import { nameOfMentioned } from './mentioned.ts';
import type { Section } from './section.ts';
import { ageAt, day, escaped, nameText, referenceIn } from './words.ts';

const STYLE = `body{font:14px/1.5 "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:60em;margin:1em auto;padding:0 1em;color:#111}
h1{font-size:1.5em;margin:0 0 .3em}h2{font-size:1.1em;margin:1.2em 0 .3em;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.15em .5em;text-align:left;vertical-align:top}th{background:#f2f2f2}
dl{display:grid;grid-template-columns:max-content 1fr max-content 1fr;gap:.1em 1em;margin:0}dt{color:#555}dd{margin:0}
footer{margin-top:2em;color:#555;font-size:.9em}section{break-inside:avoid-page}@media print{body{margin:0;max-width:none}}`;

/** The one style that the page may have: nothing else is loaded or run. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const SEX: Readonly<Record<string, string>> = { male: '男', female: '女', other: '其他', unknown: '未知' };

export function summaryPage(g: Gathered, sections: readonly Section[], now: Date): string {
  const { resource: patient } = g.patient;
  const name = nameText(patient);
  const died = diedOn(patient);
  const age = ageAt(patient.birthDate, died instanceof Date ? died : now);
  const facts = [
    ['姓名', name],
    ['性别', SEX[String(patient.gender)] ?? ''],
    [
      '出生日期',
      `${day(patient.birthDate)}${age === undefined || died === true ? '' : `(${died ? '享年 ' : ''}${age} 岁)`}`,
    ],
    ...(died ? [['死亡', day(patient.deceasedDateTime) || '是']] : []),
    ['身份证号', masked(identifierOf(patient.identifier, RESIDENT_ID_SYSTEM))],
    ['电话', textsOf(patient.telecom, 'value')],
    ['住址', textsOf(patient.address, 'text')],
    ['责任机构/医生', doctorsOf(g)],
    ['生成时间', new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')],
  ];
  const list = facts.map(([k, v]) => `<dt>${k}</dt><dd>${escaped(v!)}</dd>`).join('');
  const body = sections.map((s) => `<section><h2>${escaped(s.title)}</h2>${s.xhtml}</section>`).join('\n');
  return `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(name)} 健康档案首页</title><style>${STYLE}</style></head>
<body><header><h1>健康档案首页与患者摘要</h1><dl>${list}</dl></header>
${body}
<footer>内容来自各机构的健康档案,仅供经授权的诊疗与健康管理使用。</footer></body></html>`;
}

/** The day, as far as it is known; true when only the death is. */
function diedOn({ deceasedDateTime, deceasedBoolean }: Resource): Date | boolean {
  const at =
    typeof deceasedDateTime === 'string' && deceasedDateTime.length >= 10
      ? new Date(deceasedDateTime)
      : undefined;
  return at ?? (deceasedDateTime !== undefined || deceasedBoolean === true);
}

function identifierOf(identifiers: unknown, system: string): string {
  const list = (identifiers ?? []) as { system?: string; value?: string; use?: string }[];
  return list.find((i) => i.system === system && i.use !== 'old')?.value ?? '';
}

/** Paper lies about: the birth date stands beside it anyway. */
function masked(number: string): string {
  return number.length < 10 ? number : `${number.slice(0, 6)}********${number.slice(-4)}`;
}

function textsOf(values: unknown, key: string): string {
  const list = (values ?? []) as Record<string, string | undefined>[];
  return list.flatMap((v) => v[key] ?? []).join('、');
}

function doctorsOf(g: Gathered): string {
  const list = (g.patient.resource.generalPractitioner ?? []) as object[];
  return list.map((r) => nameOfMentioned(g, referenceIn(r))).join('、');
}
