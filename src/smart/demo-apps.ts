/** The sample apps of `src/apps` as clients: public ones, with PKCE. */
import type { Database } from '../kernel/ctx.ts';
import { type ClientRegistration, createKeyedOrPublicClient } from './clients.ts';

const PERSON = 'openid fhirUser profile online_access';
const RECORD = [
  'AllergyIntolerance',
  'Condition',
  'DiagnosticReport',
  'Encounter',
  'Immunization',
  'MedicationRequest',
  'Observation',
  'Patient',
]
  .map((type) => `patient/${type}.rs`)
  .join(' ');

/** The sample apps, served at `origin`. */
export function demoApps(origin: string): ClientRegistration[] {
  const app = (id: string, name: string, path: string, scope: string): ClientRegistration => ({
    id,
    name,
    scope,
    grantTypes: ['authorization_code', 'refresh_token'],
    metadata: {
      token_endpoint_auth_method: 'none',
      client_uri: origin + path,
      redirect_uris: [origin + path],
      post_logout_redirect_uris: [origin + path],
    },
  });
  return [
    app('resident-app', '我的健康档案 My record', '/apps/resident/', `${PERSON} launch/patient ${RECORD}`),
    app(
      'doctor-app',
      '患者视图 Patient view',
      '/apps/doctor/',
      `${PERSON} launch launch/patient ${RECORD} user/Practitioner.r`,
    ),
    app('demo-ehr', '演示电子病历 Demo EHR', '/apps/ehr/', `${PERSON} user/Patient.rs user/Practitioner.r`),
  ];
}

/** Registers the sample apps that are missing, and lets each be where this server is now. */
export async function seedDemoApps(db: Database, origin: string): Promise<void> {
  await db.tx(async (tx) => {
    await tx.query({
      name: 'smart.lockDemoApps',
      text: `select pg_advisory_xact_lock(hashtextextended('demo_app', 0))`,
      values: [],
    });
    for (const registration of demoApps(origin)) {
      const { count } = await tx.query({
        name: 'smart.moveDemoApp',
        text: 'update oauth_client set metadata = $2::text::jsonb where id = $1',
        values: [registration.id, JSON.stringify(registration.metadata)],
      });
      if (count === 0) await createKeyedOrPublicClient(tx, registration);
    }
  });
}
