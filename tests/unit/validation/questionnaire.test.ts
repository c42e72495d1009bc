/** https://hl7.org/fhir/R4/questionnaireresponse.html */
import { describe, expect, test } from 'vitest';
import type { CodeCheck } from '../../../src/kernel/code-check.ts';
import { createValidator } from '../../../src/validation/validator.ts';
import { definitionsWith } from './support.ts';

const URL = 'https://county.example/Questionnaire/q';
const COLOURS = 'http://colours.example';
const validator = createValidator(definitionsWith());

const questionnaire = (item: object[], more: object = {}) => ({
  resourceType: 'Questionnaire',
  url: URL,
  status: 'active',
  item,
  ...more,
});
const response = (item: object[], status = 'completed') => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: URL,
  status,
  ...(item.length > 0 ? { item } : {}),
});
const answer = (linkId: string, ...values: object[]) => ({ linkId, answer: values });

async function found(items: object[], answered: object[], status?: string, more?: object): Promise<string[]> {
  const q = questionnaire(items, more);
  const issues = await validator.validateWith({ questionnaire: async () => q }, response(answered, status));
  return issues.map((i) => `${i.severity} ${i.rule} ${i.expression}`);
}
const at = (place: string) => `QuestionnaireResponse.item${place}`;

describe('items', () => {
  const items = [
    { linkId: 'g', type: 'group', item: [{ linkId: 'g.1', type: 'string' }] },
    { linkId: 'a', type: 'string', text: 'Name?', item: [{ linkId: 'a.1', type: 'string' }] },
    { linkId: 'd', type: 'display', text: 'Thanks' },
  ];
  const text = { valueString: 'x' };

  test('are those of the questionnaire, where it has them, in its order', async () => {
    const right = [
      { linkId: 'g', item: [answer('g.1', text)] },
      { linkId: 'a', text: 'Name?', answer: [{ ...text, item: [answer('a.1', text)] }] },
    ];
    expect(await found(items, right)).toEqual([]);
    expect(await found(items, [answer('b', text)])).toEqual([`error questionnaire-item ${at('[0].linkId')}`]);
    expect(await found(items, [answer('g.1', text)])).toEqual([
      `error questionnaire-item ${at('[0].linkId')}`,
    ]);
    expect(await found(items, right.toReversed())).toEqual([`error questionnaire-order ${at('[1]')}`]);
    expect(await found(items, [{ linkId: 'a', text: 'Age?', answer: [text] }])).toEqual([
      `warning questionnaire-text ${at('[0].text')}`,
    ]);
  });

  test('stand below the answer of a question, and groups take no answer', async () => {
    expect(await found(items, [{ linkId: 'a', item: [answer('a.1', text)] }])).toEqual([
      `error questionnaire-item ${at('[0].item')}`,
    ]);
    expect(await found(items, [answer('d', text)])).toEqual([
      `error questionnaire-answer ${at('[0].answer')}`,
    ]);
  });
});

