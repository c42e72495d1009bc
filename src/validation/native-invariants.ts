/**
 * Invariants of the base specification as functions, by key: those that every resource meets, and those whose
 * FHIRPath does not say what the specification means. The rest is compiled from FHIRPath.
 */
import type { Text } from '../kernel/issue.ts';
import { compareDates } from './fhirpath/equality.ts';
import { isObject, type Json } from './fhirpath/items.ts';
import { NATIVE_OF_DEFINITIONS } from './native-definitions.ts';
import type { Run } from './run.ts';

/** True when the rule holds; a text says in other words than the definition what is wrong. */
export type NativeInvariant = (value: Json, run: Run) => boolean | Text;

export interface Native {
  readonly test: NativeInvariant;
  /** The rule in Chinese; the definition has it in English. */
  readonly zh: string;
}

const UCUM = 'http://unitsofmeasure.org';

function has(value: Json, name: string): boolean {
  return value[name] !== undefined || value[`_${name}`] !== undefined;
}

function hasChoice(value: Json, name: string): boolean {
  for (const key in value) {
    const start = key.charCodeAt(0) === 95 ? 1 : 0;
    if (key.length > start + name.length && key.startsWith(name, start)) {
      const next = key.charCodeAt(start + name.length);
      if (next >= 65 && next <= 90) return true;
    }
  }
  return false;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
}

/** Age, Count, Distance, Duration: a coded unit of UCUM. */
function ucumQuantity(value: Json): boolean {
  return (has(value, 'code') || !has(value, 'value')) && (!has(value, 'system') || value.system === UCUM);
}

function codings(concept: unknown): readonly Json[] {
  return list(isObject(concept) ? concept.coding : undefined);
}

function codingKey(c: Json): string {
  return JSON.stringify([c.system, c.version, c.code, c.display, c.userSelected]);
}

const EVENTS_OF_MEALS = new Set(['C', 'CM', 'CD', 'CV']);
const BATCHES: readonly unknown[] = ['batch', 'transaction', 'history'];
const BATCH_RESPONSES: readonly unknown[] = ['batch-response', 'transaction-response', 'history'];

function entries(bundle: Json): readonly Json[] {
  return list(bundle.entry);
}

function firstIs(bundle: Json, type: string): boolean {
  const first = entries(bundle)[0]?.resource;
  return isObject(first) && first.resourceType === type;
}

function isCoded(concept: unknown, code: string): boolean {
  return codings(concept).some((c) => c.code === code);
}

function scopeNeedsPatient(scope: string, zh: string): Native {
  const system = 'http://terminology.hl7.org/CodeSystem/consentscope';
  return {
    test: (v) =>
      v.patient !== undefined || !codings(v.scope).some((c) => c.system === system && c.code === scope),
    zh: `范围为${zh}的知情同意必须有 patient`,
  };
}

