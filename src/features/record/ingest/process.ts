/**
 * Messages as they really come: sent again, out of order, late, corrected, or before what they refer to. A message is
 * placed whole or held whole; whichever, it is kept and answered for.
 */
import type { Engine } from '../../../interactions/engine.ts';
import { engineFor } from '../../../interactions/engine-for.ts';
import { transaction } from '../../../interactions/transaction.ts';
import { within } from '../../../interactions/within.ts';
import { inWriteTransaction } from '../../../interactions/write-transaction.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx, Db } from '../../../kernel/ctx.ts';
import { FhirError, failure } from '../../../kernel/fhir-error.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import { lockTexts } from '../../../store/read.ts';
import { type Envelope, envelopeOf } from './envelope.ts';
import { heldMessages, type Kept, keepMessage, keptMessage, say } from './messages.ts';
import { entriesOf, place } from './place.ts';
import { doneResponse, heldResponse } from './respond.ts';
import { asSender, senderKey } from './sender.ts';

/** Held messages of a sender that are tried again when one of its messages was placed. */
const RETRIES = 20;

export interface Processed {
  /** JSON text of the response. */
  readonly answer: string;
  readonly status: 'done' | 'held';
  readonly problems: readonly Issue[];
  readonly targets: readonly string[];
}

/** Processes a message, and what was waiting for it. */
export async function processMessage(engine: Engine, ctx: Ctx, bundle: Resource): Promise<Processed> {
  const envelope = envelopeOf(bundle, (endpoint) => senderKey(ctx, endpoint));
  const processed = await processOne(engine, ctx, envelope);
  if (processed.status === 'done' && processed.targets.length > 0) {
    await replay(engine, ctx, { from: envelope.from, limit: RETRIES });
  }
  return processed;
}

/** Processes held messages again, in the order in which they were sent, each as its sender may. */
export async function replay(
  engine: Engine,
  ctx: Ctx,
  which: Parameters<typeof heldMessages>[1],
): Promise<{ kept: Kept; processed: Processed }[]> {
  const done: { kept: Kept; processed: Processed }[] = [];
  for (const kept of await heldMessages(engine.database, which)) {
    const sender = which.from === undefined ? await asSender(engine, ctx, kept.from) : ctx;
    const envelope = envelopeOf(JSON.parse(kept.content) as Resource, () => kept.from);
    const processed = await triedAgain(engineFor(engine, sender), sender, envelope);
    done.push({ kept, processed });
  }
  return done;
}

/** What the sender may not do is told of that message, and keeps no other from its turn. */
async function triedAgain(engine: Engine, ctx: Ctx, envelope: Envelope): Promise<Processed> {
  try {
    return await processOne(engine, ctx, envelope);
  } catch (error) {
    if (!(error instanceof FhirError) || error.status >= 500) throw error;
    return await inWriteTransaction(engine.database, (db) => held(ctx, db, envelope, error.issues));
  }
}

async function processOne(engine: Engine, ctx: Ctx, envelope: Envelope): Promise<Processed> {
  try {
    return await inWriteTransaction(engine.database, (db) => placed(engine, ctx, db, envelope));
  } catch (error) {
    if (!(error instanceof FhirError) || !HELD.has(error.category)) throw error;
    return await inWriteTransaction(engine.database, (db) => held(ctx, db, envelope, error.issues));
  }
}

/** What may be otherwise another time; what the sender may not do is refused at once. */
const HELD = new Set([
  'malformed',
  'unprocessable',
  'business-rule',
  'precondition',
  'not-found',
  'gone',
  'conflict',
]);

async function placed(engine: Engine, ctx: Ctx, db: Db, envelope: Envelope): Promise<Processed> {
  const before = await known(db, envelope);
  if (before?.status === 'done') return { answer: before.answer!, status: 'done', problems: [], targets: [] };
  const inside = within(engine, db);
  const places = await place(inside, ctx, db, envelope);
  const entries = entriesOf(places);
  await transaction(inside, ctx, entries, () => Promise.reject(new Error('A message reads nothing')));
  await say(
    db,
    places.flatMap((p) => p.said ?? []),
  );
  const answer = doneResponse(ctx, envelope, places);
  await keepMessage(db, { ...keptOf(envelope), status: 'done', answer, problems: null }, ctx.now);
  return { answer, status: 'done', problems: [], targets: entries.map((e) => e.path.join('/')) };
}

async function held(ctx: Ctx, db: Db, envelope: Envelope, issues: readonly Issue[]): Promise<Processed> {
  const before = await known(db, envelope);
  if (before?.status === 'done') return { answer: before.answer!, status: 'done', problems: [], targets: [] };
  const answer = heldResponse(ctx, envelope, issues);
  const problems = issues.map((i) => `${i.expression ?? ''} ${i.text.en}`.trim());
  await keepMessage(db, { ...keptOf(envelope), status: 'held', answer: null, problems }, ctx.now);
  return { answer, status: 'held', problems: issues, targets: [] };
}

/** What is known of the message already; whoever sends it at the same time waits. */
async function known(db: Db, { from, id, hash }: Envelope): Promise<Kept | undefined> {
  await lockTexts(db, [`message ${from} ${id}`]);
  const kept = await keptMessage(db, from, id);
  if (kept && kept.hash !== hash) throw failure('conflict', [reused(id)], {});
  return kept;
}

function keptOf({ from, id, sent, hash, content }: Envelope) {
  return { from, id, sent, hash, content };
}

function reused(id: string): Issue {
  return problem(
    'conflict',
    {
      en: `The sender has sent another message of the id '${id}'. A correction is a message of its own, with an id of its own.`,
      zh: `该发送方已用编号“${id}”发送过内容不同的消息。更正应作为新的消息,使用新的编号。`,
    },
    { expression: 'MessageHeader.id', rule: 'message-id-reused' },
  );
}
