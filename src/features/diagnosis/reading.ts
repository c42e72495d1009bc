/** The resources of a shared diagnosis, as far as its workflow looks at them. Pure. */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
import { isState, type Kind, type State } from './model.ts';

export const TASK_CODE = `${CANONICAL}/CodeSystem/county-task-code`;
export const STATE_SYSTEM = `${CANONICAL}/CodeSystem/shared-diagnosis-state`;
export const OUTPUT_SYSTEM = `${CANONICAL}/CodeSystem/shared-diagnosis-output`;
export const CRITICAL_STATE = `${CANONICAL}/CodeSystem/critical-value-state`;
export const CRITICAL_OUTPUT = `${CANONICAL}/CodeSystem/critical-value-output`;
export const profile = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

export interface TaskFields extends Resource {
  readonly id?: string;
  readonly status?: string;
  readonly statusReason?: Concept;
  readonly businessStatus?: Concept;
  readonly code?: Concept;
  readonly basedOn?: readonly Reference[];
  readonly partOf?: readonly Reference[];
  readonly focus?: Reference;
  readonly for?: Reference;
  readonly requester?: Reference;
  readonly owner?: Reference;
  readonly restriction?: { readonly period?: { readonly end?: string } };
  readonly output?: readonly Output[];
}

export interface Output {
  readonly type?: Concept;
  readonly valueReference?: Reference;
  readonly valueDateTime?: string;
  readonly valueString?: string;
}

export interface ReportFields extends Resource {
  readonly id?: string;
  readonly status?: string;
  readonly basedOn?: readonly Reference[];
  readonly subject?: Reference;
  readonly performer?: readonly Reference[];
  readonly resultsInterpreter?: readonly Reference[];
  readonly result?: readonly Reference[];
  readonly issued?: string;
  readonly extension?: readonly {
    readonly url?: string;
    readonly valueBoolean?: boolean;
    readonly valueString?: string;
  }[];
}

export interface OrderFields extends Resource {
  readonly id?: string;
  readonly status?: string;
  readonly subject?: Reference;
  readonly requester?: Reference;
  readonly performer?: readonly Reference[];
  readonly meta?: { readonly profile?: readonly string[] };
}

const SHARED_ORDERS = ['county-shared-lab-order', 'county-imaging-order', 'county-ecg-order'].map(profile);

/** An order whose examination one institution makes and another reads. */
export function isSharedOrder(resource: Resource | undefined): boolean {
  const { profile: profiles = [] } = (resource?.meta ?? {}) as { profile?: readonly string[] };
  return (
    resource?.resourceType === 'ServiceRequest' &&
    profiles.some((p) => SHARED_ORDERS.includes(p.split('|')[0]!))
  );
}

export function kindOf(resource: Resource | undefined): Kind | undefined {
  return (['shared-examination', 'shared-diagnosis'] as const).find((code) => hasTaskCode(resource, code));
}

export function isCritical(resource: Resource | undefined): boolean {
  return hasTaskCode(resource, 'critical-value');
}

function hasTaskCode(resource: Resource | undefined, code: string): boolean {
  if (resource?.resourceType !== 'Task') return false;
  return ((resource.code as Concept | undefined)?.coding ?? []).some(
    (c) => c.system === TASK_CODE && c.code === code,
  );
}

export function stateOf(task: Resource | undefined): State | undefined {
  const code = codeOf(task?.businessStatus as Concept | undefined, STATE_SYSTEM);
  return isState(code) ? code : undefined;
}

export function codeOf(concept: Concept | undefined, system: string): string | undefined {
  return concept?.coding?.find((c) => c.system === system)?.code;
}

/** References of a Task's outputs of one kind. */
export function outputs(task: TaskFields, code: string, system = OUTPUT_SYSTEM): string[] {
  return (task.output ?? [])
    .filter(({ type }) => codeOf(type, system) === code)
    .flatMap(({ valueReference }) => valueReference?.reference ?? []);
}

export function isPublished(status: unknown): boolean {
  return ['final', 'amended', 'corrected', 'appended'].includes(String(status));
}

/** Whether a report says that it holds a critical value. */
export function isCriticalReport({ extension = [] }: ReportFields): boolean {
  return extension.some((e) => e.url === profile('critical-finding') && e.valueBoolean === true);
}

/** Codes of http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation that call for somebody at once. */
const ALARMING = new Set(['HH', 'LL', 'AA', 'HU', 'LU']);

export function isCriticalValue(observation: Resource | undefined): boolean {
  if (observation?.resourceType !== 'Observation' || !isPublished(observation.status)) return false;
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
  return ((observation.interpretation ?? []) as Concept[]).some((c) => ALARMING.has(codeOf(c, system) ?? ''));
}

/** One spelling for each resource of ours. */
export function plain(reference: string | undefined, base: string): string | undefined {
  const local = reference === undefined ? undefined : localReference(reference, base);
  return local ? `${local.type}/${local.id}` : reference;
}
