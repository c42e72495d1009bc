/** What an administrator says of an account, read out of JSON. Pure. */
import { type Issue, problem, type Text } from '../../kernel/issue.ts';
import { type AccountChanges, type AccountDetails, normalLogin } from './account.ts';

const LOGIN = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{1,63}$/u;
const FHIR_USER = /^(Practitioner|Patient|RelatedPerson)\/[A-Za-z0-9.-]{1,64}$/;
const MAX_NAME = 100;

interface Member {
  readonly right: (value: unknown) => boolean;
  readonly text: Text;
}

const MEMBERS: Readonly<Record<string, Member>> = {
  login: {
    right: (v) => typeof v === 'string' && LOGIN.test(normalLogin(v)),
    text: {
      en: 'login must be 2 to 64 letters or digits; . _ @ + - may stand between them.',
      zh: 'login 应为 2 至 64 个字母或数字,中间可用 . _ @ + -。',
    },
  },
  name: {
    right: (v) => typeof v === 'string' && v.trim() !== '' && v.length <= MAX_NAME,
    text: { en: `name must be the person's name.`, zh: 'name 应为人员姓名。' },
  },
  fhirUser: {
    right: (v) => typeof v === 'string' && FHIR_USER.test(v),
    text: {
      en: 'fhirUser must be Practitioner/<id>, Patient/<id> or RelatedPerson/<id>.',
      zh: 'fhirUser 应为 Practitioner/<id>、Patient/<id> 或 RelatedPerson/<id>。',
    },
  },
  administrator: {
    right: (v) => typeof v === 'boolean',
    text: { en: 'administrator must be true or false.', zh: 'administrator 应为 true 或 false。' },
  },
  active: {
    right: (v) => typeof v === 'boolean',
    text: { en: 'active must be true or false.', zh: 'active 应为 true 或 false。' },
  },
  upstream: {
    right: (v) => isObject(v) && isText(v.issuer) && isText(v.subject) && Object.keys(v).length === 2,
    text: {
      en: 'upstream must be {"issuer": "…", "subject": "…"} of the other OpenID provider.',
      zh: 'upstream 应为上级 OpenID 身份系统的 {"issuer": "…", "subject": "…"}。',
    },
  },
};

const NEW: readonly string[] = ['login', 'name', 'fhirUser', 'administrator', 'upstream'];
const REQUIRED: readonly string[] = ['login', 'name'];
const CHANGEABLE: readonly string[] = ['name', 'fhirUser', 'administrator', 'active', 'upstream'];

/** A new account; or everything that is wrong with it. */
export function newAccountDetails(body: unknown): AccountDetails | Issue[] {
  const issues = issuesOf(body, NEW, REQUIRED);
  return issues.length > 0 ? issues : (body as AccountDetails);
}

/** Changes of an account; or everything that is wrong with them. */
export function accountChanges(body: unknown): AccountChanges | Issue[] {
  const issues = issuesOf(body, CHANGEABLE, []);
  return issues.length > 0 ? issues : (body as AccountChanges);
}

function issuesOf(body: unknown, known: readonly string[], required: readonly string[]): Issue[] {
  if (!isObject(body)) {
    const text = { en: 'Send a JSON object.', zh: '请发送 JSON 对象。' };
    return [problem('structure', text)];
  }
  const missing = required.filter((name) => body[name] === undefined);
  return [
    ...missing.map((name) =>
      problem('required', { en: `${name} is needed.`, zh: `缺少 ${name}。` }, { expression: name }),
    ),
    ...Object.entries(body).flatMap(([name, value]) => {
      const member = known.includes(name) ? MEMBERS[name] : undefined;
      if (!member) return [unknown(name, known)];
      return member.right(value) ? [] : [problem('value', member.text, { expression: name })];
    }),
  ];
}

function unknown(name: string, known: readonly string[]): Issue {
  const text = {
    en: `'${name}' is not known here. Known: ${known.join(', ')}.`,
    zh: `无法识别“${name}”。可用的有:${known.join('、')}。`,
  };
  return problem('structure', text, { expression: name });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 255;
}
