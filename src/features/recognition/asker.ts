/** Who asks: the institution that a decision belongs to. Nobody else makes it, changes it or takes it back. */
import { actingFor, actsForOneOf } from '../../access/acting.ts';
import type { Amendment } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Reference } from '../../kernel/elements.ts';
import { failure } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { parseExactly } from '../../kernel/json-text.ts';
import { community } from './community.ts';
import { type DecisionTask, plainReference } from './decision-records.ts';
import type { Looks } from './look.ts';
import { isDecision } from './rules.ts';

/** A decision that names nobody who asks is of the institution that writes it. */
export const askerAmendment: Amendment = {
  concerns: (resource) => isDecision(resource) && resource.requester === undefined,
  async amend({ ctx, text }) {
    const [reference] = actingFor(ctx);
    if (reference === undefined) return undefined;
    const exact = parseExactly(text) as object;
    return { text: JSON.stringify({ ...exact, requester: { reference } }), issues: [] };
  },
};

/**
 * The institution that asks with this decider. Who acts for several asks for that of the decider; who acts for none,
 * a client of the whole county, too.
 */
export async function askerOf(looks: Looks, ctx: Ctx, decider: string): Promise<string | undefined> {
  const own = actingFor(ctx);
  if (own.length === 1) return own[0];
  const theirs = await institutionsOf(looks, decider);
  return own.length === 0 ? theirs[0] : (theirs.find((one) => own.includes(one)) ?? own[0]);
}

/** Throws `forbidden` unless the caller acts for the institution of each of these versions. */
export async function assertAsker(
  looks: Looks,
  ctx: Ctx,
  ...versions: readonly (DecisionTask | undefined)[]
): Promise<void> {
  for (const task of versions) {
    if (!task) continue;
    const [asker, owner] = [task.requester, task.owner].map((r) => r?.reference);
    const institutions = await institutionsOf(looks, asker ?? owner);
    if (institutions.length === 0 || actsForOneOf(ctx, institutions)) continue;
    throw failure('forbidden', [
      problem(
        'forbidden',
        {
          en: `This decision is of ${institutions.join(', ')}, and made, changed or revoked by that institution alone. Decide for your own: ServiceRequest/$decide-recognition.`,
          zh: `该互认决定属于 ${institutions.join('、')},只能由该机构作出、更改或撤销。请为本机构另作决定:ServiceRequest/$decide-recognition。`,
        },
        { expression: 'Task.requester', rule: 'recognition-not-yours' },
      ),
    ]);
  }
}

/** Whoever decides works at the institution that asks, or at a part of it. */
export async function deciderIssues(looks: Looks, task: DecisionTask): Promise<Issue[]> {
  const asker = plainReference(task.requester?.reference, looks.base);
  const theirs = await institutionsOf(looks, task.owner?.reference);
  if (asker === undefined || theirs.length === 0) return [];
  const known = await community(looks, theirs);
  const above = (from: string): string | undefined => known.organization(from)?.partOf?.reference;
  const lies = (from: string | undefined, levels = 8): boolean =>
    from === asker || (from !== undefined && levels > 0 && lies(above(from), levels - 1));
  if (theirs.some((one) => lies(one))) return [];
  return [
    problem(
      'business-rule',
      {
        en: `${task.owner?.reference} works at ${theirs.join(', ')}, not at ${asker}, which asks: a decision is made by a doctor of the institution that asks.`,
        zh: `${task.owner?.reference} 属于 ${theirs.join('、')},不属于申请机构 ${asker}:互认决定应由申请机构的医师作出。`,
      },
      { expression: 'Task.owner', rule: 'recognition-decider-elsewhere' },
    ),
  ];
}

/** `Organization/x` that somebody is or works at; none when nobody here knows. */
async function institutionsOf({ law, base }: Looks, reference: string | undefined): Promise<string[]> {
  const local = localReference(reference ?? '', base);
  const roles =
    local?.type === 'Practitioner'
      ? await law.search('PractitionerRole', [['practitioner', `Practitioner/${local.id}`]])
      : local?.type === 'PractitionerRole'
        ? [await law.read(`PractitionerRole/${local.id}`)]
        : [];
  if (local?.type === 'Organization') return [`Organization/${local.id}`];
  const found = roles.flatMap((role) => {
    const organization = (role?.organization as Reference | undefined)?.reference;
    return plainReference(organization, base) ?? [];
  });
  return [...new Set(found)];
}
