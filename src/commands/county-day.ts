/** `npm run county-day`: a resident across the county and back, over HTTP, as the systems that take part. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Say } from './county-day/say.ts';
import { STORY } from './county-day/story.ts';
import { type Client, type Day, Unmet } from './county-day/systems.ts';
import { FRAME } from './county-day/words.ts';
import { baseUrl, demoToken, NoTokenError } from './demo-token.ts';

const MOST_SHOWN = 4_000;

/** 0 when every step held, 1 when one did not, 2 when the script could not run. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { lang: { type: 'string', default: 'en' } } });
  const say = new Say(values.lang === 'zh' ? 'zh' : 'en', (text) => process.stdout.write(text));
  const now = new Date();
  try {
    const base = baseUrl(process.env);
    const day: Day = {
      base,
      tokens: await tokens(say),
      say,
      run: runName(now),
      now,
      places: new Map(),
      exchanges: [],
      step: 0,
    };
    say.heading(FRAME.title, { base });
    for (const chapter of STORY) {
      say.chapter(++day.step, chapter.heading);
      await chapter.live(day);
    }
    say.heading(FRAME.held);
    return 0;
  } catch (error) {
    if (error instanceof Unmet) {
      process.stderr.write(unmet(say, error));
      return 1;
    }
    if (!(error instanceof NoTokenError)) throw error;
    process.stderr.write(`${error.in(say.lang)}\n`);
    return 2;
  }
}

/** Which expectation failed, and the answer that failed it. */
function unmet(say: Say, { message, exchange }: Unmet): string {
  const { step, method, path, status, body } = exchange;
  const shown = typeof body === 'string' ? body : (JSON.stringify(body, null, 2) ?? '');
  return `
${say.text(FRAME.failed, { step, what: message })}
${say.text(FRAME.answerWas, { method, path, status })}
${shown.slice(0, MOST_SHOWN)}
`;
}

/** A token for each system; none where the server runs open. */
async function tokens(say: Say): Promise<Day['tokens']> {
  const found: Record<Client, string | undefined> = {
    'township-his': undefined,
    'county-his': undefined,
    cdc: undefined,
    platform: undefined,
  };
  try {
    for (const client of Object.keys(found) as Client[]) found[client] = await demoToken(client);
  } catch (error) {
    if (!(error instanceof NoTokenError) || error.reason !== 'no-authorization') throw error;
    process.stderr.write(`${say.text(FRAME.runsOpen)}\n`);
  }
  return found;
}

/** A name for this run that no other has: the second it began in, and three random bytes. */
function runName(now: Date): string {
  const second = now.toISOString().slice(0, 19).replace(/\D/g, '');
  return `CD${second}-${randomBytes(3).toString('hex')}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
