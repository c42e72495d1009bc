/** Mutual recognition of examination results (检查检验结果互认). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { askerAmendment } from './asker.ts';
import { catalogueOf, ITEM_SYSTEM } from './catalogue.ts';
import { recognitionServices } from './cds-service.ts';
import { type MarkPolicy, markAmendment, type SameItem } from './marks.ts';
import { recognitionOperations } from './operations.ts';
import { REASON_SYSTEM, recognitionRules } from './rules.ts';
import { recognitionWorkflow } from './workflow.ts';

/** All reasons there are: those of a ruleset are among them. */
const REASONS = `${CANONICAL}/ValueSet/recheck-reason`;

/** `base`: FHIR base of this server. `marks`: what becomes of marks whose evidence does not hold. */
export function recognition(definitions: Definitions, base: string, marks: MarkPolicy): Contribution<Engine> {
  const known = definitions.valueSet(REASONS)?.get(REASON_SYSTEM);
  if (!known) throw new Error(`Value set ${REASONS} has no codes of ${REASON_SYSTEM}`);
  // The items of the package: what a client adds to the catalogue names its codes itself.
  const catalogue = catalogueOf(definitions.codeSystem(ITEM_SYSTEM) ?? {});
  const sameItem: SameItem = (a, b) => {
    const [one, other] = [catalogue.find(a), catalogue.find(b)];
    return one && other && one.code === other.code;
  };
  return {
    name: 'recognition',
    operations: recognitionOperations,
    cdsServices: recognitionServices,
    rules: recognitionRules(known),
    amendments: [markAmendment(marks, sameItem), askerAmendment],
    workflows: () => [recognitionWorkflow({ base, marks, sameItem, definitions })],
  };
}
