/** The page on which a person says who they are. */
import type { Text } from '../../kernel/issue.ts';
import type { Refusal } from '../accounts/sign-in.ts';
import { html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';

export interface LoginPage extends PageSettings {
  /** Where the form goes: it posts `login` and `password`. */
  readonly action: string;
  /** Name of the application that wants to know; none when it is for this server's own pages. */
  readonly client?: string;
  /** What went wrong before. */
  readonly error?: Text;
  /** What was typed before. */
  readonly login?: string;
  /** The county's own login, by its name and where it begins. */
  readonly upstream?: { readonly name: string; readonly href: string };
  /** Where the form for nothing of it goes: it posts nothing. */
  readonly cancel?: string;
}

/** https://www.w3.org/TR/WCAG22/#accessible-authentication-minimum: password managers find the fields. */
export function loginPage(data: LoginPage): Page {
  const { lang, client, error, upstream } = data;
  return page(
    data,
    { zh: '登录', en: 'Sign in' },
    html`
${client !== undefined && html`<p>${FOR[lang](client)}</p>`}
${error && html`<p class="wrong" role="alert" id="wrong">${error[lang]}</p>`}
${upstream && html`<p><a class="deed" href="${upstream.href}">${WITH[lang](upstream.name)}</a></p>`}
<form method="post" action="${data.action}">
<label for="login">${{ zh: '登录名', en: 'Login' }[lang]}</label>
<input id="login" name="login" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64" value="${data.login ?? ''}"${error && html` aria-describedby="wrong"`}>
<label for="password">${{ zh: '密码', en: 'Password' }[lang]}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"${error && html` aria-describedby="wrong"`}>
<button type="submit">${{ zh: '登录', en: 'Sign in' }[lang]}</button>
</form>
${
  data.cancel !== undefined &&
  html`<form method="post" action="${data.cancel}"><button class="second" type="submit">${{ zh: '取消', en: 'Cancel' }[lang]}</button></form>`
}`,
  );
}

/** Why somebody was not let in, in words. Unknown logins and wrong passwords are told by the same ones. */
export function refusalText({ refusal, retryAfterSeconds = 0 }: Refusal): Text {
  if (refusal === 'inactive') {
    return {
      zh: '该账号已停用。请联系管理员。',
      en: 'This account is no longer active. Ask the administrator.',
    };
  }
  if (refusal === 'wrong') {
    return {
      zh: '登录名或密码不正确。多次失败后将暂时锁定。',
      en: 'Login or password is wrong. After several failures there is a wait.',
    };
  }
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return retryAfterSeconds <= 60
    ? {
        zh: `失败次数过多,已暂时锁定。请在 ${retryAfterSeconds} 秒后重试。`,
        en: `Too many failures: locked for now. Try again in ${retryAfterSeconds} s.`,
      }
    : {
        zh: `失败次数过多,已暂时锁定。请在 ${minutes} 分钟后重试,或联系管理员。`,
        en: `Too many failures: locked for now. Try again in ${minutes} min, or ask the administrator.`,
      };
}

const FOR = {
  zh: (client: string) => `“${client}”需要确认您的身份。`,
  en: (client: string) => `“${client}” wants to know who you are.`,
};
const WITH = {
  zh: (name: string) => `使用“${name}”登录`,
  en: (name: string) => `Sign in with “${name}”`,
};
