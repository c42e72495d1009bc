/** Which code system, value set or concept map an operation is about: by instance, by canonical, or sent along. */
import type { CodeSystem, ConceptMap, ValueSet } from '@medplum/fhirtypes';
import type { OperationInput } from '../../kernel/contribution.ts';
import { type Composed, composed, type Versions } from '../../terminology/compose.ts';
import { type System, systemOf } from '../../terminology/systems.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { type Given, notGiven, unknownHere } from './given.ts';

/** Undefined when it is not known here. */
export async function systemNamed(
  terminology: Terminology,
  url: string,
  version?: string,
): Promise<System | undefined> {
  const [bare, stated] = url.split('|') as [string, string?];
  return systemOf(await terminology.systems(), bare, version ?? stated);
}

/** The url of the code system that is asked: of the instance, or as given. */
export async function systemUrl(
  terminology: Terminology,
  input: OperationInput,
  given: Given,
): Promise<{ url: string; version?: string } | undefined> {
  const named = given.text('url') ?? given.text('system');
  if (input.id !== undefined) {
    const found = await terminology.codeSystem(`CodeSystem/${input.id}`);
    if (!found?.url) throw unknownHere('CodeSystem', input.id);
    return { url: found.url, version: found.version };
  }
  const sent = given.resource<CodeSystem>('codeSystem');
  if (sent?.url) return { url: sent.url, version: sent.version };
  return named === undefined ? undefined : { url: named, version: given.text('version') };
}

export interface ValueSetSubject {
  readonly valueSet: ValueSet;
  readonly set: Composed;
}

/** Throws 404 when it is not known here, 400 when none is named. */
export async function valueSetSubject(
  terminology: Terminology,
  input: OperationInput,
  given: Given,
  versions?: Versions,
): Promise<ValueSetSubject> {
  const sent = given.resource<ValueSet>('valueSet');
  if (sent) {
    const set = await composed(sent, await terminology.systems(), terminology.valueSet, versions);
    return { valueSet: sent, set };
  }
  const version = given.text('valueSetVersion');
  const url = given.text('url');
  const name =
    input.id !== undefined
      ? `ValueSet/${input.id}`
      : url && (version === undefined ? url : `${url}|${version}`);
  if (name === undefined) throw notGiven('url, or the valueSet itself', 'url,或 valueSet 本身');
  const valueSet = await terminology.valueSet(name);
  const set = valueSet && (await terminology.composed(name, versions));
  if (!valueSet || !set) throw unknownHere('ValueSet', input.id ?? name);
  return { valueSet, set };
}

/** The maps that an operation asks: one that is named or sent, or all that lead where it asks. */
export async function mapSubjects(
  terminology: Terminology,
  input: OperationInput,
  given: Given,
): Promise<readonly ConceptMap[]> {
  const sent = given.resource<ConceptMap>('conceptMap');
  if (sent) return [sent];
  const url = given.text('url');
  const version = given.text('conceptMapVersion');
  const name =
    input.id !== undefined
      ? `ConceptMap/${input.id}`
      : url && (version === undefined ? url : `${url}|${version}`);
  if (name !== undefined) {
    const map = await terminology.conceptMap(name);
    if (!map) throw unknownHere('ConceptMap', input.id ?? name);
    return [map];
  }
  const reverse = given.flag('reverse') === true;
  const [from, to] = [given.text('source'), given.text('target')];
  const leads = (map: ConceptMap) => {
    const ends = [map.sourceUri ?? map.sourceCanonical, map.targetUri ?? map.targetCanonical];
    const [source, target] = reverse ? ends.toReversed() : ends;
    return (from === undefined || source === from) && (to === undefined || target === to);
  };
  return (await terminology.conceptMaps()).filter(leads);
}
