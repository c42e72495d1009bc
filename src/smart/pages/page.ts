/** What every page for people has: one column, no script, nothing from elsewhere, and headers that hold it to that. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Language, Text } from '../../kernel/issue.ts';
import { languageOf } from '../../kernel/outcome.ts';
import { type Html, html, textOf } from './html.ts';
import { STYLE } from './style.ts';

/** A page, ready to be sent. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What a page is told besides its own content. */
export interface PageSettings {
  readonly lang: Language;
  /** Address of this page in the other language; without one there is no switch. */
  readonly otherLanguage?: string;
  /** Where the answer to a form of this page may lead besides this server: see `formTarget`. */
  readonly formTargets?: readonly string[];
}

/** Cookie that keeps the language a person chose. */
export const LANGUAGE_COOKIE = 'xiantong_lang';

const TITLE_END: Text = { zh: '县通', en: 'Xiantong' };
const OTHER_LANGUAGE: Text = { zh: 'English', en: '中文' };
const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** A whole page. */
export function page(settings: PageSettings, title: Text, content: Html): Page {
  const { lang, otherLanguage, formTargets = [] } = settings;
  const document = html`<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title[lang]} · ${TITLE_END[lang]}</title>
<style>${STYLE_PIECE}</style>
</head>
<body>
<header><span class="product">${TITLE_END[lang]}</span>${
    otherLanguage !== undefined &&
    html`<a href="${otherLanguage}" lang="${lang === 'zh' ? 'en' : 'zh-CN'}">${OTHER_LANGUAGE[lang]}</a>`
  }</header>
<main>
<h1>${title[lang]}</h1>
${content}
</main>
</body>
</html>
`;
  return { headers: headersFor(formTargets), text: textOf(document) };
}

/** Chinese, unless this person chose otherwise: by the switch, earlier, or by the settings of the browser. */
export function pageLanguage(
  chosen: string | undefined,
  cookies: string | undefined,
  acceptLanguage: string | undefined,
): Language {
  const kept = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=(zh|en)(?:;|$)`).exec(cookies ?? '')?.[1];
  const wanted = chosen ?? kept;
  if (wanted === 'zh' || wanted === 'en') return wanted;
  return acceptLanguage === undefined ? 'zh' : languageOf(acceptLanguage);
}

/** `Set-Cookie` that keeps a chosen language. */
export function languageCookie(lang: Language): string {
  return `${LANGUAGE_COOKIE}=${lang}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax`;
}

/**
 * Where a client is sent to, as a source of `form-action`: browsers hold redirects that follow a form to it. The
 * address was checked when the client was registered; what cannot stand in a header is left out.
 */
export function formTarget(redirectUri: string): string | undefined {
  const url = URL.parse(redirectUri);
  if (!url) return undefined;
  const source = url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : url.protocol;
  return /^[\w.:/[\]-]+$/.test(source) ? source : undefined;
}

/** Sends a page. */
export function sendPage(res: ServerResponse, status: number, { headers, text }: Page): void {
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

const STYLE_PIECE = html([STYLE] as unknown as TemplateStringsArray);

function headersFor(formTargets: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    // Under `no-referrer` a browser would call its own forms' origin `null`.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    vary: 'accept-language, cookie',
  };
}
