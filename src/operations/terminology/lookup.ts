/** https://hl7.org/fhir/R4/codesystem-operation-lookup.html */
import type { CodeSystemConceptProperty } from '@medplum/fhirtypes';
import { assertMay } from '../../access/decide.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { failure } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { definitionIn, isDesignation } from '../../terminology/concept-rows.ts';
import {
  type Concept,
  displayIn,
  readChildren,
  readConcepts,
  readHeader,
} from '../../terminology/concepts.ts';
import { inGrammar } from '../../terminology/grammar.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import type { Parameter } from '../parameters.ts';
import { answerOf, givenOf, notGiven, part, unknownHere } from './given.ts';
import { systemNamed } from './subjects.ts';

export async function lookup(
  terminology: Terminology,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'CodeSystem');
  const given = givenOf(input);
  const coding = given.coding('coding');
  const [code, url] = [given.text('code') ?? coding?.code, given.text('system') ?? coding?.system];
  if (code === undefined || url === undefined)
    throw notGiven('code and system, or a coding', 'code 与 system,或 coding');
  const system = await systemNamed(terminology, url, given.text('version') ?? coding?.version);
  if (!system) {
    const known = inGrammar(url, code);
    if (known === undefined) throw unknownHere('CodeSystem', url);
    if (!known) throw unknownCode(url, code);
    return answerOf([part('name', 'String', url), part('display', 'String', code)]);
  }
  const concept = (await readConcepts(terminology, system, [code])).get(code);
  if (!concept) throw unknownCode(url, code);
  const header = await readHeader(terminology, system);
  const language = given.text('displayLanguage');
  const wanted = given.texts('property');
  const wants = (name: string) => wanted.length === 0 || wanted.includes(name);
  return answerOf([
    part('name', 'String', header.title ?? header.name ?? url),
    part('version', 'String', system.version),
    part('display', 'String', displayIn(concept, language) ?? code),
    ...(wants('designation') ? designationsOf(concept) : []),
    ...(wants('definition') ? definitionOf(concept) : []),
    ...(await propertiesOf()).filter((p) => wants(p.part![0]!.valueCode as string)),
  ]);

  async function propertiesOf(): Promise<Parameter[]> {
    const { inactive, parents, properties } = concept!;
    const children = wants('child') ? await readChildren(terminology, system!, code!) : [];
    const told = properties.filter((p) => p.code !== 'parent' && p.code !== 'inactive');
    return [
      property('inactive', 'Boolean', inactive),
      ...parents.map((p) => property('parent', 'Code', p)),
      ...children.map((c) => property('child', 'Code', c)),
      ...told.map((p) => property(p.code!, ...typedValue(p))),
    ];
  }
}

function property(code: string, type: string, value: unknown): Parameter {
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', [`value${type}`]: value },
    ],
  };
}

function typedValue(p: CodeSystemConceptProperty): [string, unknown] {
  const key = Object.keys(p).find((k) => k.startsWith('value')) ?? 'valueString';
  return [key.slice('value'.length), (p as unknown as Record<string, unknown>)[key]];
}

function designationsOf({ designations }: Concept): Parameter[] {
  return designations.filter(isDesignation).map(({ language, use, value }) => ({
    name: 'designation',
    part: [
      part('language', 'Code', language),
      part('use', 'Coding', use),
      part('value', 'String', value),
    ].filter((p) => p !== undefined),
  }));
}

function definitionOf({ designations }: Concept): (Parameter | undefined)[] {
  const definition = definitionIn(designations);
  return definition === undefined ? [] : [property('definition', 'String', definition)];
}

function unknownCode(url: string, code: string) {
  return failure('not-found', [
    problem('not-found', {
      en: `The code '${code}' is not in the code system ${url}.`,
      zh: `代码系统 ${url} 中没有编码“${code}”。`,
    }),
  ]);
}
