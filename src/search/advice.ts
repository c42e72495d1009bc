/** What would make a search faster, in words: from what it asks for, and from how PostgreSQL ran it. Pure. */
import type { Text } from '../kernel/issue.ts';
import type { Filter, SearchPlan } from './plan.ts';

/** The part of a node of `EXPLAIN (FORMAT JSON)` that is looked at. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  /** Rows for each loop, as estimated and as found. */
  readonly 'Plan Rows': number;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Sort Space Type'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Rows below which nothing is worth a word. */
const FEW = 1000;
/** How far an estimate may be off. */
const FAR_OFF = 100;

/** Empty when nothing would help. */
export function adviceOn(plan: SearchPlan, explained: readonly PlanNode[]): Text[] {
  const found = [...new Set([...filterAdvice(plan), ...shapeAdvice(plan)])];
  for (const root of explained) for (const node of nodesOf(root)) found.push(...nodeAdvice(node));
  // The same of several statements is said once.
  return [...new Map(found.map((text) => [text.en, text])).values()];
}

const NARROW: Text = {
  en: 'Nothing narrows this search: every resource of the type is a candidate. Add a patient, a code or a date.',
  zh: '该检索没有任何限定条件:该类型的所有资源都是候选。请加上患者、代码或日期。',
};

const WHAT: Readonly<Partial<Record<Filter['kind'], Text>>> = {
  words: {
    en: '_text and _content read the whole text of every candidate. Add a patient, a code or a date, so that few are left to read.',
    zh: '_text 和 _content 会读取每个候选资源的全文。请加上患者、代码或日期,以减少要读取的候选。',
  },
  compared: {
    en: 'ne, ew, gt, lt, ge and le of strings in _filter read the stored text of every candidate. Add a condition that an index answers: a patient, a code, a date, the beginning of the string.',
    zh: '_filter 中字符串的 ne、ew、gt、lt、ge、le 会读取每个候选资源的文本。请加上索引可答的条件:患者、代码、日期或字符串开头。',
  },
  unequal: {
    en: 'ne of codes in _filter reads the stored text of every candidate. Add a patient, another code or a date.',
    zh: '_filter 中代码的 ne 会读取每个候选资源的文本。请加上患者、其他代码或日期。',
  },
  text: {
    en: ':text reads the stored text of every candidate. Search by the code instead, or add a patient or a date.',
    zh: ':text 会读取每个候选资源的文本。请改按代码检索,或加上患者或日期。',
  },
  'uri-below': {
    en: ':below of a uri reads the stored text of every candidate. Name the uri in full, or add another condition.',
    zh: 'uri 的 :below 会读取每个候选资源的文本。请写出完整 uri,或加上其他条件。',
  },
  present: {
    en: ':missing (and pr in _filter) of this parameter reads the stored text of every candidate. Add a patient, a code or a date.',
    zh: '该参数的 :missing(以及 _filter 中的 pr)会读取每个候选资源的文本。请加上患者、代码或日期。',
  },
  not: {
    en: 'No index tells what is absent: a negation is checked for every candidate. Add a condition that says what is there.',
    zh: '索引无法回答“没有什么”:否定条件需逐一检查候选资源。请加上说明“有什么”的条件。',
  },
};

const CONTAINS: Text = {
  en: ':contains looks at every string of the parameter. The beginning of the string (without :contains) is found by an index.',
  zh: ':contains 会查看该参数的所有字符串。去掉 :contains、给出字符串开头,即可由索引查找。',
};

const UNTYPED: Text = {
  en: 'A chain without a type is followed to every type that the reference may lead to. Name the type, as in subject:Patient.name.',
  zh: '未写明类型的链式检索会追查引用可能指向的每种类型。请写明类型,例如 subject:Patient.name。',
};

function filterAdvice({ filters }: SearchPlan): Text[] {
  if (filters.length === 0) return [NARROW];
  // Beside what names a few resources, whatever else is asked is asked of few.
  if (filters.some((f) => f.kind === 'id' || f.kind === 'list')) return [];
  if (filters.some((f) => f.kind === 'reference' && f.patientIds.length > 0)) return [];
  return filters.flatMap(adviceOnFilter);
}

