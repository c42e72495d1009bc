/** `$process-message` (https://hl7.org/fhir/R4/messageheader-operation-process-message.html) and `$replay-messages`. */
import { assertAdministrator } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type {
  OperationAnswer,
  OperationBinding,
  OperationInput,
  Resource,
} from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { badParameter, FhirError } from '../../../kernel/fhir-error.ts';
import { firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { processMessage, replay } from './process.ts';
import { endpointOf } from './sender.ts';
import { acknowledgement } from './v2/ack.ts';
import { type FromV2, HL7_V2, v2Body, v2MessagesOf } from './v2/body.ts';

const MOST_REPLAYED = 1000;

export function ingestOperations(engine: Engine): OperationBinding[] {
  return [
    {
      definition: 'http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message',
      judges: true,
      writes: true,
      readBody: v2Body,
      run: (ctx, input) => processOperation(engine, ctx, input),
    },
    {
      definition: `${CANONICAL}/OperationDefinition/replay-messages`,
      run: (ctx, input) => replayOperation(engine, ctx, input),
    },
  ];
}

async function processOperation(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  const fromV2 = v2MessagesOf(parameters);
  if (fromV2) return processV2(engine, ctx, fromV2);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  if (String(parameterValue(firstOf(given, 'async'))) === 'true') {
    throw badParameter('async', {
      en: 'Messages are answered at once. Leave async out, or send the request with Prefer: respond-async.',
      zh: '消息同步处理。请去掉 async,或使用 Prefer: respond-async。',
    });
  }
  const { answer, targets } = await processMessage(
    engine,
    ctx,
    firstOf(given, 'content')!.resource as Resource,
  );
  return { text: answer, targets };
}

/** Each message on its own, each with its acknowledgement. */
async function processV2(engine: Engine, ctx: Ctx, messages: readonly FromV2[]): Promise<OperationAnswer> {
  const answers: string[] = [];
  const targets: string[] = [];
  for (const message of messages) {
    const { code, texts, written } = await processOneV2(engine, ctx, message);
    targets.push(...written);
    const { id, event, from } = message;
    answers.push(acknowledgement({ id, event, to: from, code, texts }, ctx.now));
  }
  return { text: answers.join(''), mediaType: `${HL7_V2}; charset=utf-8`, targets };
}

async function processOneV2(engine: Engine, ctx: Ctx, { bundle, fault }: FromV2) {
  if (!bundle) return { code: 'AR' as const, texts: [fault ?? ''], written: [] };
  try {
    const { status, problems, targets } = await processMessage(engine, ctx, bundle);
    const texts = problems.map((p) => `${p.expression ?? ''} ${p.text[ctx.lang]}`.trim());
    return { code: status === 'done' ? ('AA' as const) : ('AE' as const), texts, written: targets };
  } catch (error) {
    // What the sender may not do at all is for HTTP to say.
    if (!(error instanceof FhirError) || error.status >= 500 || error.category === 'forbidden') throw error;
    return { code: 'AE' as const, texts: error.issues.map((i) => i.text[ctx.lang]), written: [] };
  }
}

async function replayOperation(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  assertAdministrator(ctx);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const text = (name: string) => parameterValue(firstOf(given, name)) as string | undefined;
  const replayed = await replay(engine, ctx, {
    source: text('source'),
    id: text('id'),
    limit: MOST_REPLAYED,
  });
  const parameter = replayed.map(({ kept, processed }) => ({
    name: 'message',
    part: [
      { name: 'source', valueString: endpointOf(kept.from) },
      { name: 'id', valueString: kept.id },
      { name: 'sent', valueInstant: new Date(kept.sent).toISOString() },
      { name: 'status', valueCode: processed.status },
      ...processed.problems.map((p) => ({
        name: 'problem',
        valueString: `${p.expression ?? ''} ${p.text[ctx.lang]}`.trim(),
      })),
    ],
  }));
  return {
    text: JSON.stringify({ resourceType: 'Parameters', parameter }),
    targets: replayed.flatMap(({ processed }) => processed.targets),
  };
}
