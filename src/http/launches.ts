/**
 * `POST /launches`: what an EHR calls right before it opens an app, with the context that the app is to have:
 *
 *   { "client_id": "growth-chart", "patient": "123", "encounter": "456", "intent": "…", "fhirContext": […],
 *     "need_patient_banner": false, "smart_style_url": "…", "fhirUser": "Practitioner/789" }
 *
 * and is answered with the value of the app's `launch` parameter, good for one sign-on of that person within
 * minutes. Whoever may read the patient and the encounter may launch an app for them.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
 */
import type { FastifyInstance } from 'fastify';
import type { Admit } from '../interactions/admission.ts';
import type { Engine } from '../interactions/engine.ts';
import { read } from '../interactions/read.ts';
import type { Clock } from '../kernel/clock.ts';
import { failure, forbidden, malformed } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { findClient } from '../smart/clients.ts';
import { LAUNCH_SECONDS } from '../smart/endpoints.ts';
import { registerLaunch } from '../smart/launch.ts';
import { type LaunchRequest, parseLaunch } from '../smart/launch-request.ts';
import { type Authenticate, contextOf } from './context.ts';
import { answerOutcomes } from './outcomes.ts';

export interface LaunchOptions {
  readonly engine: Engine;
  readonly base: string;
  readonly auth: 'smart' | 'open';
  readonly authenticate: Authenticate;
  readonly admit: Admit;
  readonly clock: Clock;
}

export function launches(app: FastifyInstance, options: LaunchOptions, done: () => void): void {
  const { engine, base, auth, authenticate, admit, clock } = options;
  const { database } = engine;
  answerOutcomes(app);

  app.post('/launches', async (request, reply) => {
    const ctx = await contextOf(request, base, auth, authenticate, admit, clock.now());
    request.fhir = ctx;
    const parsed = parseLaunch(request.body);
    if ('issues' in parsed) throw failure('malformed', parsed.issues);
    const { client_id: id, context, fhirUser: named } = parsed.launch;
    const client = await findClient(database, id);
    if (!client?.active || !client.grantTypes.includes('authorization_code')) throw noApp(id);
    const fhirUser = personOf(parsed.launch, ctx.actor.fhirUser) ?? named;
    if (context.patient !== undefined) await read(engine, ctx, 'Patient', context.patient);
    if (context.encounter !== undefined) await encounterOf(engine, ctx, context.encounter, context.patient);
    const launch = await registerLaunch(database, {
      client: id,
      context,
      ...(fhirUser === undefined ? {} : { fhirUser }),
    });
    const at = client.metadata.initiate_login_uri;
    return reply.code(201).send({
      launch,
      expires_in: LAUNCH_SECONDS,
      ...(at === undefined ? {} : { launch_url: launchUrl(at, base, launch) }),
    });
  });
  done();
}

/** The address to open: the app's own, with what SMART adds to it. */
function launchUrl(at: string, base: string, launch: string): string {
  const url = new URL(at);
  url.searchParams.set('iss', base);
  url.searchParams.set('launch', launch);
  return url.href;
}

/** A person launches for themself; a system names the person it signed on. */
function personOf({ fhirUser: named }: LaunchRequest, own: string | undefined): string | undefined {
  if (own === undefined || named === undefined || named === own) return own;
  throw forbidden({
    en: `The token is that of ${own}: the launch cannot be for ${named}.`,
    zh: `该令牌属于 ${own},不能为 ${named} 启动应用。`,
  });
}

async function encounterOf(
  engine: Engine,
  ctx: Parameters<typeof read>[1],
  id: string,
  patient: string | undefined,
): Promise<void> {
  const { content } = await read(engine, ctx, 'Encounter', id);
  const { subject } = JSON.parse(content) as { subject?: { reference?: string } };
  if (patient === undefined || subject?.reference === `Patient/${patient}`) return;
  throw malformed(
    {
      en: `Encounter/${id} is not one of Patient/${patient}.`,
      zh: `Encounter/${id} 不属于 Patient/${patient}。`,
    },
    'encounter',
  );
}

function noApp(id: string): Error {
  return failure('malformed', [
    problem(
      'not-found',
      {
        en: `There is no app '${id}' that people sign on to. The apps are in /admin/clients.`,
        zh: `没有可供登录的应用“${id}”。应用清单见 /admin/clients。`,
      },
      { expression: 'client_id' },
    ),
  ]);
}
