/** `npm run county-day`: a resident and a laboratory result across the county and back, over HTTP, as the systems that take part. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { goHome } from './county-day/go-home.ts';
import { arrive, refer } from './county-day/refer.ts';
import { type Message, Say } from './county-day/say.ts';
import { report } from './county-day/step-1-report.ts';
import { find } from './county-day/step-2-find.ts';
import { check } from './county-day/step-3-check.ts';
import { decide } from './county-day/step-4-decide.ts';
import { watch } from './county-day/step-5-watch.ts';
import { saved } from './county-day/step-6-saved.ts';
import { type Client, type Day, Unmet } from './county-day/systems.ts';
import { baseUrl, demoToken, NoTokenError } from './demo-token.ts';

const MOST_SHOWN = 4_000;

/** 0 when every step held, 1 when one did not, 2 when the script could not run. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { lang: { type: 'string', default: 'en' } } });
  const say = new Say(values.lang === 'zh' ? 'zh' : 'en', (text) => process.stdout.write(text));
  const now = new Date();
  try {
    const base = baseUrl(process.env);
    const day: Day = { base, tokens: await tokens(say), say, run: runName(now), now, exchanges: [], step: 0 };
    say.heading('title', { base });
    await live(day);
    say.heading('held');
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
${say.text('failed', { step, what: message })}
${say.text('answerWas', { method, path, status })}
${shown.slice(0, MOST_SHOWN)}
`;
}

async function live(day: Day): Promise<void> {
  const begin = (heading: Message) => day.say.step(++day.step, heading);
  begin('stepReport');
  const stored = await report(day);
  begin('stepRefer');
  const referral = await refer(day, stored);
  begin('stepFind');
  const visit = await find(day, stored);
  await arrive(day, referral, visit);
  begin('stepCheck');
  await check(day, stored, visit);
  begin('stepDecide');
  await decide(day, stored, visit);
  begin('stepHome');
  await goHome(day, stored, referral, visit);
  begin('stepWatch');
  await watch(day, stored);
  begin('stepSaved');
  saved(day.say);
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
    process.stderr.write(`${say.text('runsOpen')}\n`);
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