function adviceOnFilter(filter: Filter): Text[] {
  const about = WHAT[filter.kind];
  switch (filter.kind) {
    case 'any':
    case 'all': {
      const links = filter.filters.flatMap((f) => (f.kind === 'chain' ? [f.link.key] : []));
      const untyped = filter.kind === 'any' && !filter.asked && new Set(links).size < links.length;
      return [...(untyped ? [UNTYPED] : []), ...filter.filters.flatMap(adviceOnFilter)];
    }
    case 'chain':
    case 'has':
      return adviceOnFilter(filter.filter);
    case 'not':
      return [about!, ...adviceOnFilter(filter.filter)];
    case 'token':
      return filter.negate ? [WHAT.not!] : [];
    case 'string':
      return filter.match === 'contains' ? [CONTAINS] : [];
    case 'compared':
      return filter.by === 'json' ? [about!] : [];
    case 'present':
      return 'paths' in filter && filter.paths.length > 0 ? [about!] : [];
    default:
      return about ? [about] : [];
  }
}

function shapeAdvice({ sort, total, count }: SearchPlan): Text[] {
  const slow = sort.some(({ by }) => by !== 'date' && by !== 'updated');
  return [
    ...(slow && count > 0
      ? [
          {
            en: 'This order is in no index: all matches are read and sorted before the first page. _sort=-_lastUpdated, the main date of the type, or fewer matches are faster.',
            zh: '该排序没有索引:需先读取并排序全部匹配项才能给出第一页。改用 _sort=-_lastUpdated、该类型的主日期,或减少匹配项会更快。',
          },
        ]
      : []),
    ...(total === 'accurate' || count === 0
      ? [
          {
            en: 'Counting reads every match. _total=none or _total=estimate does not.',
            zh: '计数会读取全部匹配项。_total=none 或 _total=estimate 则不会。',
          },
        ]
      : []),
  ];
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const below of node.Plans ?? []) yield* nodesOf(below);
}

function nodeAdvice(node: PlanNode): Text[] {
  const loops = node['Actual Loops'] ?? 1;
  const found = (node['Actual Rows'] ?? 0) * loops;
  const removed = (node['Rows Removed by Filter'] ?? 0) * loops;
  const estimated = node['Plan Rows'] * loops;
  const table = node['Relation Name'] ?? '';
  const advice: Text[] = [];
  if (node['Node Type'].endsWith('Seq Scan') && found + removed >= FEW) {
    advice.push({
      en: `PostgreSQL read the table ${table} from its beginning to its end.`,
      zh: `PostgreSQL 从头到尾读取了表 ${table}。`,
    });
  }
  if (removed >= FEW && removed > 10 * found) {
    advice.push({
      en: `${Math.round(removed)} rows of ${table || 'an intermediate result'} were read and thrown away for ${Math.round(found)} kept. A condition that an index answers would spare them.`,
      zh: `读取后舍弃了 ${table || '中间结果'} 的 ${Math.round(removed)} 行,只保留 ${Math.round(found)} 行。加上索引可答的条件即可避免。`,
    });
  }
  if (table !== '' && found >= FEW && found > FAR_OFF * Math.max(estimated, 1)) {
    advice.push({
      en: `PostgreSQL expected ${Math.round(estimated)} rows of ${table} and found ${Math.round(found)}: its statistics are old. Run ANALYZE ${table}.`,
      zh: `PostgreSQL 预计 ${table} 有 ${Math.round(estimated)} 行,实际为 ${Math.round(found)} 行:统计信息已过时。请执行 ANALYZE ${table}。`,
    });
  }
  if (node['Sort Space Type'] === 'Disk') {
    advice.push({
      en: 'What was to be sorted did not fit into memory. Narrow the search, or raise work_mem.',
      zh: '要排序的内容超出内存。请缩小检索范围,或增大 work_mem。',
    });
  }
  return advice;
}
