/** Reasons for repeating an examination although a result exists, as an institution's ruleset admits them. */
import type { Definitions } from '../../definitions/definitions.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Text } from '../../kernel/issue.ts';
import type { Looks } from './look.ts';
import { REASON_SYSTEM } from './rules.ts';
import type { Ruleset } from './ruleset.ts';

/** The six situations of the national rules: what is admitted where no ruleset says otherwise. */
const NATIONAL = `${CANONICAL}/ValueSet/recheck-reason-national`;

/** The packages' definitions, which are in memory. */
export type Known = Pick<Definitions, 'valueSet' | 'codeSystem'>;

/** Code -> words. A value set that cannot be found admits what the national rules admit. */
export async function reasonsOf(
  known: Known,
  looks: Looks,
  ruleset: Ruleset | undefined,
): Promise<ReadonlyMap<string, Text>> {
  const words = new Map<string, Text>(
    (known.codeSystem(REASON_SYSTEM)?.concept ?? []).map(({ code, display = '', designation }) => [
      code!,
      { en: display, zh: designation?.find((d) => d.language === 'zh-CN')?.value ?? display },
    ]),
  );
  const codes =
    (ruleset?.reasons && (await admitted(known, looks, ruleset.reasons))) ||
    known.valueSet(NATIONAL)?.get(REASON_SYSTEM) ||
    [];
  return new Map([...codes].sort().flatMap((code) => (words.has(code) ? [[code, words.get(code)!]] : [])));
}

/** The codes that a value set lists: one of the packages, or one that is stored. */
async function admitted(
  known: Known,
  looks: Looks,
  canonical: string,
): Promise<Iterable<string> | undefined> {
  const url = canonical.split('|')[0]!;
  const there = known.valueSet(url)?.get(REASON_SYSTEM);
  if (there) return there;
  const [valueSet] = (await looks.law.search('ValueSet', [
    ['url', url],
    ['status', 'active'],
  ])) as { compose?: { include?: { system?: string; concept?: { code: string }[] }[] } }[];
  return valueSet?.compose?.include
    ?.filter(({ system }) => system === REASON_SYSTEM)
    .flatMap(({ concept = [] }) => concept.map((c) => c.code));
}
