/** `$verify-audit`: whether the audit log is what was written, and where it is not. */
import { assertAdministrator } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Text } from '../../kernel/issue.ts';
import { type CheckedSeal, checkSeals, readChainEnd, readDropped } from '../../store/audit-chain.ts';
import { firstOf, type Parameter } from '../parameters.ts';

/** Seals looked at in one statement. */
const AT_ONCE = 50;
/** How long one call looks; the next goes on from there. */
const BUDGET_MS = 10_000;
/** Breaks told at most: a chain that is broken this often is told enough about. */
const MAX_BREAKS = 100;

interface Break {
  readonly seal?: number;
  /** First millisecond of the month. */
  readonly month?: number;
  readonly text: Text;
}

export function verifyAudit(engine: Engine): OperationBinding {
  return {
    definition: `${CANONICAL}/OperationDefinition/verify-audit`,
    async run(ctx, { parameters }) {
      assertAdministrator(ctx);
      const given = (parameters.parameter ?? []) as readonly Parameter[];
      const known = firstOf(given, 'known')?.valueString as string | undefined;
      const after = Number(firstOf(given, 'after')?.valueString ?? 0);
      return { text: JSON.stringify(await verify(engine, ctx, after, known)) };
    },
  };
}

async function verify(engine: Engine, ctx: Ctx, after: number, known: string | undefined) {
  const db = engine.database;
  const { end, unsealed, knows } = await readChainEnd(db, known);
  const dropped = await readDropped(db);
  const breaks: Break[] = knows ? [] : [{ text: UNKNOWN }];
  for (const d of dropped) if (!d.recorded) breaks.push({ month: d.lo, text: NOT_TOLD });
  let [at, seals, entries] = [after, 0, 0];
  const until = Date.now() + BUDGET_MS;
  while (end && at < end.number && Date.now() < until && breaks.length < MAX_BREAKS) {
    const checked = await checkSeals(db, at, AT_ONCE);
    if (checked.length === 0) {
      // The last seals were there when the look began.
      breaks.push({ seal: at + 1, text: UNCHAINED });
      break;
    }
    for (const seal of checked) breaks.push(...breaksOf(seal));
    seals += checked.length;
    entries += checked.reduce((sum, { entries: of }) => sum + of, 0);
    at = checked.at(-1)!.number;
  }
  const more = end !== undefined && at < end.number && breaks.length < MAX_BREAKS;
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'intact', valueBoolean: breaks.length === 0 },
      { name: 'complete', valueBoolean: !more },
      { name: 'seals', valueDecimal: seals },
      { name: 'entries', valueDecimal: entries },
      { name: 'unsealed', valueDecimal: unsealed },
      ...(end
        ? [
            { name: 'lastSeal', valueDecimal: end.number },
            { name: 'lastHash', valueString: end.hash },
            { name: 'lastSealed', valueInstant: new Date(end.sealed).toISOString() },
          ]
        : []),
      ...(more ? [{ name: 'next', valueString: String(at) }] : []),
      ...breaks.slice(0, MAX_BREAKS).map((b) => breakParameter(ctx, b)),
      ...dropped.map((d) => ({
        name: 'dropped',
        part: [
          { name: 'from', valueInstant: new Date(d.lo).toISOString() },
          { name: 'to', valueInstant: new Date(d.hi).toISOString() },
          { name: 'entries', valueDecimal: d.entries },
          { name: 'when', valueInstant: new Date(d.at).toISOString() },
        ],
      })),
    ],
  };
}

function breaksOf({ number, month, chained, intact, more }: CheckedSeal): Break[] {
  const at = { seal: number, month };
  return [
    ...(chained ? [] : [{ ...at, text: UNCHAINED }]),
    ...(intact === false ? [{ ...at, text: CHANGED }] : []),
    ...(more > 0 ? [{ ...at, text: ADDED }] : []),
  ];
}

function breakParameter({ lang }: Ctx, { seal, month, text }: Break) {
  return {
    name: 'break',
    part: [
      ...(seal === undefined ? [] : [{ name: 'seal', valueDecimal: seal }]),
      ...(month === undefined
        ? []
        : [{ name: 'month', valueString: new Date(month).toISOString().slice(0, 7) }]),
      { name: 'reason', valueString: text[lang] },
    ],
  };
}

const UNCHAINED: Text = {
  en: 'The seal does not follow from the one before: a seal was removed or changed.',
  zh: '该封条与前一封条不衔接:有封条被删除或修改。',
};
const CHANGED: Text = {
  en: 'The entries are not those that were sealed: one was removed, changed or added.',
  zh: '记录与封存时不一致:有记录被删除、修改或添加。',
};
const ADDED: Text = {
  en: 'There are entries that were not there when their span was sealed.',
  zh: '存在封存之后才出现的记录。',
};
const UNKNOWN: Text = {
  en: 'The hash that was kept is of no seal: the end of the chain was taken off, or the chain was made anew.',
  zh: '所保存的哈希值不属于任何封条:链的末端被截去,或整条链被重建。',
};
const NOT_TOLD: Text = {
  en: 'Entries of this month were dropped, and the log does not tell by whom.',
  zh: '该月份的记录已被清除,但日志中没有相应的清除记录。',
};
