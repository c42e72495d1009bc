/** The token of a command that may do everything: `TOKEN`, else that of the demo county's platform. */
import type { Language } from '../kernel/issue.ts';
import { demoToken, NoTokenError } from './demo-token.ts';

/** Undefined where there is none, which is right for a server that runs open; why is said on stderr. */
export async function platformToken(lang: Language): Promise<string | undefined> {
  if (process.env.TOKEN) return process.env.TOKEN;
  try {
    return await demoToken('platform');
  } catch (error) {
    if (!(error instanceof NoTokenError)) throw error;
    const without = lang === 'zh' ? '不带令牌继续。' : 'Going on without a token.';
    if (error.reason !== 'no-authorization') process.stderr.write(`${error.in(lang)} ${without}\n`);
    return undefined;
  }
}
