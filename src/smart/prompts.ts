/** What a person is asked on the way to an authorization code, in this order: who they are, whose record, whether. */
import { interactionPolicy } from 'oidc-provider';
import type { Db } from '../kernel/ctx.ts';
import { contextOfRequest } from './context-of-request.ts';

/** The prompt between the library's own `login` and `consent`. */
export const LAUNCH_PROMPT = 'launch';

export function prompts(db: Db): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const missingContext = new interactionPolicy.Check(
    'launch_context_missing',
    'the launch context has to be chosen',
    'interaction_required',
    async (ctx) => {
      // A grant that was made has its context, and took the EHR's launch.
      if (!ctx.oidc.account || ctx.oidc.grant?.jti) return interactionPolicy.Check.NO_NEED_TO_PROMPT;
      const { missing } = await contextOfRequest(db, ctx);
      return missing.patient || missing.encounter;
    },
    async (ctx) => ({ ...(await contextOfRequest(db, ctx)).missing }),
  );
  policy.add(new interactionPolicy.Prompt({ name: LAUNCH_PROMPT }, missingContext), 1);
  return policy;
}
