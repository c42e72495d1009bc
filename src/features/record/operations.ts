/** The operations of the record: input -> use case -> output. */
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import { completenessOfOrganization, completenessOfPatient } from './completeness.ts';
import { document } from './document.ts';
import { identify } from './identify.ts';
import { ingestOperations } from './ingest/operations.ts';
import { LAST_N_SEARCH, lastN } from './last-n.ts';
import { decideIdentity, type Step } from './linking/decide.ts';
import { matchOperation } from './match.ts';
import { stats } from './stats.ts';
import { summaryOperation } from './summary/operation.ts';
import { timeline } from './timeline.ts';

const STEPS: readonly Step[] = ['link', 'unlink', 'merge', 'unmerge', 'keep-apart'];

const own = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;
const official = (id: string) => `http://hl7.org/fhir/OperationDefinition/${id}`;

export function recordOperations(engine: Engine): OperationBinding[] {
  return [
    ...ingestOperations(engine),
    ...STEPS.map(
      (step): OperationBinding => ({
        definition: own(`patient-${step}`),
        run: (ctx, input) => decideIdentity(engine, ctx, input, step),
      }),
    ),
    {
      definition: own('patient-identify'),
      run: (ctx, input) => identify(engine, ctx, input),
    },
    {
      definition: own('patient-summary'),
      pages: true,
      run: (ctx, input) => summaryOperation(engine, ctx, input),
    },
    { definition: own('patient-timeline'), run: (ctx, input) => timeline(engine, ctx, input) },
    {
      definition: own('patient-completeness'),
      run: (ctx, input) => completenessOfPatient(engine, ctx, input),
    },
    {
      definition: own('organization-completeness'),
      run: (ctx, input) => completenessOfOrganization(engine, ctx, input),
    },
    {
      definition: official('Observation-lastn'),
      more: LAST_N_SEARCH,
      run: (ctx, input) => lastN(engine, ctx, input),
    },
    { definition: official('Observation-stats'), run: (ctx, input) => stats(engine, ctx, input) },
    {
      definition: official('Composition-document'),
      run: (ctx, input) => document(engine, ctx, input),
    },
    {
      definition: official('Patient-match'),
      judges: true,
      run: (ctx, input) => matchOperation(engine, ctx, input),
    },
  ];
}
