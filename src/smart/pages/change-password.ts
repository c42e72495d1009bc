/** The page on which a person chooses another password. */
import type { Text } from '../../kernel/issue.ts';
import { MIN_PASSWORD_LENGTH } from '../accounts/password-rules.ts';
import { html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';

export interface ChangePasswordPage extends PageSettings {
  /** Where the form goes: it posts `login`, `password` (the present one), `next` and `again`. */
  readonly action: string;
  readonly login: string;
  /** The present password is one that somebody else has seen. */
  readonly mustChange: boolean;
  readonly error?: Text;
}

/** The two new ones are not the same. */
export const NOT_THE_SAME: Text = {
  zh: '两次输入的新密码不一致。',
  en: 'The two new passwords are not the same.',
};

export function changePasswordPage(data: ChangePasswordPage): Page {
  const { lang, error } = data;
  return page(
    data,
    { zh: '修改密码', en: 'Change the password' },
    html`
${data.mustChange && html`<p>${{ zh: '您使用的是一次性密码。请先设置自己的密码。', en: 'You signed in with a one-time password. Choose your own before you go on.' }[lang]}</p>`}
${error && html`<p class="wrong" role="alert" id="wrong">${error[lang]}</p>`}
<p class="soft" id="rule">${RULE[lang]}</p>
<form method="post" action="${data.action}">
<label for="login">${{ zh: '登录名', en: 'Login' }[lang]}</label>
<input id="login" name="login" type="text" autocomplete="username" readonly value="${data.login}">
<label for="password">${{ zh: '当前密码', en: 'Present password' }[lang]}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256">
<label for="next">${{ zh: '新密码', en: 'New password' }[lang]}</label>
<input id="next" name="next" type="password" autocomplete="new-password" required maxlength="256" aria-describedby="rule">
<label for="again">${{ zh: '再次输入新密码', en: 'New password again' }[lang]}</label>
<input id="again" name="again" type="password" autocomplete="new-password" required maxlength="256">
<button type="submit">${{ zh: '修改密码', en: 'Change the password' }[lang]}</button>
</form>`,
  );
}

const RULE: Text = {
  zh: `至少 ${MIN_PASSWORD_LENGTH} 个字符,可以是一句话;空格和汉字均可。`,
  en: `At least ${MIN_PASSWORD_LENGTH} characters: a sentence is fine, with spaces or in Chinese.`,
};
