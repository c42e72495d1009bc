/**
 * What was published stays as it was read: a change of it shows in its status. Pure.
 * https://hl7.org/fhir/R4/valueset-diagnostic-report-status.html, https://hl7.org/fhir/R4/valueset-observation-status.html
 */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { isPublished, profile } from './reading.ts';

/** Of the version, not of what it says. The status is judged by itself. */
const FREE = new Set(['id', 'meta', 'implicitRules', 'language', 'text', 'status']);
/** What may be added later, and then stays: another number, the order and the visit it belongs to. */
const ADDED = new Set(['identifier', 'basedOn', 'encounter']);
/** A mark is about the laboratory, not about what it found. */
const FREE_EXTENSIONS = new Set([profile('recognition-mark'), profile('amendment-reason')]);
const WITHDRAWN = new Set(['entered-in-error', 'cancelled']);

/** What became of something published: nothing, or something that whoever read it must know. */
export type Afterwards = 'amended' | 'withdrawn' | undefined;

export function afterwards({ before, after }: WriteFacts): Afterwards {
  if (!before || !isPublished(before.status)) return undefined;
  if (!after || WITHDRAWN.has(String(after.status))) return 'withdrawn';
  return before.status !== after.status || differs(before, after) ? 'amended' : undefined;
}

/** Refuses what would be changed unseen, and what would be unpublished. */
export function publishedIssues(facts: WriteFacts): Issue[] {
  const { type, before, after } = facts;
  if (afterwards(facts) !== 'amended' || ['amended', 'corrected', 'appended'].includes(String(after!.status)))
    return [];
  const [was, is] = [String(before!.status), String(after!.status)];
  return [
    problem(
      'business-rule',
      {
        en: `What was published is not changed unseen: from ${was} it goes to amended, corrected, appended or entered-in-error, not to ${is}.`,
        zh: `已发布的内容不得静默修改:状态 ${was} 之后只能为 amended、corrected、appended 或 entered-in-error,不能为 ${is}。`,
      },
      { expression: `${type}.status`, rule: 'report-published' },
    ),
  ];
}

function differs(before: Resource, after: Resource): boolean {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.some((name) => {
    const [was, is] = [part(before, name), part(after, name)];
    return !(FREE.has(name) || isDeepStrictEqual(was, is) || (ADDED.has(name) && isKept(was, is)));
  });
}

function isKept(was: unknown, is: unknown): boolean {
  if (!Array.isArray(was) || !Array.isArray(is)) return was === undefined;
  return was.every((one) => is.some((other) => isDeepStrictEqual(one, other)));
}

function part(resource: Resource, name: string): unknown {
  if (name !== 'extension') return resource[name];
  const kept = ((resource.extension ?? []) as { url?: string }[]).filter(
    ({ url }) => !FREE_EXTENSIONS.has(url ?? ''),
  );
  return kept.length > 0 ? kept : undefined;
}