describe('answers', () => {
  const one = (item: object, ...values: object[]) =>
    found([{ linkId: 'a', ...item }], [answer('a', ...values)]);
  const wrong = [`error questionnaire-answer ${at('[0].answer[0].value')}`];

  test.each([
    ['boolean', { valueBoolean: true }],
    ['decimal', { valueDecimal: 1.5 }],
    ['integer', { valueInteger: 1 }],
    ['date', { valueDate: '2024-05-01' }],
    ['dateTime', { valueDateTime: '2024-05-01' }],
    ['time', { valueTime: '08:00:00' }],
    ['string', { valueString: 'x' }],
    ['text', { valueString: 'x' }],
    ['url', { valueUri: 'http://x.example' }],
    ['choice', { valueCoding: { system: COLOURS, code: 'red' } }],
    ['open-choice', { valueString: 'pale red' }],
    ['attachment', { valueAttachment: { title: 'x' } }],
    ['reference', { valueReference: { reference: 'Patient/1' } }],
    ['quantity', { valueQuantity: { value: 1 } }],
  ])('of type %s take its value and no other', async (type, value) => {
    expect(await one({ type }, value)).toEqual([]);
    expect(await one({ type: type === 'boolean' ? 'string' : 'boolean' }, value)).toEqual(wrong);
  });

  test('are among the options, or free where the choice is open', async () => {
    const answerOption = [
      { valueCoding: { system: COLOURS, code: 'red', display: 'Red' } },
      { valueString: 'none' },
    ];
    const red = { valueCoding: { system: COLOURS, code: 'red' } };
    const blue = { valueCoding: { system: COLOURS, code: 'blue' } };
    for (const type of ['choice', 'open-choice']) {
      expect(await one({ type, answerOption }, red)).toEqual([]);
      expect(await one({ type, answerOption }, { valueString: 'none' })).toEqual([]);
      expect(await one({ type, answerOption }, blue)).toEqual(wrong);
    }
    expect(await one({ type: 'choice', answerOption }, { valueString: 'some' })).toEqual(wrong);
    expect(await one({ type: 'open-choice', answerOption }, { valueString: 'some' })).toEqual([]);
  });

  test('are in the value set: contained, in memory, or asked for', async () => {
    const contained = [
      {
        resourceType: 'ValueSet',
        id: 'v',
        status: 'active',
        compose: { include: [{ system: COLOURS, concept: [{ code: 'red' }] }] },
      },
    ];
    const coded = (system: string, code: string) => [answer('a', { valueCoding: { system, code } })];
    const choice = (answerValueSet: string) => [{ linkId: 'a', type: 'choice', answerValueSet }];
    expect(await found(choice('#v'), coded(COLOURS, 'red'), undefined, { contained })).toEqual([]);
    expect(await found(choice('#v'), coded(COLOURS, 'blue'), undefined, { contained })).toEqual(wrong);
    const gender = 'http://hl7.org/fhir/ValueSet/administrative-gender';
    const system = 'http://hl7.org/fhir/administrative-gender';
    expect(await found(choice(gender), coded(system, 'male'))).toEqual([]);
    expect(await found(choice(gender), coded(COLOURS, 'male'))).toEqual(wrong);
    const checkCodes = async (checks: readonly CodeCheck[]) =>
      checks.map((c) => ({ valid: c.valueSet ? c.code === 'red' : undefined, systemKnown: false }));
    const q = questionnaire(choice('http://far.example/vs'));
    const outside = { checkCodes, questionnaire: async () => q };
    expect(await validator.validateWith(outside, response(coded(COLOURS, 'red')))).toEqual([]);
    expect(await validator.validateWith(outside, response(coded(COLOURS, 'blue')))).toMatchObject([
      { rule: 'questionnaire-answer', expression: at('[0].answer[0].value') },
    ]);
  });

  test('keep within length, bounds and number', async () => {
    expect(await one({ type: 'string', maxLength: 3 }, { valueString: '一二三' })).toEqual([]);
    expect(await one({ type: 'string', maxLength: 3 }, { valueString: '一二三四' })).toEqual(wrong);
    const bounds = [
      { url: 'http://hl7.org/fhir/StructureDefinition/minValue', valueInteger: 1 },
      { url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: 5 },
    ];
    for (const [valueInteger, issues] of [
      [0, wrong],
      [1, []],
      [5, []],
      [6, wrong],
    ] as const)
      expect(await one({ type: 'integer', extension: bounds }, { valueInteger })).toEqual(issues);
    const two = [{ valueString: 'x' }, { valueString: 'y' }];
    expect(await one({ type: 'string', repeats: true }, ...two)).toEqual([]);
    expect(await one({ type: 'string' }, ...two)).toEqual([
      `error questionnaire-repeats ${at('[0].answer')}`,
    ]);
    const twice = [answer('a', two[0]!), answer('a', two[1]!)];
    expect(await found([{ linkId: 'a', type: 'string', repeats: true }], twice)).toEqual([
      `error questionnaire-repeats ${at('[1]')}`,
    ]);
  });
});

describe('what is required', () => {
  const items = [
    { linkId: 'a', type: 'string', required: true },
    { linkId: 'g', type: 'group', item: [{ linkId: 'g.1', type: 'string', required: true }] },
  ];
  test('is there when the response is complete, and may be missing before', async () => {
    expect(await found(items, [answer('a', { valueString: 'x' })])).toEqual([]);
    expect(await found(items, [{ linkId: 'g' }])).toEqual([
      `error questionnaire-required ${at('[0].item')}`,
      `error questionnaire-required ${at('')}`,
    ]);
    expect(await found(items, [{ linkId: 'a' }])).toEqual([`error questionnaire-required ${at('[0]')}`]);
    expect(await found(items, [{ linkId: 'a' }], 'in-progress')).toEqual([
      `warning questionnaire-required ${at('[0]')}`,
    ]);
  });
});

