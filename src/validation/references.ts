/** Literal references (https://hl7.org/fhir/R4/references.html#literal). */
import type { Definitions } from '../definitions/definitions.ts';
import type { Json } from './fhirpath/items.ts';
import { quote } from './primitives.ts';
import { targetNotAllowed } from './profile-issues.ts';
import { resolved } from './resolution.ts';
import type { Run } from './run.ts';

/** `Patient/1`, `http://host/fhir/Patient/1/_history/2`, `Patient?identifier=…`. */
const LITERAL = /(?:^|\/)([A-Z][A-Za-z]+)(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$|\?)/;
/** `Patient?identifier=…` below this server's base. */
const BY_CONDITION = /^[A-Z][A-Za-z]+\?/;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;

/** The resource type a literal reference names; undefined when it does not say. */
export function referencedType(definitions: Definitions, reference: string, run: Run): string | undefined {
  const target = resolved(reference, run);
  if (typeof target?.resourceType === 'string') return target.resourceType;
  const fragment = reference.indexOf('#');
  const type = LITERAL.exec(fragment < 0 ? reference : reference.slice(0, fragment))?.[1];
  return type && definitions.resourceTypes.has(type) ? type : undefined;
}

/** Checks a Reference: its literal is well formed and exists where it must, and names one of the targets. */
export function checkReference(
  definitions: Definitions,
  targets: readonly string[],
  reference: Json,
  run: Run,
): void {
  const literal = reference.reference;
  const stated = typeof reference.type === 'string' ? reference.type.split('/').at(-1) : undefined;
  if (typeof literal !== 'string') {
    if (stated) checkTarget(targets, stated, run, 'type');
    return;
  }
  const type = referencedType(definitions, literal, run);
  if (type) {
    if (stated && stated !== type) {
      run.add({
        code: 'value',
        rule: 'reference-type',
        at: 'type',
        text: {
          en: `The reference is to ${type}, but its type says '${stated}'. Correct one of them.`,
          zh: `引用指向 ${type},而 type 写为“${stated}”。请改正其一。`,
        },
      });
    }
    checkTarget(targets, type, run, 'reference');
    if (BY_CONDITION.test(literal) && !run.bundle && run.root.resourceType !== 'Bundle')
      addConditional(literal, run);
    if (run.manner.missingReference) askWhetherThere(literal, run);
  } else if (!literal.startsWith('#') && !ABSOLUTE.test(literal)) {
    run.add({
      code: 'value',
      rule: 'reference-format',
      at: 'reference',
      text: {
        en: `${quote(literal)} is not a reference; use 'Type/id', an absolute URL, 'urn:uuid:…' or '#id' of a contained resource.`,
        zh: `${quote(literal)} 不是有效的引用;应为“Type/id”、绝对地址、“urn:uuid:…”或所含资源的“#id”。`,
      },
    });
  }
}

/** Transactions are validated when their conditions are decided: one that is left would be stored, leading nowhere. */
function addConditional(literal: string, run: Run): void {
  run.add({
    code: 'value',
    rule: 'reference-format',
    at: 'reference',
    text: {
      en: `${quote(literal)} is a reference by condition, which a transaction alone resolves. Send the resource in a transaction, or refer to 'Type/id'.`,
      zh: `${quote(literal)} 是条件引用,仅在事务(transaction)中解析。请以事务提交该资源,或改用“类型/id”引用。`,
    },
  });
}

/** Whether the resource is there, when it should be on this server. */
function askWhetherThere(reference: string, run: Run): void {
  const { outside, missingReference } = run.manner;
  if (!outside.missing || reference.includes('?') || resolved(reference, run)) return;
  run.ask({
    about: 'reference',
    reference,
    judge: (missing, later) => {
      if (!missing) return;
      later.add({
        code: 'not-found',
        severity: missingReference === 'refuse' ? 'error' : 'warning',
        rule: 'reference-missing',
        at: 'reference',
        text: {
          en: `There is no ${reference} here. Send that resource first, or together with this one in a transaction.`,
          zh: `此处没有 ${reference}。请先提交该资源,或与本资源在同一事务中提交。`,
        },
      });
    },
  });
}

function checkTarget(targets: readonly string[], type: string, run: Run, at: 'reference' | 'type'): void {
  if (targets.length > 0 && !targets.includes(type)) targetNotAllowed(run, type, targets, at);
}
