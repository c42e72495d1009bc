/** Mutual recognition of examination results (检查检验结果互认). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { recognitionOperations } from './operations.ts';
import { REASON_SYSTEM, recognitionRules } from './rules.ts';

/** The reasons that the county admits are data: the value set of the national situations. */
const LISTED = `${CANONICAL}/ValueSet/recheck-reason-national`;

export function recognition(definitions: Definitions): Contribution<Engine> {
  const listed = definitions.valueSet(LISTED)?.get(REASON_SYSTEM);
  if (!listed) throw new Error(`Value set ${LISTED} has no codes of ${REASON_SYSTEM}`);
  return {
    name: 'recognition',
    operations: (engine) => recognitionOperations(engine, listed),
    rules: recognitionRules(listed),
  };
}
