/** The process's log: JSON lines, in which no secret stands and nobody is named by a number. */
import pino, { type DestinationStream, type Logger } from 'pino';
import { maskedText } from './kernel/mask.ts';

/** Members that may carry credentials or bodies, whatever is logged: headers are not logged at all. */
const REDACTED = [
  'req.headers',
  'res.headers',
  'headers',
  'authorization',
  'body',
  'payload',
  'password',
  'secret',
  'token',
  '*.authorization',
  '*.password',
  '*.secret',
  '*.token',
];

export function createLog(level: string, destination: DestinationStream, worker?: number): Logger {
  return pino(
    {
      level,
      base: worker === undefined ? undefined : { worker },
      serializers: { err: errorForLog, req: () => undefined, res: () => undefined },
      redact: { paths: REDACTED, censor: '***' },
      formatters: { log: maskedFacts },
      hooks: {
        logMethod(args, method) {
          method.apply(
            this,
            args.map((arg) => (typeof arg === 'string' ? maskedText(arg) : arg)) as typeof args,
          );
        },
      },
    },
    destination,
  );
}

/** What of an error may be logged: a database's detail quotes rows, and rows are patient data. */
function errorForLog(err: Error): object {
  const { name, message, stack, cause } = err;
  const { code } = err as { code?: string };
  return {
    name,
    message: maskedText(message),
    code,
    stack: stack === undefined ? undefined : maskedText(stack),
    ...(cause instanceof Error ? { cause: errorForLog(cause) } : {}),
  };
}

function maskedFacts(facts: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'string') facts[name] = maskedText(value);
  }
  return facts;
}
