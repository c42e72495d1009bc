/**
 * The systems of the demo county: what each may do, and their secrets, which are drawn anew for every
 * database and written to one file that only its owner can read.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Db } from '../kernel/ctx.ts';
import { DEMO_SECRETS_FILE, type DemoSecret, parseDemoSecrets } from '../kernel/demo-secrets.ts';
import {
  type ClientRegistration,
  createClient,
  findClient,
  replaceSecret,
  secretMatches,
} from './clients.ts';
import { writePrivateFile } from './private-file.ts';

/** Ids of the Organization resources that the demo systems belong to. */
export interface DemoOrganizations {
  readonly township: string;
  readonly county: string;
  readonly diseaseControl: string;
  readonly platform: string;
  readonly laboratory: string;
}

/** The ids used by the demo county. */
export const DEMO_ORGANIZATIONS: DemoOrganizations = {
  township: 'township-centre-east',
  county: 'county-hospital',
  diseaseControl: 'disease-control-centre',
  platform: 'county-hospital',
  laboratory: 'laboratory-centre',
};

/** What a clinic or hospital writes about its patients. */
const CLINICAL = [
  'AllergyIntolerance',
  'Appointment',
  'Binary',
  'Bundle',
  'CarePlan',
  'CareTeam',
  'ClinicalImpression',
  'Communication',
  'Composition',
  'Condition',
  'Consent',
  'Contract',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'EpisodeOfCare',
  'FamilyMemberHistory',
  'Flag',
  'Goal',
  'Group',
  'ImagingStudy',
  'Immunization',
  'List',
  'Media',
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Patient',
  'Procedure',
  'QuestionnaireResponse',
  'RelatedPerson',
  'RiskAssessment',
  'Schedule',
  'ServiceRequest',
  'Slot',
  'Specimen',
  'Task',
];

/** The directory and the definitions, which everybody reads and the platform keeps. */
const DIRECTORY = ['HealthcareService', 'Location', 'Organization', 'Practitioner', 'PractitionerRole'];
const DEFINITIONS = [
  'ActivityDefinition',
  'CodeSystem',
  'ConceptMap',
  'PlanDefinition',
  'Questionnaire',
  'ValueSet',
];

/** The demo county's systems: the platform works for the whole county, the others for their organisation. */
export function demoClients(organizations: DemoOrganizations): ClientRegistration[] {
  const organization = (key: keyof DemoOrganizations) => `Organization/${organizations[key]}`;
  return [
    {
      id: 'township-his',
      name: '乡镇卫生院信息系统 Township HIS',
      organization: organization('township'),
      scope: scopes(
        [CLINICAL, 'cruds'],
        [[...DIRECTORY, ...DEFINITIONS, 'DetectedIssue'], 'rs'],
        [['Provenance', 'Basic'], 'crs'],
      ),
    },
    {
      id: 'county-his',
      name: '县医院信息系统 County hospital HIS',
      organization: organization('county'),
      scope: scopes(
        [CLINICAL, 'cruds'],
        [[...DIRECTORY, ...DEFINITIONS, 'AuditEvent', 'Basic', 'DetectedIssue'], 'rs'],
        [['Provenance'], 'crs'],
      ),
    },
    {
      id: 'cdc',
      name: '疾病预防控制中心 Centre for disease control',
      organization: organization('diseaseControl'),
      roles: ['disease-control'],
      scope: scopes(
        [['Condition', 'Immunization', 'ImmunizationRecommendation', 'Patient', ...DIRECTORY], 'rs'],
        [['Task'], 'rus'],
      ),
    },
    {
      id: 'platform',
      name: '县域健康信息平台 County health platform',
      organization: organization('platform'),
      scope: 'system/*.cruds',
      countyWide: true,
    },
    {
      id: 'laboratory',
      name: '县域医学检验中心 Shared laboratory centre',
      organization: organization('laboratory'),
      roles: ['laboratory'],
      scope: scopes(
        [['DiagnosticReport', 'Observation', 'Specimen'], 'cruds'],
        [['ServiceRequest', 'Task'], 'rus'],
        [['Encounter', 'Patient', ...DIRECTORY, ...DEFINITIONS], 'rs'],
        [['Provenance', 'Basic'], 'crs'],
      ),
    },
  ];
}

/**
 * Registers the demo clients that are missing, and sees to it that the file in `dataDir` holds a secret
 * that works for each: one that is not there, or no longer right, is replaced.
 */
export async function seedDemoClients(
  db: Database,
  dataDir: string,
  organizations: DemoOrganizations = DEMO_ORGANIZATIONS,
): Promise<void> {
  await db.tx(async (tx) => {
    // The file is read and written under the same lock, so that processes of one data folder agree.
    await tx.query({
      name: 'smart.lockDemoClients',
      text: `select pg_advisory_xact_lock(hashtextextended('demo_client', 0))`,
      values: [],
    });
    const written = (await readDemoSecrets(dataDir).catch(() => undefined)) ?? [];
    const secrets: DemoSecret[] = [];
    for (const registration of demoClients(organizations)) {
      const { id, name } = registration;
      const before = written.find((line) => line.id === id);
      const { secret, scope } = await workingSecret(tx, registration, before?.secret);
      secrets.push({ id, name, scope, secret });
    }
    if (JSON.stringify(secrets) === JSON.stringify(written)) return;
    const text = `${JSON.stringify({ clients: secrets }, null, 2)}\n`;
    await writePrivateFile(join(dataDir, DEMO_SECRETS_FILE), text);
  });
}

/** The demo clients' secrets of a data folder; undefined when there is no such file. */
export async function readDemoSecrets(dataDir: string): Promise<DemoSecret[] | undefined> {
  const text = await readFile(join(dataDir, DEMO_SECRETS_FILE), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  return text === undefined ? undefined : parseDemoSecrets(text);
}

async function workingSecret(
  db: Db,
  registration: ClientRegistration,
  written: string | undefined,
): Promise<{ secret: string; scope: string }> {
  const client = await findClient(db, registration.id);
  if (!client) return { secret: await createClient(db, registration), scope: registration.scope };
  const { scope } = client;
  if (typeof written === 'string' && secretMatches(client.secretHash, written))
    return { secret: written, scope };
  return { secret: await replaceSecret(db, registration.id), scope };
}

function scopes(...groups: readonly (readonly [types: readonly string[], letters: string])[]): string {
  return groups.flatMap(([types, letters]) => types.map((type) => `system/${type}.${letters}`)).join(' ');
}
