/** Formats of the primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive). */
import type { Text } from '../kernel/issue.ts';
import { narrativeFault } from './narrative.ts';

/** What is wrong with a JSON value of the type; undefined when it is right. */
export type PrimitiveCheck = (value: unknown) => Text | undefined;

/** Strings may not be longer (https://hl7.org/fhir/R4/datatypes.html#string); counted in UTF-16 units. */
const MAX_STRING = 1024 * 1024;

/** Codes, ids, uris and other names that are compared as a whole; a data: uri is the longest of them. */
const MAX_NAME = 64 * 1024;

function tooLong(): Text {
  return {
    en: `This is longer than ${MAX_NAME} characters, and no code, id or URI is.`,
    zh: `长度超过 ${MAX_NAME} 个字符,代码、id 或 URI 不应如此之长。`,
  };
}

const SPACE = /[ \t\r\n]/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
// White space is that of XML and JSON, as in the regular expressions of the specification.
const CODE = /^[^ \t\r\n]+([ \t\r\n][^ \t\r\n]+)*$/;
const OID = /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/;
const UUID = /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const BASE64 = /^[0-9A-Za-z+/\s]*=?\s*=?\s*$/;
const DATE = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/;
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:(?:[0-5]\\d|60)(?:\\.\\d+)?';
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))';
const TIME = new RegExp(`^${CLOCK}$`);
const INSTANT = new RegExp(`^(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T${CLOCK}${ZONE}$`);

const MIN_INTEGER = -(2 ** 31);
const MAX_INTEGER = 2 ** 31 - 1;

/** Any check by type name; a type that is not listed is not primitive. */
export const PRIMITIVES: Readonly<Record<string, PrimitiveCheck>> = {
  boolean: (v) =>
    typeof v === 'boolean'
      ? undefined
      : wrong(v, 'a boolean: true or false, without quotes', '布尔值:true 或 false,不加引号'),
  integer: whole(MIN_INTEGER),
  unsignedInt: whole(0),
  positiveInt: whole(1),
  decimal: (v) =>
    typeof v === 'number' && Number.isFinite(v)
      ? undefined
      : wrong(v, 'a decimal: a JSON number, without quotes', '十进制数:JSON 数值,不加引号'),
  string: text,
  markdown: text,
  id: matching(ID, 'an id: 1 to 64 of A-Z a-z 0-9 - .', 'id:1 至 64 个 A-Z a-z 0-9 - . 字符'),
  code: matching(
    CODE,
    'a code: no blanks at its ends, and none doubled inside',
    '代码:首尾不得有空白,中间不得有连续空白',
  ),
  uri,
  url: uri,
  canonical: uri,
  oid: matching(OID, "an OID such as 'urn:oid:2.16.156.10011'", 'OID,例如“urn:oid:2.16.156.10011”'),
  uuid: matching(
    UUID,
    "a UUID such as 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520'",
    'UUID,例如“urn:uuid:c757873d-ec9a-4326-a141-556f43239520”',
  ),
  base64Binary: (v) => {
    if (typeof v !== 'string') return notText(v);
    if (v === '') return empty();
    if (BASE64.test(v) && v.replaceAll(/\s/g, '').length % 4 === 0) return undefined;
    return wrong(
      v,
      'base64 (RFC 4648): padded to a multiple of 4 characters',
      'base64(RFC 4648),长度补足为 4 的倍数',
    );
  },
  date: (v) => {
    if (typeof v !== 'string') return notText(v);
    const parts = DATE.exec(v);
    if (!parts) return wrong(v, 'a date: YYYY, YYYY-MM or YYYY-MM-DD', '日期:YYYY、YYYY-MM 或 YYYY-MM-DD');
    return realDate(parts);
  },
  dateTime: (v) => {
    if (typeof v !== 'string') return notText(v);
    const parts = v.length > 10 ? INSTANT.exec(v) : DATE.exec(v);
    if (parts) return realDate(parts);
    return wrong(
      v,
      'a dateTime: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+08:00 (a time needs seconds and a zone)',
      '日期时间:YYYY、YYYY-MM、YYYY-MM-DD 或 YYYY-MM-DDThh:mm:ss+08:00(有时间就必须有秒和时区)',
    );
  },
  instant: (v) => {
    if (typeof v !== 'string') return notText(v);
    const parts = INSTANT.exec(v);
    if (parts) return realDate(parts);
    return wrong(
      v,
      'an instant: YYYY-MM-DDThh:mm:ss+08:00, with seconds and a zone',
      '时刻:YYYY-MM-DDThh:mm:ss+08:00,必须有秒和时区',
    );
  },
  time: matching(TIME, 'a time: hh:mm:ss, without a zone', '时间:hh:mm:ss,不带时区'),
  xhtml: (v) => (typeof v === 'string' ? (v === '' ? empty() : narrativeFault(v)) : notText(v)),
};

