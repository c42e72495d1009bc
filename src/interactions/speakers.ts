/**
 * In whose name something is said: who sends a Communication, who reports an access and whose. An institution speaks
 * for itself and for those who have a post there, and writes down what residents say. Residents: `features/record/contributed.ts`.
 */
import { isDeepStrictEqual } from 'node:util';
import { actingFor } from '../access/acting.ts';
import { addsToOwn, isOwnWord } from '../access/write-rule.ts';
import type { Amendment, Resource } from '../kernel/contribution.ts';
import type { Db } from '../kernel/ctx.ts';
import type { Reference } from '../kernel/elements.ts';
import { forbidden } from '../kernel/fhir-error.ts';
import { localReference } from '../kernel/ids.ts';
import { readCurrent } from '../store/read.ts';
import { factsAbout } from '../store/standing.ts';
import { readable } from './amend.ts';

interface Said {
  readonly sender?: Reference;
  readonly source?: { readonly observer?: Reference };
  readonly agent?: readonly { readonly who?: Reference }[];
}

/** What a message says, and to whom. */
const MESSAGE = ['sender', 'recipient', 'subject', 'about', 'basedOn', 'sent', 'payload'];

/** Refuses what is said in the name of others than the institutions that the caller acts for. */
export const speakers: Amendment = {
  concerns: ({ resourceType }) => resourceType === 'AuditEvent' || resourceType === 'Communication',
  async amend({ ctx, db, id, written, resource }) {
    const type = resource.resourceType;
    const { reach } = ctx.access;
    if (!reach || reach.writes.includes('all') || addsToOwn(reach, type)) return undefined;
    const own = actingFor(ctx);
    const said = readable(() => saidIn(resource, ctx.base));
    if (!said) return undefined;
    if (type === 'AuditEvent' && !own.includes(said.observer)) throw speaksForOthers(type);
    const before = id === undefined ? undefined : await readCurrent(db, type, id);
    const former = before?.content ? (JSON.parse(before.content) as Resource) : undefined;
    // Whoever carries a message on leaves it whose it is, and what it says.
    if (type === 'Communication' && former && !isOwnWord(reach, before?.marks ?? [])) {
      const changed = MESSAGE.filter((name) => !isDeepStrictEqual(former[name], resource[name]));
      if (changed.length > 0) throw altersMessage(changed);
    }
    for (const speaker of said.speakers) {
      if (written?.has(speaker) || (await isOf(db, own, speaker, ctx.base))) continue;
      if (!former || !saidIn(former, ctx.base).speakers.includes(speaker)) throw speaksForOthers(type);
    }
    return undefined;
  },
};

async function isOf(db: Db, own: readonly string[], reference: string, base: string): Promise<boolean> {
  const { type, id } = localReference(reference, base) ?? {};
  if (type === 'Organization') return own.includes(`Organization/${id}`);
  if (type !== 'Practitioner' && type !== 'PractitionerRole') return true;
  const { resources } = await factsAbout(db, { user: `${type}/${id}` });
  const at = resources.map(({ organization }) => localReference(organization?.reference ?? '', base));
  return at.some((place) => own.includes(`Organization/${place?.id}`));
}

/** Who speaks, and who observed it: `Organization/x`. */
function saidIn(resource: Resource, base: string) {
  const { sender, source, agent = [] } = resource as Said;
  const named = resource.resourceType === 'Communication' ? [sender] : agent.map(({ who }) => who);
  const speakers = named.flatMap((who) => (who?.reference === undefined ? [] : String(who.reference)));
  const observer = localReference(String(source?.observer?.reference), base);
  return { speakers, observer: `${observer?.type}/${observer?.id}` };
}

function altersMessage(changed: readonly string[]) {
  return forbidden({
    en: `This message is not the caller's own: ${changed.join(', ')} stay as they are. What was received (received, status, note) may be recorded.`,
    zh: `该消息并非由调用者所属机构发出:${changed.join('、')} 不可更改,仅可记录接收情况(received、status、note)。`,
  });
}

function speaksForOthers(type: string) {
  return type === 'Communication'
    ? forbidden({
        en: 'A Communication is sent in the name of an institution of the caller, or of somebody who has a post there: see sender.',
        zh: 'Communication 须以调用者所属机构或在该机构任职人员的名义发送,请检查 sender。',
      })
    : forbidden({
        en: 'An AuditEvent tells of what an institution of the caller observed (source.observer), done by it or by somebody who has a post there (agent.who).',
        zh: 'AuditEvent 须由调用者所属机构观察记录(source.observer),且行为人为该机构或其任职人员(agent.who)。',
      });
}
