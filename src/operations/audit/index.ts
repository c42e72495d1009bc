/** Operations on the audit log. */
import type { Engine } from '../../interactions/engine.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import { accessLog } from './access-log.ts';
import { dropAudit } from './drop.ts';
import { verifyAudit } from './verify.ts';

export function auditOperations(engine: Engine): OperationBinding[] {
  return [accessLog(engine), verifyAudit(engine), dropAudit(engine)];
}