function text(v: unknown): Text | undefined {
  if (typeof v !== 'string') return notText(v);
  if (v.length === 0) return empty();
  if (v.length > MAX_STRING) {
    return {
      en: `This text has ${v.length} characters; FHIR allows 1,048,576.`,
      zh: `此文本有 ${v.length} 个字符;FHIR 最多允许 1,048,576 个。`,
    };
  }
  return hasControl(v)
    ? {
        en: 'This text contains a control character; only tab, line feed and carriage return are allowed.',
        zh: '此文本含有控制字符;只允许制表符、换行符和回车符。',
      }
    : undefined;
}

/** Any character below 32 but tab, line feed and carriage return. */
function hasControl(v: string): boolean {
  for (let i = 0; i < v.length; i++) {
    const c = v.charCodeAt(i);
    if (c < 32 && c !== 9 && c !== 10 && c !== 13) return true;
  }
  return false;
}

function uri(v: unknown): Text | undefined {
  if (typeof v !== 'string') return notText(v);
  if (v.length === 0) return empty();
  if (v.length > MAX_NAME) return tooLong();
  return SPACE.test(v) ? wrong(v, 'a URI: it may not contain blanks', 'URI:不得含有空白') : undefined;
}

function matching(pattern: RegExp, en: string, zh: string): PrimitiveCheck {
  return (v) => {
    if (typeof v !== 'string') return notText(v);
    if (v.length === 0) return empty();
    if (v.length > MAX_NAME) return tooLong();
    return pattern.test(v) ? undefined : wrong(v, en, zh);
  };
}

function whole(min: number): PrimitiveCheck {
  const max = MAX_INTEGER;
  return (v) =>
    Number.isInteger(v) && (v as number) >= min && (v as number) <= max
      ? undefined
      : wrong(v, `a whole number from ${min} to ${max}, without quotes`, `${min} 至 ${max} 的整数,不加引号`);
}

/** Year, month and day exist in the calendar; the match has them as groups. */
function realDate(parts: RegExpExecArray): Text | undefined {
  const [value, y, m, d] = parts;
  const year = Number(y);
  if (year === 0) return wrong(value, 'a date after year 0', '公元后的日期');
  if (d === undefined || Number(d) <= 28) return undefined;
  const last = new Date(Date.UTC(2000 + (year % 400), Number(m), 0)).getUTCDate();
  if (Number(d) <= last) return undefined;
  return {
    en: `'${value}' is not a real date: month ${y}-${m} has ${last} days.`,
    zh: `“${value}”不是真实日期:${y} 年 ${m} 月只有 ${last} 天。`,
  };
}

function notText(v: unknown): Text {
  return wrong(v, 'a string, in quotes', '字符串,需加引号');
}

function empty(): Text {
  return {
    en: 'The value is empty; leave the element out instead.',
    zh: '值为空;没有值时请不要写该元素。',
  };
}

function wrong(v: unknown, en: string, zh: string): Text {
  const shown = quote(v);
  return { en: `${shown} is wrong here; this must be ${en}.`, zh: `${shown} 不正确;此处应为${zh}。` };
}

/** The value as it came, shortened. */
export function quote(v: unknown): string {
  if (v === undefined) return 'nothing';
  if (Array.isArray(v)) return '[…]';
  if (typeof v === 'object' && v !== null) return '{…}';
  const shown = typeof v === 'string' ? `'${v.slice(0, 100)}'` : String(v);
  return shown.length > 80 ? `${shown.slice(0, 77)}…` : shown;
}
