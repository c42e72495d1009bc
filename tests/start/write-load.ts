/** Writers that note what was acknowledged, so that it can be looked for after a fault. */
import { expect } from 'vitest';
import { type Answer, call, type Json, type Program } from './support.ts';

export interface WriteLoad {
  /** Number of versions that the program has acknowledged. */
  count(): number;
  /** Statuses other than success that were answered, with the last text of each. */
  readonly refused: Map<number, string>;
  /** Ends the writers and waits for their last answers. */
  end(): Promise<void>;
  /** Expects every acknowledged version, to the letter, and of every transaction all or nothing. */
  expectKept(program: Program): Promise<void>;
}

const WRITERS = 6;
const SYSTEM = 'urn:write-load';
/** Resources of a transaction. */
const TOGETHER = [0, 1, 2];

/** Creates, updates and transactions against an open program. `padding`: characters that each resource gets. */
export function writeLoad(program: Program, { padding = 0 } = {}): WriteLoad {
  /** Address of a version -> its text. */
  const acknowledged = new Map<string, string>();
  const refused = new Map<number, string>();
  const transactions: string[] = [];
  let ended = false;

  const observation = (name: string, value: number) => ({
    resourceType: 'Observation',
    identifier: [{ system: SYSTEM, value: name }],
    status: 'final',
    code: { text: `结果 ${name}` },
    valueQuantity: { value },
    ...(padding > 0 ? { note: [{ text: noise(padding) }] } : {}),
  });
  const keep = (resource: Json, text = JSON.stringify(resource)) =>
    acknowledged.set(`${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`, text);
  const noted = (answer: Answer): boolean => {
    if (answer.status >= 300) refused.set(answer.status, answer.text);
    return answer.status < 300;
  };

  const write = async (n: number, i: number): Promise<void> => {
    const name = `${n}-${i}`;
    if (i % 3 === 0) {
      const answer = await call(program, 'POST', 'Observation', { body: observation(name, i + 0.5) });
      if (noted(answer)) keep(answer.body, answer.text);
    } else if (i % 3 === 1) {
      const body = { resourceType: 'Patient', id: `p${n}`, name: [{ text: `第 ${i} 版` }] };
      const answer = await call(program, 'PUT', `Patient/p${n}`, { body });
      if (noted(answer)) keep(answer.body, answer.text);
    } else {
      const entry = TOGETHER.map((e) => ({
        resource: observation(name, e),
        request: { method: 'POST', url: 'Observation' },
      }));
      transactions.push(name);
      const body = { resourceType: 'Bundle', type: 'transaction', entry };
      const answer = await call(program, 'POST', '', { body });
      if (noted(answer)) for (const { resource } of answer.body.entry) keep(resource);
    }
  };
  const writer = async (n: number) => {
    // A program that is killed hangs up: then there is nothing more to write to.
    for (let i = 0; !ended; i++) await write(n, i);
  };
  const writers = Array.from({ length: WRITERS }, (_, n) => writer(n).catch(() => {}));

  return {
    count: () => acknowledged.size,
    refused,
    async end() {
      ended = true;
      await Promise.all(writers);
    },
    async expectKept(again) {
      await someAtATime([...acknowledged], async ([address, text]) => {
        const answer = await call(again, 'GET', address);
        expect(answer.status, address).toBe(200);
        expect(JSON.parse(answer.text), address).toEqual(JSON.parse(text));
      });
      for (let n = 0; n < WRITERS; n++) {
        const versions = [...acknowledged.keys()].filter((a) => a.startsWith(`Patient/p${n}/`)).length;
        const { body } = await call(again, 'GET', `Patient/p${n}`);
        expect(Number(body.meta.versionId)).toBeGreaterThanOrEqual(versions);
      }
      await someAtATime(transactions, async (name) => {
        const { body } = await call(again, 'GET', `Observation?identifier=${SYSTEM}|${name}&_summary=count`);
        expect([0, TOGETHER.length], name).toContain(body.total);
      });
    },
  };
}

/** Text that no compression makes small. */
function noise(length: number): string {
  return Array.from({ length }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join(
    '',
  );
}

async function someAtATime<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await work(one);
  };
  await Promise.all(Array.from({ length: WRITERS }, worker));
}
