/**
 * Who a message is from: who sent it, not whom it names as its source, for anybody can write that. What was sent is
 * told from other messages, kept back and tried again as the sender's alone; a record is what one institution's
 * messages say of it.
 */
import { writerOf } from '../../../access/write-rule.ts';
import type { Engine } from '../../../interactions/engine.ts';
import type { Ctx } from '../../../kernel/ctx.ts';

/** Of who works for the whole county. */
const COUNTY = '-';

/** Institution, sender and endpoint, with spaces between: none of the first two has one. */
export function senderKey({ access, actor }: Pick<Ctx, 'access' | 'actor'>, endpoint: string): string {
  const institution = writerOf(access.reach, 'Bundle').writer ?? COUNTY;
  return `${institution} ${actor.user ?? actor.client} ${endpoint}`;
}

/** What tells records of an institution from those of others: a prefix, which is empty for the county. */
export function institutionPrefix(key: string): string {
  const institution = institutionOf(key);
  return institution === undefined ? '' : `${institution} `;
}

export function endpointOf(key: string): string {
  return key.split(' ').slice(2).join(' ') || key;
}

/**
 * The context in which somebody else sees to a message: an institution's stays what the access policy lets its
 * systems write, and what is demanded of its sender, whoever lets it be tried again.
 */
export async function asSender(
  { asInstitution }: Pick<Engine, 'asInstitution'>,
  ctx: Ctx,
  key: string,
): Promise<Ctx> {
  const [, sentBy, ...others] = key.split(' ');
  const held = others.length > 0 && sentBy ? { ...ctx, sentBy } : ctx;
  const institution = institutionOf(key);
  return institution === undefined ? held : asInstitution(held, `Organization/${institution}`);
}

function institutionOf(key: string): string | undefined {
  const [institution, ...others] = key.split(' ');
  return others.length < 2 || institution === COUNTY ? undefined : institution;
}
