/**
 * Questions that arrive while others are on their way share the next statement: most of what a small question
 * costs, here and in the database, is the statement and not the row.
 */
import type { Db } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';

/** Questions per statement. */
const MAX_GROUP = 128;

/** Asks with whoever asks at the same time. `ask` answers each of its questions, in their order. */
export function createBatched<Q, A>(
  ask: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  interface Waiting {
    readonly question: Q;
    readonly resolve: (answer: A) => void;
    readonly reject: (error: unknown) => void;
  }
  let queue: Waiting[] = [];
  // While one statement is answered the next gathers; two at a time would only gather less.
  let asking = false;

  async function pump(): Promise<void> {
    while (queue.length > 0) {
      const group = queue.length <= MAX_GROUP ? queue : queue.slice(0, MAX_GROUP);
      queue = queue.length <= MAX_GROUP ? [] : queue.slice(MAX_GROUP);
      await answer(group);
    }
    asking = false;
  }

  async function answer(group: readonly Waiting[]): Promise<void> {
    try {
      const answers = await ask(group.map((w) => w.question));
      group.forEach((w, i) => {
        w.resolve(answers[i]!);
      });
    } catch (error) {
      // Together they may be too much for one answer, though none is alone.
      const tooMuch = error instanceof FhirError && error.category === 'too-costly';
      if (tooMuch && group.length > 1) for (const w of group) await answer([w]);
      else for (const w of group) w.reject(error);
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      queue.push({ question, resolve, reject });
      if (asking) return;
      asking = true;
      // Let the requests of this turn of the event loop join.
      setImmediate(() => void pump());
    });
}

/** `createBatched` for each database; a transaction, whose statements nobody shares, is asked at once. */
export function createBatchedOn<Q, A>(
  ask: (db: Db, questions: readonly Q[]) => Promise<readonly A[]>,
): (db: Db, question: Q) => Promise<A> {
  const asking = new WeakMap<Db, (question: Q) => Promise<A>>();
  return async (db, question) => {
    if (db.onCommit) return (await ask(db, [question]))[0]!;
    let batched = asking.get(db);
    if (!batched) {
      batched = createBatched((questions) => ask(db, questions));
      asking.set(db, batched);
    }
    return batched(question);
  };
}
