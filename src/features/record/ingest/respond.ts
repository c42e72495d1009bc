/** The response to a message: https://hl7.org/fhir/R4/messageheader.html#response. Pure but for its ids. */
import { COUNTY_OUTCOME_SYSTEM } from '../../../kernel/canonical.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Issue } from '../../../kernel/issue.ts';
import { operationOutcome } from '../../../kernel/outcome.ts';
import type { Envelope } from './envelope.ts';
import type { Placed } from './place.ts';

/** Every record of the message was placed: what became of each. */
export function doneResponse(ctx: Ctx, envelope: Envelope, placed: readonly Placed[]): string {
  const issue = placed.map(({ reference, isLatest, fullUrl }) => ({
    severity: 'information',
    code: 'informational',
    details: isLatest
      ? { text: reference }
      : { coding: [{ system: COUNTY_OUTCOME_SYSTEM, code: 'message-superseded' }], text: reference },
    diagnostics: isLatest
      ? `${fullUrl ?? reference} is ${reference}.`
      : `${reference}: a newer message has spoken of it, so that this one only adds what that one leaves out.`,
  }));
  return response(ctx, envelope, 'ok', { resourceType: 'OperationOutcome', issue });
}

/** The message is kept, and processed again when something changes. */
export function heldResponse(ctx: Ctx, envelope: Envelope, issues: readonly Issue[]): string {
  return response(ctx, envelope, 'transient-error', operationOutcome([...issues], ctx.lang));
}

function response(ctx: Ctx, envelope: Envelope, code: string, outcome: object): string {
  const details = `urn:uuid:${newId()}`;
  const id = newId();
  const header = {
    resourceType: 'MessageHeader',
    id,
    ...envelope.event,
    source: { name: 'Xiantong', endpoint: ctx.base },
    destination: [{ endpoint: envelope.source }],
    response: { identifier: envelope.id, code, details: { reference: details } },
  };
  return JSON.stringify({
    resourceType: 'Bundle',
    id: newId(),
    type: 'message',
    timestamp: ctx.now.toISOString(),
    entry: [
      { fullUrl: `urn:uuid:${id}`, resource: header },
      { fullUrl: details, resource: outcome },
    ],
  });
}
