/**
 * Resources that break what the county demands of a client, stored all the same where the county says so: tagged,
 * and beside each a Task that tells what is to be mended. A version without flaws closes the Task.
 */
import { asSystem } from '../access/as-system.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { newId } from '../kernel/ids.ts';
import type { Change, Stored } from '../store/change.ts';
import { lockMany } from '../store/read.ts';
import { findMatches } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { dbFor } from './engine-for.ts';
import { changeOf } from './prepare.ts';
import { isQuarantined, QUARANTINE_SYSTEM } from './quarantine-tag.ts';
import { bodyOf } from './version-text.ts';

const TASK = { system: QUARANTINE_SYSTEM, code: 'mend', display: 'Mend what is in quarantine' };
/** Tasks of one resource that are closed at once; each flawed version opens one. */
const MAX_OPEN = 100;

/** The Task of a flawed version; nothing for others. */
export function quarantineTask(engine: Engine, ctx: Ctx, { flaws }: Body, change: Change): Change[] {
  if (!flaws?.length) return [];
  const { patient } = change.rows;
  const subject = change.type === 'Patient' ? change.id : patient;
  const task = bodyOf({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { coding: [TASK] },
    description: flaws.map((f) => `${f.expression ?? change.type}: ${f.text.zh} ${f.text.en}`).join('\n'),
    focus: { reference: `${change.type}/${change.id}` },
    ...(subject ? { for: { reference: `Patient/${subject}` } } : {}),
    authoredOn: ctx.now.toISOString(),
    requester: { display: 'Xiantong' },
    owner: ctx.actor.organization
      ? { reference: ctx.actor.organization, display: ctx.actor.display }
      : { display: ctx.actor.display },
    input: flaws.map((f) => ({
      type: { coding: [{ system: QUARANTINE_SYSTEM, code: 'flaw' }], text: f.expression },
      valueString: `${f.text.zh} ${f.text.en}`,
    })),
  });
  return [changeOf(engine, ctx, task, newId(), 'POST')];
}

/** What goes along with a version: the Task of its flaws, and the closed Tasks of those it no longer has. */
export async function quarantineTasks(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  body: Body,
  change: Change,
  before: Stored | undefined,
): Promise<Change[]> {
  if (body.flaws?.length) return quarantineTask(engine, ctx, body, change);
  return isQuarantined(before) ? closedTasks(engine, ctx, db, before!) : [];
}

/** The open Tasks of a resource in quarantine, completed. */
async function closedTasks(engine: Engine, ctx: Ctx, db: Db, before: Stored): Promise<Change[]> {
  const system = asSystem(ctx, 'whoever mends a resource need not be allowed to look for its Tasks');
  const criteria = `focus=${before.type}/${before.id}&code=${TASK.system}|${TASK.code}&status=requested`;
  const matches = await findMatches(engine, system, db, 'Task', criteria, MAX_OPEN);
  const tasks = await lockMany(dbFor(db, system), matches);
  return tasks
    .filter((task) => task.content !== null)
    .map((task) => {
      const closed = { ...(JSON.parse(task.content!) as Body['resource']), status: 'completed' };
      return changeOf(
        engine,
        { ...system, actor: ctx.actor },
        bodyOf({ ...closed, lastModified: ctx.now.toISOString() }),
        task.id,
        'PUT',
        task,
      );
    });
}
