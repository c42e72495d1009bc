/** Reasons for repeating an examination although a result exists, as an institution's ruleset admits them. */
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Text } from '../../kernel/issue.ts';
import { REASON_SYSTEM } from './rules.ts';
import type { Ruleset } from './ruleset.ts';

/** The six situations of the national rules: what is admitted where no ruleset says otherwise. */
export const NATIONAL_REASONS = `${CANONICAL}/ValueSet/recheck-reason-national`;

/** Code -> words. A value set that cannot be found admits what the national rules admit. */
export async function reasonsOf(
  engine: Engine,
  ruleset: Ruleset | undefined,
): Promise<ReadonlyMap<string, Text>> {
  const { terminology } = engine;
  const valueSet =
    (await terminology.valueSet(ruleset?.reasons ?? NATIONAL_REASONS)) ??
    (await terminology.valueSet(NATIONAL_REASONS));
  const codeSystem = await terminology.codeSystem(REASON_SYSTEM);
  const words = new Map<string, Text>(
    (codeSystem?.concept ?? []).map(({ code, display = '', designation }) => [
      code!,
      { en: display, zh: designation?.find((d) => d.language === 'zh-CN')?.value ?? display },
    ]),
  );
  const codes = (valueSet?.compose?.include ?? [])
    .filter(({ system }) => system === REASON_SYSTEM)
    .flatMap(({ concept }) => concept?.map((c) => c.code!) ?? [...words.keys()]);
  return new Map(codes.sort().flatMap((code) => (words.has(code) ? [[code, words.get(code)!]] : [])));
}
