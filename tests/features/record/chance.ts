/** Decisions about identities by chance, and what must be so whatever happens. */
import { isDeepStrictEqual } from 'node:util';
import { decisionsOf } from '../../../src/features/record/linking/linkage.ts';
import type { Random } from '../../fuzz/random.ts';
import type { Answer } from '../../support/app.ts';
import type { Call } from '../tokens.ts';
import { type Json, parameters, patient } from './people.ts';

/** Nobody is like another. */
const RECORDS = ['甲', '乙', '丙', '丁', '戊', '己'].map((name, i) =>
  patient({
    id: `chance-${i}`,
    name: `缪${name}`,
    birthDate: `19${30 + i * 9}-0${i + 1}-11`,
    more: { active: true },
  }),
);
const STEPS = ['link', 'unlink', 'merge', 'merge', 'merge', 'unmerge', 'unmerge', 'keep-apart'];

export async function begin(call: Call): Promise<void> {
  for (const record of RECORDS) await call('PUT', `Patient/${record.id}`, record);
}

function step(call: Call, name: string, source: string, target: string): Promise<Answer> {
  return call(
    'POST',
    `Patient/$${name}`,
    parameters({ 'source-patient': `Patient/${source}`, 'target-patient': `Patient/${target}` }),
  );
}

/** A decision about two of the records. */
export function anyEvent(r: Random, call: Call): Promise<Answer> {
  const [source, target] = [r.pick(RECORDS).id, r.pick(RECORDS).id];
  return step(call, r.pick(STEPS), source, target);
}

/** What is not as it was decided, in words; undoes every decision, and says what is not as it was before all of them. */
export async function faults(call: Call): Promise<string[]> {
  const found: string[] = [];
  const read = async (path: string) => (await call('GET', path)).body;
  const all = async (query: string): Promise<Json[]> =>
    ((await read(`${query}&_count=500`)).entry ?? []).map((e: Json) => e.resource);
  const linkages = await all(`Linkage?item=${RECORDS.map(({ id }) => `Patient/${id}`).join(',')}`);
  const decisions = linkages.flatMap(decisionsOf);
  const linksOf = (id: string) =>
    decisions.flatMap(({ main, other, relation }) => {
      if (relation === 'apart' || (main !== id && other !== id)) return [];
      const type = relation === 'linked' ? 'seealso' : main === id ? 'replaces' : 'replaced-by';
      return [`${type} Patient/${main === id ? other : main}`];
    });
  for (const { id } of RECORDS) {
    const { active, link = [] } = await read(`Patient/${id}`);
    const links = link.map((l: Json) => `${l.type} ${l.other.reference}`).sort();
    const wanted = linksOf(id).sort();
    if (!isDeepStrictEqual(links, wanted)) found.push(`${id} has the links ${links}, decided are ${wanted}`);
    if (active === links.some((l: string) => l.startsWith('replaced-by')))
      found.push(`${id} is active: ${active}`);
  }
  for (const { id } of linkages) {
    const versions = (await read(`Linkage/${id}/_history`)).total;
    const reasons = (await all(`Provenance?target=Linkage/${id}`)).length;
    if (reasons < versions) found.push(`${id} has ${versions} versions, and ${reasons} Provenances`);
  }
  for (const { main, other, relation } of decisions) {
    if (relation === 'apart') continue;
    const { status } = await step(call, relation === 'merged' ? 'unmerge' : 'unlink', other, main);
    if (status !== 200) found.push(`${other} cannot be parted from ${main}`);
  }
  for (const record of RECORDS) {
    const { meta: _, ...is } = await read(`Patient/${record.id}`);
    if (!isDeepStrictEqual(is, record)) found.push(`${record.id} is not what it was: ${JSON.stringify(is)}`);
  }
  return found;
}
