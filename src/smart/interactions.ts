/**
 * What a person does on the way to an authorization code: sign in, choose whose record, allow. Each page is a prompt
 * of the authorization request (`prompts.ts`), each form an answer to it.
 *
 * An interaction belongs to one browser by its cookie, which other sites' forms do not bring along (`SameSite`), and
 * a form that another site sent is refused besides: nobody can be made to answer (RFC 9700 §4.7, §4.16).
 */
import type { Provider } from 'oidc-provider';
import { splitScopes } from '../access/scopes.ts';
import type { Database } from '../kernel/ctx.ts';
import type { Language, Text } from '../kernel/issue.ts';
import { type Account, findAccount } from './accounts/account.ts';
import { deviceCookie, deviceFor, deviceOf } from './accounts/known-devices.ts';
import type { Patients } from './accounts/patients.ts';
import type { SignIns, Where } from './accounts/sign-ins.ts';
import { readForm } from './body.ts';
import { rememberConsent } from './consents.ts';
import { INTERACTION_PATH, OAUTH_PATH } from './endpoints.ts';
import { isFromElsewhere } from './foreign-form.ts';
import { makeGrant, resourcesOf } from './grants.ts';
import { findLaunch, type LaunchContext, withBanner } from './launch.ts';
import { changePasswordPage, NOT_THE_SAME } from './pages/change-password.ts';
import { consentPage } from './pages/consent.ts';
import { encounterPage } from './pages/encounter.ts';
import { loginPage, refusalText } from './pages/login.ts';
import { errorPage } from './pages/message.ts';
import { formTarget, languageCookie } from './pages/page.ts';
import { patientPage } from './pages/patient.ts';
import { isResident } from './people.ts';
import { LAUNCH_PROMPT } from './prompts.ts';
import { languageOf, send, type WebContext } from './provider-pages.ts';
import { takeUpstream, type Upstream, upstreamStart } from './upstream/sign-in.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Results = Parameters<Provider['interactionResult']>[2];
export interface InteractionOptions {
  readonly db: Database;
  readonly provider: Provider;
  readonly patients: Patients;
  /** The county's own login, beside passwords. */
  readonly upstream?: Upstream;
  readonly signIns: SignIns;
  /** Of the server, as browsers see it. */
  readonly origin: string;
  /** Address of the caller, to count failures by. */
  readonly addressOf: (req: WebContext['req']) => string;
}

/** Everything about one step. */
interface Step {
  readonly ctx: WebContext;
  readonly interaction: Interaction;
  readonly lang: Language;
  /** Below this the answers go. */
  readonly at: string;
  readonly client: {
    readonly id: string;
    readonly name: string;
    readonly uri?: string;
    readonly redirectUri: string;
  };
}

