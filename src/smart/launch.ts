/**
 * What SMART calls the launch context: whose record is open, and where in it. An EHR registers it and launches the
 * app with the value it gets, once; or the person chooses while signing on. Then it belongs to the grant, and every
 * token response tells it.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
 */
import { randomBytes } from 'node:crypto';
import type { Db } from '../kernel/ctx.ts';
import { INTERACTION_SECONDS, LAUNCH_SECONDS } from './endpoints.ts';
import { stateId } from './state.ts';

/** In SMART's words, as it stands in token responses. */
export interface LaunchContext {
  /** Id of the patient. */
  readonly patient?: string;
  /** Id of the encounter. */
  readonly encounter?: string;
  readonly fhirContext?: readonly object[];
  readonly intent?: string;
  readonly need_patient_banner?: boolean;
  readonly smart_style_url?: string;
  readonly tenant?: string;
}

export interface Launch {
  /** Client id of the app. */
  readonly client: string;
  /** The person in front of the EHR: nobody else may take up the launch. */
  readonly fhirUser?: string;
  readonly context: LaunchContext;
}

/** Whoever does not say that a banner is shown beside the app needs one: it must be plain whose record is open. */
export function withBanner(context: LaunchContext): LaunchContext {
  return context.patient === undefined ? context : { need_patient_banner: true, ...context };
}

interface LaunchRow {
  readonly client: string;
  readonly fhir_user: string | null;
  readonly context: LaunchContext;
}

/** Keeps a launch for some minutes. Returns the value of the app's `launch` parameter, which tells nothing. */
export async function registerLaunch(db: Db, { client, fhirUser, context }: Launch): Promise<string> {
  const launch = randomBytes(24).toString('base64url');
  await db.query({
    name: 'smart.registerLaunch',
    text: `insert into smart_launch (id, context, client, fhir_user, expires)
           values ($1, $2::text::jsonb, $3, $4, now() + interval '${LAUNCH_SECONDS} s')`,
    values: [stateId(launch), JSON.stringify(context), client, fhirUser ?? null],
  });
  return launch;
}

/** The launch, once its app asks for authorization: from then on there is time to sign on. */
export async function answerLaunch(db: Db, launch: string, client: string): Promise<Launch | undefined> {
  const { rows } = await db.query<LaunchRow>({
    name: 'smart.answerLaunch',
    text: `update smart_launch set expires = now() + interval '${INTERACTION_SECONDS} s'
           where id = $1 and client = $2 and expires > now() returning client, fhir_user, context`,
    values: [stateId(launch), client],
  });
  return rows[0] && launchOf(rows[0]);
}

/** The launch, as long as nobody has taken it. */
export async function findLaunch(db: Db, launch: string, client: string): Promise<Launch | undefined> {
  const { rows } = await db.query<LaunchRow>({
    name: 'smart.findLaunch',
    text: `select client, fhir_user, context from smart_launch
           where id = $1 and client = $2 and expires > now()`,
    values: [stateId(launch), client],
  });
  return rows[0] && launchOf(rows[0]);
}

/** Takes a launch: true for the first who does. */
export async function takeLaunch(db: Db, launch: string): Promise<boolean> {
  const { count } = await db.query({
    name: 'smart.takeLaunch',
    text: 'delete from smart_launch where id = $1 and expires > now()',
    values: [stateId(launch)],
  });
  return count > 0;
}

/** The launch context becomes that of a grant. */
export async function keepContext(db: Db, grantId: string, context: LaunchContext): Promise<void> {
  await db.query({
    name: 'smart.keepContext',
    text: `update oauth_state set context = $2::text::jsonb where model = 'Grant' and id = $1`,
    values: [stateId(grantId), JSON.stringify(context)],
  });
}

/** The launch context of a grant. */
export async function contextOfGrant(db: Db, grantId: string): Promise<LaunchContext> {
  const { rows } = await db.query<{ context: LaunchContext | null }>({
    name: 'smart.contextOfGrant',
    text: `select context from oauth_state where model = 'Grant' and id = $1`,
    values: [stateId(grantId)],
  });
  return rows[0]?.context ?? {};
}

function launchOf({ client, fhir_user, context }: LaunchRow): Launch {
  return { client, context, ...(fhir_user === null ? {} : { fhirUser: fhir_user }) };
}
