/** The response to a message: https://hl7.org/fhir/R4/messageheader.html#response. Pure but for its ids. */
import type { Ctx } from '../../../kernel/ctx.ts';
import { newId } from '../../../kernel/ids.ts';
import { type Issue, information } from '../../../kernel/issue.ts';
import { operationOutcome } from '../../../kernel/outcome.ts';
import type { Envelope } from './envelope.ts';
import type { Placed } from './place.ts';

/** Every record of the message was placed: what became of each. */
export function doneResponse(ctx: Ctx, envelope: Envelope, placed: readonly Placed[]): string {
  const issues = placed.map(({ reference, isLatest, fullUrl = reference }) =>
    isLatest
      ? information({ en: `${fullUrl} is ${reference}.`, zh: `${fullUrl} 对应 ${reference}。` })
      : information(
          {
            en: `${reference}: a newer message has spoken of it, so that this one only adds what that one leaves out.`,
            zh: `${reference}:已有更新的消息,本消息仅补充其未涉及的内容。`,
          },
          { rule: 'message-superseded' },
        ),
  );
  return response(ctx, envelope, 'ok', operationOutcome(issues, ctx.lang));
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
