/**
 * Scopes in plain words. Pure.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
import { PERMISSIONS, parseScope } from '../../access/scopes.ts';
import type { Permission } from '../../kernel/ctx.ts';
import type { Text } from '../../kernel/issue.ts';
import { typeName } from './type-names.ts';

const OTHER_SCOPES: Readonly<Record<string, Text>> = {
  openid: { zh: '确认您的身份', en: 'know who you are' },
  fhirUser: { zh: '知道您在本系统中的人员档案', en: 'know which person of this system you are' },
  profile: { zh: '知道您的姓名', en: 'know your name' },
  launch: { zh: '使用当前打开的居民和就诊', en: 'use the patient and visit that are open' },
  'launch/patient': { zh: '知道所选的居民', en: 'know which patient was chosen' },
  'launch/encounter': { zh: '知道所选的就诊', en: 'know which visit was chosen' },
  online_access: {
    zh: '在您保持登录期间持续访问',
    en: 'keep this access while you are signed in',
  },
  offline_access: {
    zh: '在您离开后仍可访问,直到您撤回授权',
    en: 'keep this access when you are away, until you withdraw it',
  },
};

const DEEDS: Readonly<Record<Permission, Text>> = {
  r: { zh: '查看', en: 'read' },
  s: { zh: '检索', en: 'search' },
  c: { zh: '新增', en: 'add' },
  u: { zh: '修改', en: 'change' },
  d: { zh: '删除', en: 'delete' },
};
/** The order in which people think of them. */
const SAID_ORDER: readonly Permission[] = ['r', 's', 'c', 'u', 'd'];

const ALL_DEEDS: Text = { zh: '查看、检索、新增、修改和删除', en: 'read, search, add, change and delete' };

/** What a scope lets an application do. A scope that is not understood is told as it is written. */
export function scopeText(scope: string): Text {
  const other = OTHER_SCOPES[scope];
  if (other) return other;
  const parsed = parseScope(scope);
  if ('reason' in parsed) return { zh: scope, en: scope };
  const { context, type, permissions, parameters } = parsed;
  const deeds = deedsOf(permissions);
  const what = type === '*' ? { zh: '全部健康数据', en: 'all health data' } : typeName(type);
  const only = parameters === undefined ? { zh: '', en: '' } : narrowing(parameters);
  return {
    zh: `${deeds.zh}${WHOSE[context].zh}${what.zh}${only.zh}`,
    en: `${deeds.en} ${what.en} ${WHOSE[context].en}${only.en}`,
  };
}

const WHOSE: Readonly<Record<'patient' | 'user' | 'system', Text>> = {
  patient: { zh: '所选居民的', en: 'of the chosen patient' },
  user: { zh: '您有权查看的', en: 'that you have access to' },
  system: { zh: '全县的', en: 'of the county' },
};

function deedsOf(permissions: ReadonlySet<Permission>): Text {
  if (permissions.size === PERMISSIONS.length) return ALL_DEEDS;
  const said = SAID_ORDER.filter((permission) => permissions.has(permission)).map((p) => DEEDS[p]);
  const last = said.at(-1);
  if (said.length <= 1 || last === undefined) return last ?? { zh: '', en: '' };
  const before = said.slice(0, -1);
  return {
    zh: `${before.map(({ zh }) => zh).join('、')}和${last.zh}`,
    en: `${before.map(({ en }) => en).join(', ')} and ${last.en}`,
  };
}

/** `category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory`, told as `category: laboratory`. */
function narrowing(parameters: string): Text {
  const pairs = [...new URLSearchParams(parameters)];
  const said = (lang: 'zh' | 'en') =>
    pairs
      .map(([name, value]) => {
        const values = value.split(',').map((v) => valueText(v)[lang]);
        return `${(PARAMETER_NAMES[name] ?? { zh: name, en: name })[lang]}: ${values.join(', ')}`;
      })
      .join('; ');
  return { zh: `(仅限 ${said('zh')})`, en: ` (only ${said('en')})` };
}

function valueText(value: string): Text {
  const code = value.slice(value.lastIndexOf('|') + 1);
  return CODE_NAMES[code] ?? { zh: code, en: code };
}

const PARAMETER_NAMES: Readonly<Record<string, Text>> = {
  category: { zh: '类别', en: 'category' },
  code: { zh: '项目', en: 'code' },
  status: { zh: '状态', en: 'status' },
  type: { zh: '类型', en: 'type' },
  'clinical-status': { zh: '临床状态', en: 'clinical status' },
  date: { zh: '日期', en: 'date' },
};

/** https://terminology.hl7.org/CodeSystem-observation-category.html and condition-category */
const CODE_NAMES: Readonly<Record<string, Text>> = {
  laboratory: { zh: '检验', en: 'laboratory' },
  'vital-signs': { zh: '生命体征', en: 'vital signs' },
  imaging: { zh: '影像', en: 'imaging' },
  procedure: { zh: '操作', en: 'procedures' },
  survey: { zh: '问卷评估', en: 'surveys' },
  exam: { zh: '体格检查', en: 'examination' },
  therapy: { zh: '治疗', en: 'therapy' },
  activity: { zh: '活动', en: 'activity' },
  'social-history': { zh: '生活方式', en: 'social history' },
  'problem-list-item': { zh: '健康问题', en: 'problem list' },
  'encounter-diagnosis': { zh: '就诊诊断', en: 'visit diagnoses' },
  'health-concern': { zh: '健康关注', en: 'health concerns' },
  active: { zh: '有效', en: 'active' },
};
