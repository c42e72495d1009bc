/** The page on which a person allows an application what it asks for. */
import { type Html, html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';
import { scopeText } from './scope-text.ts';

export interface ConsentPage extends PageSettings {
  /** Where the form goes: it posts one `scope` for each that was left ticked. */
  readonly action: string;
  /** Where refusing goes: it posts nothing. */
  readonly cancel: string;
  /** The application, with its address when it has one. */
  readonly client: { readonly name: string; readonly uri?: string };
  /** Whose sign-in it is. */
  readonly person: string;
  /** Whose record it is about. */
  readonly patient?: string;
  /** What is asked for. What is not `optional` is granted with the rest. */
  readonly scopes: readonly { readonly scope: string; readonly optional: boolean }[];
}

export function consentPage(data: ConsentPage): Page {
  const { lang, client, patient } = data;
  return page(
    data,
    { zh: '授权确认', en: 'Allow access' },
    html`
<p>${{ zh: `${data.person},“${client.name}”请求以下权限:`, en: `${data.person}, “${client.name}” asks to:` }[lang]}</p>
${client.uri !== undefined && html`<p class="soft">${client.uri}</p>`}
${patient !== undefined && html`<p>${{ zh: '居民', en: 'Patient' }[lang]}: <strong>${patient}</strong></p>`}
<form method="post" action="${data.action}">
<ul class="plain">
${data.scopes.map((scope) => line(scope, data))}
</ul>
<p class="soft">${{ zh: '您可以随时在“我的账号”中撤回授权。', en: 'You can withdraw this at any time on your account page.' }[lang]}</p>
<button type="submit">${{ zh: '允许', en: 'Allow' }[lang]}</button>
</form>
<form method="post" action="${data.cancel}"><button class="second" type="submit">${{ zh: '拒绝', en: 'Refuse' }[lang]}</button></form>`,
  );
}

function line({ scope, optional }: ConsentPage['scopes'][number], { lang }: PageSettings): Html {
  const words = html`<span>${scopeText(scope)[lang]}<br><code class="soft">${scope}</code></span>`;
  if (!optional) return html`<li>${words}</li>\n`;
  return html`<li><label class="choice"><input type="checkbox" name="scope" value="${scope}" checked>${words}</label></li>\n`;
}
