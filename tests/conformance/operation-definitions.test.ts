/** What a vendor builds an integration on: each OperationDefinition in both languages, with an example that fits it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';

const PROFILES = join(import.meta.dirname, '..', '..', 'profiles');
const COUNTY = ['core', 'recognition', 'referrals', 'contracts', 'tasks', 'record'];
const CHINESE = /[\u4e00-\u9fff]/;
const EXAMPLE =
  /Example 示例: (?<method>GET|POST) \[base\]\/(?<path>[^ ?,;。]*)(?:\?(?<query>\S+))?(?: (?<body>\{.*\}))?/s;

const definitions = COUNTY.flatMap((folder) =>
  readdirSync(join(PROFILES, folder))
    .filter((name) => name.startsWith('OperationDefinition-'))
    .map((name) => JSON.parse(readFileSync(join(PROFILES, folder, name), 'utf8')) as OperationDefinition),
);

type Given = { name: string; part?: Given[]; resource?: { resourceType: string } } & Record<string, unknown>;

/** Names of what is given and is not so in the definition, is missing, or is there too often. */
function misfits(given: readonly Given[], declared: readonly OperationDefinitionParameter[]): string[] {
  const inputs = declared.filter((p) => p.use === 'in');
  const missing = inputs.filter((p) => {
    const times = given.filter(({ name }) => name === p.name).length;
    return times < (p.min ?? 0) || (p.max !== '*' && times > Number(p.max));
  });
  const wrong = given.filter(({ name, part, resource, ...value }) => {
    const parameter = inputs.find((p) => p.name === name);
    if (!parameter) return true;
    if (part)
      return (
        misfits(
          part,
          (parameter.part ?? []).map((p) => ({ ...p, use: 'in' })),
        ).length > 0
      );
    if (resource) return ![resource.resourceType, 'Resource', 'Any'].includes(parameter.type!);
    const [key = ''] = Object.keys(value);
    return !typesOf(parameter).includes(key.slice('value'.length).toLowerCase());
  });
  return [...missing, ...wrong].map(({ name }) => name!);
}

/** Its type, or those of which it may be one. http://hl7.org/fhir/R4/extension-operationdefinition-allowed-type.html */
function typesOf({ type, extension = [] }: OperationDefinitionParameter): string[] {
  return [type!, ...extension.map((x) => x.valueUri ?? '')].map((name) => name.toLowerCase());
}

function textsOf(parameters: readonly OperationDefinitionParameter[] = []): string[] {
  return parameters.flatMap((p) => [p.documentation ?? '', ...textsOf(p.part)]);
}

describe.each(definitions.map((d) => [d.id!, d] as const))('%s', (_, definition) => {
  test('is described in English and Chinese, each parameter too', () => {
    for (const text of [definition.description ?? '', ...textsOf(definition.parameter)])
      expect(text).toMatch(CHINESE);
  });

  test('has an example that fits it', () => {
    const { method, path = '', query, body } = EXAMPLE.exec(definition.comment ?? '')?.groups ?? {};
    const parts = path.split('/');
    expect(parts.pop()).toBe(`$${definition.code}`);
    expect([definition.system, definition.type, definition.instance][parts.length], path).toBe(true);
    if (parts.length > 0) expect(definition.resource).toContain(parts[0]);
    if (method === 'GET') expect(definition.affectsState).toBe(false);
    const names = [...new URLSearchParams(query).keys()];
    const inputs = definition.parameter?.filter((p) => p.use === 'in') ?? [];
    expect(inputs.map((p) => p.name)).toEqual(expect.arrayContaining(names));
    if (body) expect(misfits(JSON.parse(body).parameter ?? [], definition.parameter ?? [])).toEqual([]);
  });
});