/** Answers everything below `/interaction`. Throws errors of the library. */
export function createInteractions(options: InteractionOptions): (ctx: WebContext) => Promise<void> {
  const { db, provider, patients, upstream, signIns, addressOf, origin } = options;

  async function handle(ctx: WebContext): Promise<void> {
    const [uid, answer] = ctx.path.slice(INTERACTION_PATH.length + 1).split('/');
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    if (interaction.uid !== uid) return send(ctx, 400, errorPage({ lang: languageOf(ctx), text: ELSEWHERE }));
    const step = await stepOf(ctx, interaction);
    if (answer === 'returned' && interaction.prompt.name === 'login') return returned(step);
    if (ctx.method === 'GET' || ctx.method === 'HEAD') return show(step);
    if (isFromElsewhere(ctx.req.headers, origin))
      return send(ctx, 403, errorPage({ lang: step.lang, text: FOREIGN_FORM }));
    const form = await readForm(ctx.req);
    if (answer === 'cancel')
      return finish(step, { error: 'access_denied', error_description: 'the person declined' });
    const prompt = interaction.prompt.name;
    if (prompt === 'login' && answer === 'login') return login(step, form);
    if (prompt === 'login' && answer === 'password') return password(step, form);
    if (prompt === LAUNCH_PROMPT && answer === 'patient')
      return choosePatient(step, form.get('patient') ?? '');
    if (prompt === LAUNCH_PROMPT && answer === 'encounter')
      return chooseEncounter(step, form.get('encounter') ?? '');
    if (prompt === 'consent' && answer === 'consent') return consent(step, form.getAll('scope'));
    // A form of a page that is no longer due, by the back button: the page that is due instead.
    return redirect(ctx, step.at);
  }

  async function stepOf(ctx: WebContext, interaction: Interaction): Promise<Step> {
    const { client_id: id, redirect_uri: redirectUri } = interaction.params as Record<string, string>;
    const client = await provider.Client.find(id!);
    return {
      ctx,
      interaction,
      lang: languageOf(ctx),
      at: `${OAUTH_PATH}${INTERACTION_PATH}/${interaction.uid}`,
      client: {
        id: id!,
        name: client?.clientName ?? id!,
        ...(client?.clientUri === undefined ? {} : { uri: client.clientUri }),
        redirectUri: redirectUri!,
      },
    };
  }

  async function show(step: Step): Promise<void> {
    const { ctx, interaction } = step;
    if (typeof ctx.query.lang === 'string') ctx.append('set-cookie', languageCookie(step.lang));
    if (interaction.prompt.name === 'login') return showLogin(step);
    if (interaction.prompt.name === LAUNCH_PROMPT) return showChoice(step);
    return showConsent(step);
  }

  function whereOf({ ctx, client }: Step): Where {
    const requestId = String(ctx.res.getHeader('x-request-id') ?? '');
    return { client: { id: client.id, name: client.name }, address: addressOf(ctx.req), requestId };
  }

  function showLogin(step: Step, status = 200, more: { error?: Text; login?: string } = {}): void {
    const hint = step.interaction.params.login_hint;
    const login = more.login ?? (typeof hint === 'string' ? hint : undefined);
    const page = loginPage({
      ...settings(step),
      action: `${step.at}/login`,
      cancel: `${step.at}/cancel`,
      client: step.client.name,
      ...(login === undefined ? {} : { login }),
      ...(more.error === undefined ? {} : { error: more.error }),
      ...(upstream ? { upstream: { name: upstream.name, href: upstreamStart(`${step.at}/returned`) } } : {}),
    });
    send(step.ctx, status, page);
  }

  /** The person comes from the county's own login. */
  async function returned(step: Step): Promise<void> {
    const { query, req } = step.ctx;
    const shown = String(query.returned ?? '');
    const account = await takeUpstream(db, shown, `${step.at}/returned`, req.headers.cookie, new Date());
    if (!account) return redirect(step.ctx, step.at);
    await signIns.vouched(account, whereOf(step));
    return signedOn(step, account, 'fed');
  }

  async function login(step: Step, form: URLSearchParams): Promise<void> {
    const typed = form.get('login') ?? '';
    const device = deviceFor(deviceOf(step.ctx.req.headers.cookie));
    const where = { ...whereOf(step), device };
    const signedIn = await signIns.enter(typed, form.get('password') ?? '', where);
    if ('refusal' in signedIn) {
      const locked = signedIn.refusal === 'locked';
      if (locked) step.ctx.set('retry-after', String(signedIn.retryAfterSeconds ?? 60));
      return showLogin(step, locked ? 429 : 400, { error: refusalText(signedIn), login: typed });
    }
    if (signedIn.account.mustChangePassword) return showPassword(step, 200, signedIn.account.login);
    step.ctx.append('set-cookie', deviceCookie(device, origin));
    return signedOn(step, signedIn.account);
  }

  function showPassword(step: Step, status: number, login: string, error?: Text): void {
    const page = changePasswordPage({
      ...settings(step),
      action: `${step.at}/password`,
      login,
      mustChange: true,
      ...(error === undefined ? {} : { error }),
    });
    send(step.ctx, status, page);
  }

  async function password(step: Step, form: URLSearchParams): Promise<void> {
    const [login, present, next] = ['login', 'password', 'next'].map((name) => form.get(name) ?? '');
    if (next !== form.get('again')) return showPassword(step, 400, login!, NOT_THE_SAME);
    const device = deviceFor(deviceOf(step.ctx.req.headers.cookie));
    const changed = await signIns.change(login!, present!, next!, { ...whereOf(step), device });
    if ('fault' in changed) return showPassword(step, 400, login!, changed.fault);
    if ('refusal' in changed) return showPassword(step, 400, login!, refusalText(changed));
    step.ctx.append('set-cookie', deviceCookie(device, origin));
    return signedOn(step, changed.account);
  }

  function signedOn(step: Step, account: Account, by = 'pwd'): Promise<void> {
    // A county's computers are shared: the session ends with the browser.
    return finish(step, { login: { accountId: account.id, amr: [by], remember: false } }, false);
  }

  async function showChoice(step: Step): Promise<void> {
    const { ctx, interaction, client, at } = step;
    const person = await personOf(interaction);
    const chosen = chosenOf(interaction);
    const { patient: missingPatient } = interaction.prompt.details as { patient?: boolean };
    const common = { ...settings(step), client: client.name, cancel: `${at}/cancel` };
    if (missingPatient === false || chosen.patient !== undefined) {
      const patient = await patients.find(person, chosen.patient ?? '');
      const encounters = patient ? await patients.encounters(person, patient.id) : [];
      return send(
        ctx,
        200,
        encounterPage({ ...common, action: `${at}/encounter`, patient: patient?.name ?? '', encounters }),
      );
    }
    const own = await patients.own(person);
    // A resident without wards has no choice to make.
    if (isResident(person) && own.length === 1) return choosePatient(step, own[0]!.id);
    if (isResident(person)) {
      return send(ctx, 200, patientPage({ ...common, action: `${at}/patient`, patients: own }));
    }
    const text = typeof ctx.query.search === 'string' ? ctx.query.search.trim() : '';
    const found = text === '' ? [] : await patients.search(person, text);
    const search = { action: at, text };
    return send(ctx, 200, patientPage({ ...common, action: `${at}/patient`, patients: found, search }));
  }

  async function choosePatient(step: Step, id: string): Promise<void> {
    const { interaction, ctx } = step;
    const patient = await patients.find(await personOf(interaction), id);
    if (!patient) return send(ctx, 400, errorPage({ lang: step.lang, text: NOT_YOURS }));
    const { encounter } = interaction.prompt.details as { encounter?: boolean };
    const launch: LaunchContext = { ...chosenOf(interaction), patient: patient.id };
    if (encounter !== true) return finish(step, { launch });
    // The encounter is asked for next, by the same prompt.
    await provider.interactionResult(ctx.req, ctx.res, { launch });
    return redirect(ctx, step.at);
  }

  async function chooseEncounter(step: Step, id: string): Promise<void> {
    const { interaction, ctx } = step;
    const chosen = chosenOf(interaction);
    const encounters =
      chosen.patient === undefined
        ? []
        : await patients.encounters(await personOf(interaction), chosen.patient);
    if (!encounters.some((encounter) => encounter.id === id))
      return send(ctx, 400, errorPage({ lang: step.lang, text: NOT_YOURS }));
    return finish(step, { launch: { ...chosen, encounter: id } });
  }

  async function showConsent(step: Step): Promise<void> {
    const { interaction, at, client } = step;
    const person = await personOf(interaction);
    const { patient: id } = await contextOf(interaction);
    const patient = id === undefined ? undefined : ((await patients.find(person, id))?.name ?? id);
    const page = consentPage({
      ...settings(step),
      action: `${at}/consent`,
      cancel: `${at}/cancel`,
      client: { name: client.name, ...(client.uri === undefined ? {} : { uri: client.uri }) },
      person: person.name,
      ...(patient === undefined ? {} : { patient }),
      scopes: consentable(interaction, person).map((scope) => ({ scope, optional: isOptional(scope) })),
    });
    send(step.ctx, 200, page);
  }

  async function consent(step: Step, ticked: readonly string[]): Promise<void> {
    const { interaction, client } = step;
    const person = await personOf(interaction);
    const asked = splitScopes(String(interaction.params.scope ?? ''));
    const allowed = consentable(interaction, person).filter(
      (scope) => !isOptional(scope) || ticked.includes(scope),
    );
    const launch = launchOf(interaction);
    const grant = await makeGrant(db, provider, {
      account: person.id,
      client: client.id,
      asked,
      allowed,
      resources: resourcesOf(interaction.params),
      context: await contextOf(interaction),
      ...(launch === undefined ? {} : { launch }),
    });
    await rememberConsent(db, person.id, client.id, allowed);
    return finish(step, { consent: { grantId: grant.jti } });
  }

  /** What was chosen so far, and what the EHR has open. */
  async function contextOf(interaction: Interaction): Promise<LaunchContext> {
    const chosen = chosenOf(interaction);
    const launch = launchOf(interaction);
    if (launch === undefined) return withBanner(chosen);
    const registered = await findLaunch(db, launch, String(interaction.params.client_id));
    return withBanner({ ...registered?.context, ...chosen });
  }

  async function personOf(interaction: Interaction): Promise<Account> {
    const id = interaction.session?.accountId;
    const person = id === undefined ? undefined : await findAccount(db, id);
    if (!person?.active) throw new Error('An interaction after the login has a person');
    return person;
  }

  async function finish(step: Step, result: Results, merge = true): Promise<void> {
    const { req, res } = step.ctx;
    redirect(
      step.ctx,
      await provider.interactionResult(req, res, result, { mergeWithLastSubmission: merge }),
    );
  }

  return handle;
}

