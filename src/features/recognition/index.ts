/** Mutual recognition of examination results (检查检验结果互认). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { recognitionServices } from './cds-service.ts';
import { recognitionOperations } from './operations.ts';
import { NATIONAL_REASONS } from './reasons.ts';
import { REASON_SYSTEM, recognitionRules } from './rules.ts';

/** All reasons there are: those of a ruleset are among them. */
const REASONS = `${CANONICAL}/ValueSet/recheck-reason`;

export function recognition(definitions: Definitions): Contribution<Engine> {
  const known = definitions.valueSet(REASONS)?.get(REASON_SYSTEM);
  const listed = definitions.valueSet(NATIONAL_REASONS)?.get(REASON_SYSTEM);
  if (!known || !listed) throw new Error(`Value set ${REASONS} has no codes of ${REASON_SYSTEM}`);
  return {
    name: 'recognition',
    operations: recognitionOperations,
    cdsServices: recognitionServices,
    rules: recognitionRules(listed),
  };
}
