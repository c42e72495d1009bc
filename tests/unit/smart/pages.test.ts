import { expect, test } from 'vitest';
import { accountPage } from '../../../src/smart/pages/account.ts';
import { changePasswordPage } from '../../../src/smart/pages/change-password.ts';
import { consentPage } from '../../../src/smart/pages/consent.ts';
import { html, textOf } from '../../../src/smart/pages/html.ts';
import { loginPage } from '../../../src/smart/pages/login.ts';
import { errorPage, signedOutPage, signOutPage } from '../../../src/smart/pages/message.ts';
import { formTarget, type Page, pageLanguage } from '../../../src/smart/pages/page.ts';
import { patientPage } from '../../../src/smart/pages/patient.ts';
import { scopeText } from '../../../src/smart/pages/scope-text.ts';

const EVIL = `"><script>alert('x')</script>&amp;`;
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;';
const settings = { lang: 'zh', otherLanguage: `?lang=en${EVIL}` } as const;
const evil = { zh: EVIL, en: EVIL };

const PAGES: Readonly<Record<string, Page>> = {
  login: loginPage({
    ...settings,
    action: EVIL,
    client: EVIL,
    error: evil,
    login: EVIL,
    upstream: { name: EVIL, href: EVIL },
    cancel: EVIL,
  }),
  'change of password': changePasswordPage({
    ...settings,
    action: EVIL,
    login: EVIL,
    mustChange: true,
    error: evil,
  }),
  patient: patientPage({
    ...settings,
    action: EVIL,
    client: EVIL,
    error: evil,
    cancel: EVIL,
    search: { action: EVIL, text: EVIL },
    patients: [{ id: EVIL, name: EVIL, birthDate: EVIL, gender: EVIL, identifier: EVIL }],
  }),
  consent: consentPage({
    ...settings,
    action: EVIL,
    cancel: EVIL,
    client: { name: EVIL, uri: EVIL },
    person: EVIL,
    patient: EVIL,
    scopes: [
      { scope: EVIL, optional: true },
      { scope: `patient/Observation.rs?code=${EVIL}`, optional: false },
    ],
  }),
  account: accountPage({
    ...settings,
    action: EVIL,
    changePassword: EVIL,
    done: evil,
    person: { name: EVIL, login: EVIL },
    sessions: [
      { id: EVIL, signedIn: new Date(0), current: false, clients: [EVIL] },
      { id: EVIL, signedIn: new Date(0), current: true, clients: [] },
    ],
    grants: [{ id: EVIL, client: EVIL, scopes: [EVIL], given: new Date(0) }],
  }),
  error: errorPage({ ...settings, text: evil, code: EVIL, requestId: EVIL }),
  'sign-out': signOutPage({ ...settings, action: EVIL, hidden: { [EVIL]: EVIL } }),
  'signed out': signedOutPage(settings),
};

test('a template escapes every text, joins pieces, and drops what is not there', () => {
  const rows = ['<', '&'].map((text) => html`<li title="${text}">${text}</li>`);
  const list = html`<ul>${rows}${undefined}${false}${7}</ul>`;
  expect(textOf(list)).toBe('<ul><li title="&lt;">&lt;</li><li title="&amp;">&amp;</li>7</ul>');
});

test.each(Object.entries(PAGES))('the %s page shows what it is told as text alone', (_, { text }) => {
  expect(text).toContain(ESCAPED);
  expect(text).not.toContain('<script');
  expect(text).not.toContain(`alert('`);
});

test.each(Object.entries(PAGES))('the %s page is for phones, in its language, with labels', (_, { text }) => {
  expect(text).toContain('<html lang="zh-CN">');
  expect(text).toContain('width=device-width');
  expect(text.match(/<h1>/g)).toHaveLength(1);
  for (const [, id] of text.matchAll(/<input id="([^"]*)"/g)) expect(text).toContain(`<label for="${id}">`);
});

test.each(Object.entries(PAGES))('the %s page may not be framed, and loads nothing', (_, { headers }) => {
  const policy = headers['content-security-policy'];
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self';/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers['x-frame-options']).toBe('DENY');
  expect(headers['cache-control']).toBe('no-store');
});

test('forms may lead to where the client is, and to nowhere else', () => {
  expect(formTarget('https://app.example.cn/callback?x=1')).toBe('https://app.example.cn');
  expect(formTarget('http://127.0.0.1:9000/a')).toBe('http://127.0.0.1:9000');
  expect(formTarget('cn.example.app:/callback')).toBe('cn.example.app:');
  expect(formTarget("https://x';script-src *")).toBeUndefined();
  expect(formTarget('nonsense')).toBeUndefined();
  const { headers } = errorPage({ lang: 'en', formTargets: ['https://app.example.cn'], text: evil });
  expect(headers['content-security-policy']).toContain("form-action 'self' https://app.example.cn;");
});

test('the language is Chinese, unless the person chose, or their browser asks for English', () => {
  expect(pageLanguage(undefined, undefined, undefined)).toBe('zh');
  expect(pageLanguage(undefined, undefined, 'en-GB,en;q=0.9')).toBe('en');
  expect(pageLanguage(undefined, undefined, 'zh-CN,zh;q=0.9,en;q=0.8')).toBe('zh');
  expect(pageLanguage(undefined, 'a=b; xiantong_lang=zh', 'en')).toBe('zh');
  expect(pageLanguage('en', 'xiantong_lang=zh', 'zh')).toBe('en');
  expect(pageLanguage('fr', 'xiantong_lang=fr', undefined)).toBe('zh');
});

test.each([
  [
    'patient/Observation.rs',
    '查看和检索所选居民的检验结果和体征',
    'read and search results and measurements of the chosen patient',
  ],
  [
    'user/*.cruds',
    '查看、检索、新增、修改和删除您有权查看的全部健康数据',
    'read, search, add, change and delete all health data that you have access to',
  ],
  [
    'patient/Condition.read',
    '查看和检索所选居民的诊断和健康问题',
    'read and search diagnoses and problems of the chosen patient',
  ],
  [
    'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
    '查看和检索所选居民的检验结果和体征(仅限 类别: 检验)',
    'read and search results and measurements of the chosen patient (only category: laboratory)',
  ],
  ['user/Substance.c', '新增您有权查看的Substance', 'add Substance that you have access to'],
  [
    'offline_access',
    '在您离开后仍可访问,直到您撤回授权',
    'keep this access when you are away, until you withdraw it',
  ],
  ['x/unknown', 'x/unknown', 'x/unknown'],
])('%s is told in plain words', (scope, zh, en) => {
  expect(scopeText(scope)).toEqual({ zh, en });
});
