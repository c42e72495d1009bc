/** Endpoints besides FHIR's own answer errors as it does: with an OperationOutcome, in the language of the request. */
import type { FastifyInstance } from 'fastify';
import { FhirError, malformed } from '../kernel/fhir-error.ts';
import { failureOf, languageOf } from '../kernel/outcome.ts';

export function answerOutcomes(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const known = error instanceof FhirError ? error : ofFramework(error);
    if (!(known instanceof FhirError) || known.status >= 500)
      request.log.error({ err: known }, 'request failed');
    const { status, headers, outcome } = failureOf(
      known,
      languageOf(request.headers['accept-language']),
      request.id,
    );
    return reply.code(status).headers(headers).type('application/fhir+json').send(JSON.stringify(outcome));
  });
}

function ofFramework(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return error;
  return malformed({ en: 'Send JSON, as application/json.', zh: '请以 application/json 发送 JSON。' });
}
