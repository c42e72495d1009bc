/** Pages in the place of those that oidc-provider would draw itself, and how a page is sent. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FhirError } from '../kernel/fhir-error.ts';
import type { Language } from '../kernel/issue.ts';
import { authorizationErrorText } from './authorization-errors.ts';
import { AUTHORIZATION_PATH, END_SESSION_PATH, INTERACTION_PATH } from './endpoints.ts';
import { errorPage, signedOutPage, signOutPage } from './pages/message.ts';
import { formTarget, type Page, pageLanguage } from './pages/page.ts';

/** What is used of Koa's context. */
export interface WebContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  redirect(address: string): void;
  accepts(...types: string[]): string | false;
}

/** Where browsers are sent: what goes wrong is told to people there, and in JSON elsewhere. */
const FOR_PEOPLE = [AUTHORIZATION_PATH, INTERACTION_PATH, END_SESSION_PATH];

function isForPeople(ctx: WebContext): boolean {
  return FOR_PEOPLE.some((path) => ctx.path.startsWith(path)) && ctx.accepts('json', 'html') === 'html';
}

/** The language of the pages for this browser. */
export function languageOf({ query, req }: Pick<WebContext, 'query' | 'req'>): Language {
  const chosen = typeof query.lang === 'string' ? query.lang : undefined;
  return pageLanguage(chosen, req.headers.cookie, req.headers['accept-language']);
}

/** Sends a page with its own headers. */
export function send(ctx: Pick<WebContext, 'set' | 'status' | 'body'>, status: number, page: Page): void {
  ctx.status = status;
  for (const [name, value] of Object.entries(page.headers)) ctx.set(name, value);
  ctx.body = page.text;
}

/** An error of OAuth that is not told to the client by a redirect. */
export function showError(
  ctx: WebContext,
  out: { readonly error: string; readonly error_description?: string | undefined },
): void {
  if (!isForPeople(ctx)) {
    ctx.body = out;
    return;
  }
  const text = authorizationErrorText(out.error, out.error_description);
  send(ctx, ctx.status, errorPage({ lang: languageOf(ctx), text, code: out.error }));
}

/** What this server's own rules refuse. */
export function showRefusal(ctx: WebContext, error: FhirError): void {
  const text = error.issues[0]?.text ?? { en: error.message, zh: error.message };
  if (!isForPeople(ctx)) {
    ctx.status = error.status;
    ctx.body = { error: 'invalid_request', error_description: text.en };
    return;
  }
  send(ctx, error.status, errorPage({ lang: languageOf(ctx), text }));
}

/** Asks before somebody is signed out. `form` is the library's. */
export function showSignOut(ctx: WebContext, form: string): void {
  const { post_logout_redirect_uri: after } = ctx.query;
  const target = typeof after === 'string' ? formTarget(after) : undefined;
  const hidden = [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const page = signOutPage({
    lang: languageOf(ctx),
    action: /action="([^"]+)"/.exec(form)?.[1] ?? '',
    hidden: { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), logout: 'yes' },
    formTargets: target === undefined ? [] : [target],
  });
  send(ctx, 200, page);
}

export function showSignedOut(ctx: WebContext): void {
  send(ctx, 200, signedOutPage({ lang: languageOf(ctx) }));
}

/**
 * The library lets a script send the form when nobody is signed in, or somebody else: no page here has a script, so
 * the person sends it.
 */
export function withoutScript(ctx: WebContext): void {
  const isForm = typeof ctx.body === 'string' && ctx.body.includes('name="xsrf"');
  if (isForm && String(ctx.body).includes('<script>')) showSignOut(ctx, String(ctx.body));
}
