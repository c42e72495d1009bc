/** What an EHR says when it is about to launch an app. Pure; what is wrong comes back as issues. */
import { type Issue, problem } from '../kernel/issue.ts';
import type { LaunchContext } from './launch.ts';

export interface LaunchRequest {
  /** Client id of the app. */
  readonly client_id: string;
  readonly context: LaunchContext;
  /** The person in front of the EHR, when the EHR signed them on by itself. */
  readonly fhirUser?: string;
}

const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/;
const REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;
const FHIR_USER = /^(Practitioner|Patient|RelatedPerson)\/[A-Za-z0-9\-.]{1,64}$/;
const MAX_FHIR_CONTEXT = 20;
/** It travels in every access token. */
const MAX_LENGTH = 2048;

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 512;
const isUrl: Check = (value) => isText(value) && /^https?:$/.test(URL.parse(value as string)?.protocol ?? '');

/** What each member must be. */
const MEMBERS: Readonly<Record<string, readonly [check: Check, en: string, zh: string]>> = {
  client_id: [isText, 'the client id of the app, as text', '应用的 client_id(字符串)'],
  fhirUser: [
    (value) => isText(value) && FHIR_USER.test(value as string),
    'a reference: Practitioner/…, Patient/… or RelatedPerson/…',
    '引用:Practitioner/…、Patient/… 或 RelatedPerson/…',
  ],
  patient: [
    (value) => isText(value) && FHIR_ID.test(value as string),
    'the id of a Patient',
    'Patient 的 id',
  ],
  encounter: [
    (value) => isText(value) && FHIR_ID.test(value as string),
    'the id of an Encounter',
    'Encounter 的 id',
  ],
  fhirContext: [
    isFhirContext,
    'a list of at most 20 objects with reference, canonical or identifier; Patient and Encounter have members of their own',
    '最多 20 个对象的列表,各含 reference、canonical 或 identifier;Patient 与 Encounter 另有专门成员',
  ],
  intent: [isText, 'text', '字符串'],
  need_patient_banner: [(value) => typeof value === 'boolean', 'true or false', 'true 或 false'],
  smart_style_url: [isUrl, 'a URL', 'URL'],
  tenant: [isText, 'text', '字符串'],
};

/** The request that a JSON body is, or what is wrong with it. */
export function parseLaunch(
  body: unknown,
): { readonly launch: LaunchRequest } | { readonly issues: Issue[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const text = {
      en: 'Send a JSON object with client_id and the context: patient, encounter, intent …',
      zh: '请发送 JSON 对象,含 client_id 以及上下文:patient、encounter、intent 等。',
    };
    return { issues: [problem('structure', text)] };
  }
  const issues = Object.entries(body).flatMap(([name, value]) => {
    const [check, en, zh] = MEMBERS[name] ?? [];
    if (check?.(value)) return [];
    const known = Object.keys(MEMBERS).join(', ');
    const text = check
      ? { en: `${name} must be ${en}.`, zh: `${name} 应为${zh}。` }
      : { en: `There is no member ${name}. Known: ${known}.`, zh: `没有成员 ${name}。可用:${known}。` };
    return [problem(check ? 'value' : 'structure', text, { expression: name })];
  });
  const { client_id, fhirUser, ...context } = body as { client_id?: string; fhirUser?: string };
  if (client_id === undefined) {
    issues.push(
      problem(
        'required',
        { en: 'client_id is missing: which app is launched?', zh: '缺少 client_id:要启动哪个应用?' },
        { expression: 'client_id' },
      ),
    );
  }
  if (JSON.stringify(context).length > MAX_LENGTH) {
    const text = {
      en: `The context is longer than ${MAX_LENGTH} characters. Refer to resources instead of describing them.`,
      zh: `上下文超过 ${MAX_LENGTH} 个字符。请改为引用资源。`,
    };
    issues.push(problem('too-long', text));
  }
  if (issues.length > 0 || client_id === undefined) return { issues };
  return { launch: { client_id, context, ...(fhirUser === undefined ? {} : { fhirUser }) } };
}

/** https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#fhir-context */
function isFhirContext(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_FHIR_CONTEXT) return false;
  return value.every((item: Record<string, unknown> | null) => {
    if (typeof item !== 'object' || item === null || item.role === '') return false;
    const { reference, canonical, identifier, role } = item;
    if (reference !== undefined && !(typeof reference === 'string' && REFERENCE.test(reference)))
      return false;
    const ofOwnMember = /^(Patient|Encounter)\//.test(String(reference));
    if (ofOwnMember && (role === undefined || role === 'launch')) return false;
    return [reference, canonical, identifier].some((part) => part !== undefined);
  });
}
