/** Pages that only say something. */
import type { Text } from '../../kernel/issue.ts';
import { html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';

export interface ErrorPage extends PageSettings {
  /** What went wrong, and what would be right. */
  readonly text: Text;
  /** The error's name in OAuth, for whoever is asked for help. */
  readonly code?: string;
  readonly requestId?: string;
}

export function errorPage(data: ErrorPage): Page {
  const { lang, code, requestId } = data;
  return page(
    data,
    { zh: '无法继续', en: 'This cannot go on' },
    html`<p role="alert">${data.text[lang]}</p>
${(code !== undefined || requestId !== undefined) && html`<p class="soft">${[code, requestId].filter((part) => part !== undefined).join(' · ')}</p>`}`,
  );
}

export interface SignOutPage extends PageSettings {
  /** Where the form goes: it posts what `hidden` holds. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
}

/** Asks before somebody is signed out. */
export function signOutPage(data: SignOutPage): Page {
  const { lang } = data;
  return page(
    data,
    { zh: '退出登录', en: 'Sign out' },
    html`<p>${{ zh: '确定要退出登录吗?', en: 'Do you want to sign out?' }[lang]}</p>
<form method="post" action="${data.action}">
${Object.entries(data.hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button type="submit">${{ zh: '退出登录', en: 'Sign out' }[lang]}</button>
</form>`,
  );
}

/** Says that nobody is signed in any more. */
export function signedOutPage(data: PageSettings): Page {
  const { lang } = data;
  return page(
    data,
    { zh: '已退出登录', en: 'Signed out' },
    html`<p role="status">${{ zh: '您已退出登录,可以关闭此页面。', en: 'You are signed out, and may close this page.' }[lang]}</p>`,
  );
}
