/**
 * A recognition mark rests on quality evidence that holds: of the laboratory, for the item, passed, and valid when it
 * was examined. A mark whose evidence does not hold is taken out of what is stored, or the write refused.
 */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Amendment, Resource } from '../../kernel/contribution.ts';
import type { Coding, Concept } from '../../kernel/elements.ts';
import { ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Issue, problem, type Text } from '../../kernel/issue.ts';
import { parseExactly } from '../../kernel/json-text.ts';
import { readMany } from '../../store/read.ts';
import { keyOf } from './concept.ts';
import type { Evidence } from './model.ts';
import {
  candidateOf,
  evidenceOf,
  imagesOf,
  type ObservationFields,
  type ReportFields,
  type StudyFields,
} from './reading.ts';

/** `keep`: marks are taken as they are, where history is taken over. */
export type MarkPolicy = 'strip' | 'refuse' | 'keep';

const MARK_URL = `${CANONICAL}/StructureDefinition/recognition-mark`;
const TYPES = new Set(['Observation', 'DiagnosticReport', 'ImagingStudy']);

interface MarkExtension {
  readonly url?: string;
  readonly extension?: readonly {
    readonly url?: string;
    readonly valueReference?: { readonly reference?: string };
  }[];
}

/** The evidence of a mark, by its reference; undefined when there is none, or it is no evidence. */
export type EvidenceOf = (reference: string) => Promise<Evidence | undefined>;

export function isMarked(resource: Readonly<Record<string, unknown>> | undefined): boolean {
  return TYPES.has(String(resource?.resourceType)) && extensionsOf(resource!).some((e) => e.url === MARK_URL);
}

/** Before a resource is stored. `county`: the server itself, which takes over what there was. */
export function markAmendment(policy: MarkPolicy, sameItem: SameItem): Amendment {
  return {
    concerns: isMarked,
    async amend({ ctx, db, text, resource, written }) {
      if (policy === 'keep' || ctx.actor.client === 'system') return undefined;
      const evidence: EvidenceOf = async (reference) => {
        const local = localReference(reference, ctx.base);
        const [found] = local?.type === 'Basic' ? await readMany(db, [local]) : [];
        return found?.content ? evidenceOf(JSON.parse(found.content)) : undefined;
      };
      // What comes with the same transaction, or is named by a condition in it, is looked at once it is there.
      const faults = await markFaults(resource, evidence, sameItem, (reference) => {
        if (written && reference.includes('?')) return true;
        const local = localReference(reference, ctx.base);
        return local !== undefined && written?.has(`${local.type}/${local.id}`) === true;
      });
      if (faults.length === 0) return undefined;
      if (policy === 'refuse') throw ruleBroken(faults.map(({ issue }) => issue));
      const at = new Set(faults.map(({ index }) => index));
      const exact = parseExactly(text) as { extension?: unknown[] };
      const extension = exact.extension!.filter((_, i) => !at.has(i));
      const { extension: _, ...rest } = exact;
      const stripped = extension.length > 0 ? { ...exact, extension } : rest;
      return { text: JSON.stringify(stripped), issues: faults.map(({ issue }) => strippedOf(issue)) };
    },
  };
}

/** Whether two codes are of one item of the catalogue; undefined when that is not known. */
export type SameItem = (a: Concept, b: Concept) => boolean | undefined;

export interface MarkFault {
  /** Of the extension. */
  readonly index: number;
  readonly issue: Issue;
}

/** The marks whose evidence does not hold. What is not known speaks against no mark, a missing evidence does. */
export async function markFaults(
  resource: Readonly<Record<string, unknown>>,
  evidenceAt: EvidenceOf,
  sameItem: SameItem,
  skip: (reference: string) => boolean = () => false,
): Promise<MarkFault[]> {
  const faults: MarkFault[] = [];
  for (const [index, extension] of extensionsOf(resource).entries()) {
    const reference = extension.extension?.find((e) => e.url === 'evidence')?.valueReference?.reference;
    // A mark without any evidence is refused by the rule of marks.
    if (extension.url !== MARK_URL || reference === undefined || skip(reference)) continue;
    const why = faultOf(resource, await evidenceAt(reference), sameItem);
    if (!why) continue;
    const issue = problem(
      'business-rule',
      {
        en: `The quality evidence ${reference} ${why.en}: the recognition mark does not hold.`,
        zh: `质控依据 ${reference} ${why.zh},互认标识无效。`,
      },
      {
        expression: `${resource.resourceType}.extension[${index}]`,
        rule: 'recognition-mark-evidence-invalid',
      },
    );
    faults.push({ index, issue });
  }
  return faults;
}

function faultOf(
  resource: Readonly<Record<string, unknown>>,
  evidence: Evidence | undefined,
  sameItem: SameItem,
): Text | undefined {
  if (!evidence) return { en: 'is not known here', zh: '不存在' };
  if (evidence.result !== 'pass') return { en: 'is of a control that was not passed', zh: '评价结果不合格' };
  const { performer, effective } = factsOf(resource);
  if (performer !== undefined && evidence.laboratory !== undefined && performer !== evidence.laboratory)
    return { en: 'is of another laboratory', zh: '属于其他实验室' };
  if (effective !== undefined && (effective < evidence.from || effective >= evidence.until))
    return { en: 'was not valid when it was examined', zh: '在检查时不在有效期内' };
  if (resource.resourceType !== 'Observation') return undefined;
  const code = resource.code as Concept;
  const covered = evidence.items.map((item) => sameCode(item, code) || sameItem(item, code));
  if (covered.some((c) => c !== false)) return undefined;
  return { en: 'is for other items', zh: '不包括该项目' };
}

function factsOf(resource: Readonly<Record<string, unknown>>) {
  const none = new Map();
  switch (resource.resourceType) {
    case 'Observation':
      return candidateOf(resource as unknown as ObservationFields, undefined, none);
    case 'ImagingStudy':
      return imagesOf(resource as unknown as StudyFields, undefined, none);
    default:
      return candidateOf(
        {
          ...(resource as unknown as ReportFields),
          resourceType: 'Observation',
          code: {},
        } as ObservationFields,
        undefined,
        none,
      );
  }
}

function sameCode(a: Concept, b: Concept): boolean {
  const keys = new Set((a.coding ?? []).map((c: Coding) => keyOf(c)));
  return (b.coding ?? []).some((c) => keys.has(keyOf(c)));
}

function extensionsOf(resource: Readonly<Record<string, unknown>> | Resource): readonly MarkExtension[] {
  return Array.isArray(resource.extension) ? (resource.extension as MarkExtension[]) : [];
}

function strippedOf(issue: Issue): Issue {
  return {
    ...issue,
    severity: 'warning',
    text: { en: `${issue.text.en} The mark was taken out.`, zh: `${issue.text.zh}标识已去除。` },
  };
}
