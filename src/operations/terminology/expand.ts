/** https://hl7.org/fhir/R4/valueset-operation-expand.html */
import type { ValueSet } from '@medplum/fhirtypes';
import { assertMay } from '../../access/decide.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { badParameter, unprocessable } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import type { Composed, Part } from '../../terminology/compose.ts';
import { expand } from '../../terminology/expand.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { type Given, givenOf } from './given.ts';
import { valueSetSubject } from './subjects.ts';

/** Parameters of the definition that would change the answer, and that nothing here heeds. */
export const NOT_HEEDED: readonly string[] = [
  'context',
  'contextDirection',
  'exclude-system',
  'excludePostCoordinated',
];

export async function expandOperation(
  terminology: Terminology,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'ValueSet');
  const given = givenOf(input);
  for (const name of NOT_HEEDED) if (given.all(name).length > 0) throw notHeeded(name);
  // The terminology of an earlier day is not kept.
  const date = given.text('date');
  if (date !== undefined && date.slice(0, 10) < ctx.now.toISOString().slice(0, date.length).slice(0, 10))
    throw notHeeded('date');
  const forced = versionsOf(given, 'force-system-version');
  const { valueSet, set } = await valueSetSubject(
    terminology,
    input,
    given,
    new Map([...versionsOf(given, 'system-version'), ...forced]),
  );
  checkVersions(set, new Map([...versionsOf(given, 'check-system-version'), ...forced]));
  const expansion = await expand(terminology, set, {
    filter: given.text('filter'),
    offset: given.number('offset'),
    count: given.number('count'),
    activeOnly: given.flag('activeOnly'),
    includeDesignations: given.flag('includeDesignations'),
    designations: given.texts('designation'),
    excludeNested: given.flag('excludeNested'),
    displayLanguage: given.text('displayLanguage'),
  });
  const { compose, expansion: _, text: __, ...described } = valueSet;
  const answer: ValueSet = {
    ...described,
    status: described.status ?? 'active',
    ...(given.flag('includeDefinition') && compose ? { compose } : {}),
    expansion,
  };
  return { text: JSON.stringify(answer) };
}

function versionsOf(given: Given, name: string): Map<string, string> {
  return new Map(
    given.texts(name).map((canonical) => {
      const [url, version] = canonical.split('|') as [string, string?];
      if (!version) {
        throw badParameter(name, {
          en: `'${canonical}' names no version. Write system|version.`,
          zh: `“${canonical}”没有写明版本。格式为 system|version。`,
        });
      }
      return [url, version];
    }),
  );
}

/** "If the value set specifies a different version, an error is returned instead of the expansion" */
function checkVersions(set: Composed, wanted: ReadonlyMap<string, string>): void {
  const walk = (part: Part): void => {
    const version = part.url === undefined ? undefined : wanted.get(part.url);
    const used = part.version ?? part.system?.version;
    if (version !== undefined && used !== version) {
      throw unprocessable([
        problem('value', {
          en: `The value set uses version '${used ?? '-'}' of ${part.url}, not '${version}'.`,
          zh: `该值集使用 ${part.url} 的版本“${used ?? '-'}”,而不是“${version}”。`,
        }),
      ]);
    }
    for (const nested of part.sets) nested.include.forEach(walk);
  };
  set.include.forEach(walk);
}

function notHeeded(name: string) {
  return badParameter(
    name,
    {
      en: `'${name}' is not supported: the expansion would be another one. Leave it out.`,
      zh: `不支持“${name}”,否则展开结果会有误。请去掉该参数。`,
    },
    false,
  );
}
