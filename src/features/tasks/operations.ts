/** The operations of public-health services: input -> use case -> output. */
import { assertAdministrator } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { latestRuns, type ProgrammeRun } from '../../store/programme-runs.ts';
import { apply } from './service/apply.ts';
import { extract } from './service/extract.ts';
import { populate } from './service/populate.ts';
import { recalculate } from './service/recalculate.ts';
import { runNow, startRun } from './service/run.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;

export function taskOperations(engine: Engine): OperationBinding[] {
  return [
    {
      definition: 'http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply',
      writes: true,
      run: (ctx, input) => apply(engine, ctx, input.id, parametersOf(input)),
    },
    {
      definition: url('populate-form'),
      run: (ctx, input) => populate(engine, ctx, input.id!, parametersOf(input)),
    },
    {
      definition: url('recalculate-population'),
      run: async (ctx, input) => {
        await read(engine, ctx, 'Group', input.id!);
        return { text: JSON.stringify(await recalculate(engine, ctx, input.id!)) };
      },
    },
    { definition: url('extract-form'), run: (ctx, input) => extract(engine, ctx, input.id!) },
    {
      definition: url('schedule-programmes'),
      run: async (ctx, input) => {
        assertAdministrator(ctx);
        const wait = parameterValue(firstOf(parametersOf(input), 'wait')) === true;
        if (wait) await runNow(engine, ctx);
        else await startRun(engine, ctx, true);
        return { text: runsText(await latestRuns(engine.database, 1)) };
      },
    },
    {
      definition: url('programme-runs'),
      run: async (ctx) => {
        assertAdministrator(ctx);
        return { text: runsText(await latestRuns(engine.database, 10)) };
      },
    },
  ];
}

function runsText(runs: readonly ProgrammeRun[]): string {
  const parameter = runs.map((run) => ({
    name: 'run',
    part: [
      { name: 'day', valueDate: run.day },
      { name: 'status', valueCode: run.ended ? 'completed' : 'running' },
      { name: 'done', valueInteger: run.done },
      { name: 'total', valueInteger: run.total },
      { name: 'created', valueInteger: run.created },
      { name: 'unassigned', valueInteger: run.unassigned },
      { name: 'refused', valueInteger: run.refused },
      { name: 'started', valueInstant: run.started.toISOString() },
      ...(run.ended ? [{ name: 'ended', valueInstant: run.ended.toISOString() }] : []),
    ],
  }));
  return JSON.stringify({ resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) });
}

function parametersOf(input: OperationInput): readonly Parameter[] {
  return (input.parameters.parameter ?? []) as readonly Parameter[];
}