describe('enableWhen', () => {
  const when = (operator: string, value: object) => ({ question: 'a', operator, ...value });
  const items = (type: string, enableWhen: object[], more: object = {}) => [
    { linkId: 'a', type },
    { linkId: 'b', type: 'string', required: true, enableWhen, ...more },
  ];
  const shown = [`error questionnaire-required ${at('')}`];

  test.each([
    ['exists', { answerBoolean: true }, 1, true],
    ['exists', { answerBoolean: true }, undefined, false],
    ['exists', { answerBoolean: false }, undefined, true],
    ['=', { answerInteger: 1 }, 1, true],
    ['=', { answerInteger: 1 }, 2, false],
    ['!=', { answerInteger: 1 }, 2, true],
    ['!=', { answerInteger: 1 }, 1, false],
    ['>', { answerInteger: 1 }, 2, true],
    ['>', { answerInteger: 1 }, 1, false],
    ['<', { answerInteger: 1 }, 0, true],
    ['<', { answerInteger: 1 }, 1, false],
    ['>=', { answerInteger: 1 }, 1, true],
    ['>=', { answerInteger: 1 }, 0, false],
    ['<=', { answerInteger: 1 }, 1, true],
    ['<=', { answerInteger: 1 }, undefined, false],
  ])('%s %o, answered by %s: %s', async (operator, value, given, enabled) => {
    const answered = given === undefined ? [] : [answer('a', { valueInteger: given })];
    expect(await found(items('integer', [when(operator, value)]), answered)).toEqual(enabled ? shown : []);
  });

  test('compares codings by system and code', async () => {
    const red = { system: COLOURS, code: 'red' };
    const rule = [when('=', { answerCoding: red })];
    const given = (coding: object) => [answer('a', { valueCoding: coding })];
    expect(await found(items('choice', rule), given({ ...red, display: '红' }))).toEqual(shown);
    expect(await found(items('choice', rule), given({ system: 'http://x.example', code: 'red' }))).toEqual(
      [],
    );
  });

  test('needs all conditions or any of them', async () => {
    const both = [when('>', { answerInteger: 1 }), when('<', { answerInteger: 5 })];
    const nine = [answer('a', { valueInteger: 9 })];
    expect(await found(items('integer', both, { enableBehavior: 'any' }), nine)).toEqual(shown);
    expect(await found(items('integer', both, { enableBehavior: 'all' }), nine)).toEqual([]);
  });

  test('what is not asked is not answered', async () => {
    const rule = [when('=', { answerInteger: 1 })];
    const answered = [answer('a', { valueInteger: 2 }), answer('b', { valueString: 'x' })];
    expect(await found(items('integer', rule), answered)).toEqual([
      `error questionnaire-disabled ${at('[1]')}`,
    ]);
  });

  test('looks at the nearest answer: that of the same repetition of a group', async () => {
    const group = [
      {
        linkId: 'g',
        type: 'group',
        repeats: true,
        item: items('integer', [when('=', { answerInteger: 1 })]),
      },
    ];
    const repetition = (valueInteger: number) => ({ linkId: 'g', item: [answer('a', { valueInteger })] });
    expect(await found(group, [repetition(2), repetition(1)])).toEqual([
      `error questionnaire-required ${at('[1].item')}`,
    ]);
  });
});

test('a questionnaire that is contained, unknown or not named', async () => {
  const outside = { questionnaire: async () => undefined };
  const rules = async (resource: object) =>
    (await validator.validateWith(outside, resource)).map((i) => `${i.severity} ${i.rule}`);
  expect(await rules(response([]))).toEqual(['warning questionnaire-unknown']);
  const { questionnaire: _, ...unnamed } = response([]);
  expect(await rules(unnamed)).toEqual(['information questionnaire-unknown']);
  const contained = [questionnaire([{ linkId: 'a', type: 'string', required: true }], { id: 'q' })];
  expect(await rules({ ...response([]), questionnaire: '#q', contained })).toEqual([
    'error questionnaire-required',
  ]);
});
