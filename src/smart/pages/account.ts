/** A person's own page: where they are signed in, and what they allowed whom. */
import type { Language, Text } from '../../kernel/issue.ts';
import { type Html, html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';
import { scopeText } from './scope-text.ts';

/** A browser in which this person is signed in. */
export interface ListedSession {
  /** Not the secret of its cookie. */
  readonly id: string;
  readonly signedIn: Date;
  /** The one that asks. */
  readonly current: boolean;
  /** Names of the applications it was used for. */
  readonly clients: readonly string[];
}

/** What an application was allowed. */
export interface ListedGrant {
  readonly id: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly given: Date;
}

export interface AccountPage extends PageSettings {
  /** Where the forms go: see `ACCOUNT_DEEDS`. */
  readonly action: string;
  readonly person: { readonly name: string; readonly login: string };
  readonly sessions: readonly ListedSession[];
  readonly grants: readonly ListedGrant[];
  readonly changePassword: string;
  /** What was just done. */
  readonly done?: Text;
}

/** What the forms post as `deed`, with `id` where it is about one of several. */
export const ACCOUNT_DEEDS = ['sign-out', 'end-session', 'end-all-sessions', 'withdraw'] as const;
export type AccountDeed = (typeof ACCOUNT_DEEDS)[number];

export function accountPage(data: AccountPage): Page {
  const { lang, person, sessions, grants, done } = data;
  return page(
    data,
    { zh: '我的账号', en: 'My account' },
    html`
${done && html`<p role="status">${done[lang]}</p>`}
<p><strong>${person.name}</strong> <span class="soft">${person.login}</span></p>
<p><a class="deed second" href="${data.changePassword}">${{ zh: '修改密码', en: 'Change the password' }[lang]}</a>
${deed(data, 'sign-out', { zh: '退出登录', en: 'Sign out' })}</p>
<h2>${{ zh: '登录的设备', en: 'Where I am signed in' }[lang]}</h2>
<ul class="plain">
${sessions.map((session) => sessionLine(session, data))}
</ul>
${sessions.length > 1 && deed(data, 'end-all-sessions', { zh: '退出所有设备', en: 'Sign out everywhere' })}
<h2>${{ zh: '我授权的应用', en: 'Applications I allowed' }[lang]}</h2>
${grants.length === 0 && html`<p class="soft">${{ zh: '没有。', en: 'None.' }[lang]}</p>`}
<ul class="plain">
${grants.map((grant) => grantLine(grant, data))}
</ul>`,
  );
}

function sessionLine(session: ListedSession, data: AccountPage): Html {
  const { lang } = data;
  const since = { zh: '登录于', en: 'since' }[lang];
  return html`<li>${since} ${time(session.signedIn, lang)}${session.current && html` <strong>${{ zh: '当前设备', en: 'this browser' }[lang]}</strong>`}
${session.clients.length > 0 && html`<br><span class="soft">${session.clients.join(', ')}</span>`}
${!session.current && deed(data, 'end-session', { zh: '退出', en: 'Sign out' }, session.id)}</li>
`;
}

function grantLine(grant: ListedGrant, data: AccountPage): Html {
  const { lang } = data;
  return html`<li><strong>${grant.client}</strong> <span class="soft">${time(grant.given, lang)}</span>
<ul>${grant.scopes.map((scope) => html`<li>${scopeText(scope)[lang]}</li>`)}</ul>
${deed(data, 'withdraw', { zh: '撤回授权', en: 'Withdraw' }, grant.id)}</li>
`;
}

function deed({ lang, action }: AccountPage, name: AccountDeed, text: Text, id?: string): Html {
  return html`<form class="inline" method="post" action="${action}"><input type="hidden" name="deed" value="${name}">${
    id !== undefined && html`<input type="hidden" name="id" value="${id}">`
  }<button class="second" type="submit">${text[lang]}</button></form>`;
}

function time(when: Date, lang: Language): string {
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';
  const timeZone = 'Asia/Shanghai';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(when);
}