/** The scopes that this person can allow: nobody can be told as a FHIR resource that is none. */
function consentable(interaction: Interaction, { fhirUser }: Account): string[] {
  const asked = splitScopes(String(interaction.params.scope ?? ''));
  return asked.filter((scope) => scope !== 'fhirUser' || fhirUser !== undefined);
}

/** Data, and access without the person, are theirs to refuse; who signs in, and what is open, belong to the rest. */
function isOptional(scope: string): boolean {
  return scope.includes('.') || scope === 'offline_access';
}

function chosenOf({ lastSubmission, result }: Interaction): LaunchContext {
  return ((result?.launch ?? lastSubmission?.launch) as LaunchContext | undefined) ?? {};
}

/** The EHR's launch, when it is one. */
function launchOf({ params }: Interaction): string | undefined {
  const scopes = splitScopes(String(params.scope ?? ''));
  return scopes.includes('launch') && typeof params.launch === 'string' ? params.launch : undefined;
}

function settings({ lang, at, client }: Step) {
  const target = formTarget(client.redirectUri);
  return {
    lang,
    otherLanguage: `${at}?lang=${lang === 'zh' ? 'en' : 'zh'}`,
    formTargets: target === undefined ? [] : [target],
  };
}

function redirect(ctx: WebContext, address: string): void {
  ctx.redirect(address);
  ctx.status = 303;
}

const ELSEWHERE: Text = {
  zh: '该页面属于另一次登录。请回到应用重新开始。',
  en: 'This page belongs to another sign-in. Go back to the application and begin again.',
};
const FOREIGN_FORM: Text = {
  zh: '该表单来自其他网站,已拒绝。请回到应用重新开始。',
  en: 'This form came from another site and was refused. Go back to the application and begin again.',
};
const NOT_YOURS: Text = {
  zh: '您不能选择该记录。请返回重新选择。',
  en: 'You cannot choose this record. Go back and choose another.',
};
