/** `$drop-audit`: the one way for entries of the audit log to go, by whole months, and it is recorded itself. */
import { assertAdministrator } from '../../access/decide.ts';
import { auditEntries } from '../../audit/audit-entry.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { badParameter, ruleBroken } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { dropAuditBefore } from '../../store/audit-chain.ts';
import { firstOf, type Parameter } from '../parameters.ts';

/** Network logs are kept for six months at least: Cybersecurity Law of China (网络安全法), article 21. */
const KEPT_MONTHS = 6;

export function dropAudit(engine: Engine): OperationBinding {
  return {
    definition: `${CANONICAL}/OperationDefinition/drop-audit`,
    async run(ctx, { parameters }) {
      assertAdministrator(ctx);
      const before = String(
        firstOf((parameters.parameter ?? []) as readonly Parameter[], 'before')?.valueString,
      );
      const moment = startOf(before);
      if (moment > keptSince(ctx)) throw tooYoung();
      const dropped = await engine.database.tx(async (db) => {
        const gone = await dropAuditBefore(db, moment, ctx.now.getTime());
        const query = `$drop-audit?before=${before}`;
        await engine.writer.within(
          db,
          auditEntries(ctx, { interaction: 'log-dropped', subjects: [], query }),
        );
        return gone;
      });
      const parameter = dropped.map((d) => ({
        name: 'dropped',
        part: [
          { name: 'from', valueInstant: new Date(d.lo).toISOString() },
          { name: 'to', valueInstant: new Date(d.hi).toISOString() },
          { name: 'entries', valueDecimal: d.entries },
        ],
      }));
      return { text: JSON.stringify({ resourceType: 'Parameters', parameter }) };
    },
  };
}

/** The first millisecond of a month (UTC). */
function startOf(month: string): number {
  const moment = /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? Date.parse(`${month}-01T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw badParameter('before', {
    en: `before=${month} is no month. Write it as 2026-01; what is older than that month is dropped.`,
    zh: `before=${month} 不是月份。请写作 2026-01,表示清除该月之前的记录。`,
  });
}

function keptSince({ now }: Ctx): number {
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - KEPT_MONTHS);
}

function tooYoung() {
  return ruleBroken([
    problem(
      'business-rule',
      {
        en: `Entries of the last ${KEPT_MONTHS} months are kept by law. Name an earlier month.`,
        zh: `依照法律,最近 ${KEPT_MONTHS} 个月的日志必须留存。请指定更早的月份。`,
      },
      { expression: 'before', rule: 'audit-kept-by-law' },
    ),
  ]);
}
