/** AuditEvents that the server wrote are never changed: not by anybody. */
import type { WriteRule } from '../kernel/contribution.ts';
import { type Issue, problem } from '../kernel/issue.ts';

/** How the ids of the server's own AuditEvents start; clients may store others under other ids. */
export const AUDIT_ID_PREFIX = 'audit-';

export const auditRule: WriteRule = ({ type, id }) =>
  type === 'AuditEvent' && id.startsWith(AUDIT_ID_PREFIX) ? [auditRecordFinal()] : [];

export function auditRecordFinal(): Issue {
  return problem(
    'business-rule',
    {
      en: `AuditEvents whose id starts with '${AUDIT_ID_PREFIX}' are the server's own record: nobody writes, changes or deletes them.`,
      zh: `id 以“${AUDIT_ID_PREFIX}”开头的 AuditEvent 是服务器自身的审计记录,任何人不得写入、修改或删除。`,
    },
    { expression: 'AuditEvent.id', rule: 'audit-record-final' },
  );
}