/** By key, or `key path` where the specification uses a key twice. */
export const NATIVE_INVARIANTS: Readonly<Record<string, Native>> = {
  ...NATIVE_OF_DEFINITIONS,
  'age-1': {
    // Positive unless the value is absent.
    test: (v) => ucumQuantity(v) && (typeof v.value !== 'number' || v.value > 0),
    zh: '年龄有值时必须有 UCUM 单位代码,且大于 0',
  },
  'app-4': {
    // The expression says 'no-show', which is no code of the status: 'noshow' is meant.
    test: (v) => !has(v, 'cancelationReason') || v.status === 'noshow' || v.status === 'cancelled',
    zh: '只有已取消或未到诊的预约才能有取消原因',
  },
  'att-1': { test: (v) => !has(v, 'data') || has(v, 'contentType'), zh: '附件有 data 时必须有 contentType' },
  'bdl-1': {
    test: (v) => !has(v, 'total') || v.type === 'searchset' || v.type === 'history',
    zh: '只有检索结果或历史才能有 total',
  },
  'bdl-2': {
    test: (v) => v.type === 'searchset' || entries(v).every((e) => e.search === undefined),
    zh: '只有检索结果才能有 entry.search',
  },
  'bdl-3': {
    test: (v) => entries(v).every((e) => (e.request !== undefined) === BATCHES.includes(v.type)),
    zh: 'entry.request 在 batch、transaction、history 中必须有,在其他类型中不得有',
  },
  'bdl-4': {
    test: (v) => entries(v).every((e) => (e.response !== undefined) === BATCH_RESPONSES.includes(v.type)),
    zh: 'entry.response 在 batch-response、transaction-response、history 中必须有,在其他类型中不得有',
  },
  'bdl-5': {
    test: (v) => v.resource !== undefined || v.request !== undefined || v.response !== undefined,
    zh: 'entry 必须含有 resource、request 或 response',
  },
  'bdl-7': {
    test: (v) => {
      if (v.type === 'history') return true;
      const seen = new Set<string>();
      for (const { fullUrl, resource } of entries(v)) {
        if (typeof fullUrl !== 'string') continue;
        const meta = isObject(resource) && isObject(resource.meta) ? resource.meta : {};
        const key = `${fullUrl} ${meta.versionId ?? ''}`;
        if (seen.has(key)) return false;
        seen.add(key);
      }
      return true;
    },
    zh: '同一 fullUrl 在一个 Bundle 中只能出现一次,除非 meta.versionId 不同',
  },
  'bdl-8': {
    // The expression is empty, which counts as broken, where there is no fullUrl.
    test: (v) => typeof v.fullUrl !== 'string' || !v.fullUrl.includes('/_history/'),
    zh: 'fullUrl 不得指向特定版本',
  },
  'bdl-9': {
    test: (v) =>
      v.type !== 'document' ||
      (isObject(v.identifier) && has(v.identifier, 'system') && has(v.identifier, 'value')),
    zh: '文档必须有带 system 和 value 的 identifier',
  },
  'bdl-10': { test: (v) => v.type !== 'document' || v.timestamp !== undefined, zh: '文档必须有 timestamp' },
  'bdl-11': {
    test: (v) => v.type !== 'document' || firstIs(v, 'Composition'),
    zh: '文档的第一个资源必须是 Composition',
  },
  'bdl-12': {
    test: (v) => v.type !== 'message' || firstIs(v, 'MessageHeader'),
    zh: '消息的第一个资源必须是 MessageHeader',
  },
  'cnt-3': {
    test: (v) =>
      ucumQuantity(v) &&
      (!has(v, 'code') || v.code === '1') &&
      (typeof v.value !== 'number' || Number.isInteger(v.value)),
    zh: '计数必须是整数,单位代码为 1',
  },
  'con-3': {
    // The expression compares a CodeableConcept with a string, so that any category breaks it.
    test: (v) =>
      v.clinicalStatus !== undefined ||
      isCoded(v.verificationStatus, 'entered-in-error') ||
      !list(v.category).some((c) => isCoded(c, 'problem-list-item')),
    zh: '问题列表中的诊断除录入错误外应有 clinicalStatus',
  },
  'cpt-2': { test: (v) => !has(v, 'value') || has(v, 'system'), zh: '联系方式有 value 时必须有 system' },
  'dis-1': { test: ucumQuantity, zh: '距离有值时必须有 UCUM 单位代码' },
  'drt-1': {
    test: (v) => !has(v, 'code') || (v.system === UCUM && has(v, 'value')),
    zh: '时长的单位代码必须取自 UCUM,且有值',
  },
  'inv-1 Parameters.parameter': {
    test: (v) => {
      const value = hasChoice(v, 'value');
      if (v.part !== undefined) return !value && v.resource === undefined;
      return value !== (v.resource !== undefined);
    },
    zh: '参数只能有 value、resource、part 之一',
  },
  'inv-1 Task': {
    test: (v) => notAfter(v.authoredOn, v.lastModified),
    zh: '最后修改时间不得早于创建时间',
  },
  'mdd-1': { test: (v) => notAfter(v.whenPrepared, v.whenHandedOver), zh: '交付时间不得早于配制时间' },
  'mqty-1': {
    test: (v) =>
      (has(v, 'code') || !has(v, 'value')) && (!has(v, 'system') || v.system === 'urn:iso:std:iso:4217'),
    zh: '金额的单位代码必须取自 ISO 4217',
  },
  'obs-3': {
    test: (v) => v.low !== undefined || v.high !== undefined || has(v, 'text'),
    zh: '参考范围必须有 low、high 或 text',
  },
  'obs-6': {
    test: (v) => v.dataAbsentReason === undefined || !hasChoice(v, 'value'),
    zh: '有 value 时不得有 dataAbsentReason',
  },
  'obs-7': {
    test: (v) => {
      if (v.component === undefined || !hasChoice(v, 'value')) return true;
      const own = new Set(codings(v.code).map(codingKey));
      return !list(v.component).some((c) => codings(c.code).some((coding) => own.has(codingKey(coding))));
    },
    zh: '组成部分的代码与 Observation.code 相同时,不得有 value',
  },
  'org-1': { test: (v) => v.identifier !== undefined || has(v, 'name'), zh: '机构必须有名称或标识' },
  'org-2': { test: (v) => v.use !== 'home', zh: '机构地址的用途不得为 home' },
  'org-3': { test: (v) => v.use !== 'home', zh: '机构电话的用途不得为 home' },
  'pat-1': {
    test: (v) =>
      v.name !== undefined ||
      v.telecom !== undefined ||
      v.address !== undefined ||
      v.organization !== undefined,
    zh: '联系人必须有姓名、联系方式、地址或所属机构',
  },
  'per-1': { test: (v) => notAfter(v.start, v.end), zh: '开始时间不得晚于结束时间' },
  // The expressions have 'something' where the system of consent scopes is meant.
  'ppc-2': scopeNeedsPatient('patient-privacy', '隐私'),
  'ppc-3': scopeNeedsPatient('research', '研究'),
  'ppc-4': scopeNeedsPatient('adr', '预先指示'),
  'ppc-5': scopeNeedsPatient('treatment', '治疗'),
  'prr-1': {
    test: (v) => v.orderDetail === undefined || v.code !== undefined,
    zh: '有 orderDetail 时必须有 code',
  },
  'qty-3': { test: (v) => !has(v, 'code') || has(v, 'system'), zh: '单位有 code 时必须有 system' },
  'ras-2': {
    // The expression is empty, which counts as broken, where there is no probability.
    test: (v) => typeof v.probabilityDecimal !== 'number' || v.probabilityDecimal <= 100,
    zh: '概率不得大于 100',
  },
  'rat-1': {
    test: (v) =>
      (v.numerator !== undefined) === (v.denominator !== undefined) &&
      (v.numerator !== undefined || v.extension !== undefined),
    zh: '比值必须同时有分子和分母,或两者都没有而有扩展',
  },
  'ref-1': {
    test: ({ reference }, run) => {
      if (typeof reference !== 'string' || reference.charCodeAt(0) !== 35) return true;
      // A contained resource may refer to the resource it is in as '#' (https://hl7.org/fhir/R4/references.html#contained).
      if (reference === '#') return true;
      const contained = run.contained();
      if (contained.has(reference.slice(1))) return true;
      const ids = [...contained.keys()].slice(0, 10);
      return {
        en: `'${reference}' is not among the contained resources (${ids.join(', ') || 'there are none'}).`,
        zh: `“${reference}”不在所含资源之中(${ids.join('、') || '没有所含资源'})。`,
      };
    },
    zh: '以 # 开头的引用必须指向所含资源',
  },
  'rng-2': {
    // Units that differ cannot be compared here, which is not the same as wrong.
    test: ({ low, high }) => {
      if (!isObject(low) || !isObject(high)) return true;
      if (typeof low.value !== 'number' || typeof high.value !== 'number') return true;
      const sameUnit = low.system === high.system && low.code === high.code && low.unit === high.unit;
      return !sameUnit || low.value <= high.value;
    },
    zh: '范围的 low 不得大于 high',
  },
  'sev-1': { test: (v) => !(has(v, 'name') && has(v, 'query')), zh: 'name 与 query 不得并存' },
  'sqty-1': { test: (v) => !has(v, 'comparator'), zh: '此处的数量不得有 comparator' },
  'tim-1': {
    test: (v) => !has(v, 'duration') || has(v, 'durationUnit'),
    zh: '有 duration 时必须有 durationUnit',
  },
  'tim-2': { test: (v) => !has(v, 'period') || has(v, 'periodUnit'), zh: '有 period 时必须有 periodUnit' },
  'tim-4': { test: (v) => typeof v.duration !== 'number' || v.duration >= 0, zh: 'duration 不得为负' },
  'tim-5': { test: (v) => typeof v.period !== 'number' || v.period >= 0, zh: 'period 不得为负' },
  'tim-6': { test: (v) => !has(v, 'periodMax') || has(v, 'period'), zh: '有 periodMax 时必须有 period' },
  'tim-7': {
    test: (v) => !has(v, 'durationMax') || has(v, 'duration'),
    zh: '有 durationMax 时必须有 duration',
  },
  'tim-8': { test: (v) => !has(v, 'countMax') || has(v, 'count'), zh: '有 countMax 时必须有 count' },
  'tim-9': {
    // `in` takes one item in FHIRPath, but `when` repeats.
    test: (v) => {
      if (!has(v, 'offset')) return true;
      return Array.isArray(v.when) && !v.when.some((code) => EVENTS_OF_MEALS.has(code as string));
    },
    zh: '有 offset 时必须有 when,且不得为 C、CM、CD、CV',
  },
  'tim-10': { test: (v) => !has(v, 'timeOfDay') || !has(v, 'when'), zh: 'timeOfDay 与 when 不得并存' },
};

function notAfter(first: unknown, second: unknown): boolean {
  if (typeof first !== 'string' || typeof second !== 'string') return true;
  return (compareDates(first, second) ?? 0) <= 0;
}
