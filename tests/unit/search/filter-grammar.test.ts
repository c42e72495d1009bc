/** The grammar of `_filter`: https://hl7.org/fhir/R4/search_filter.html */
import { expect, test } from 'vitest';
import { FhirError } from '../../../src/kernel/fhir-error.ts';
import { type Expression, OPERATORS, type Path, parseFilter } from '../../../src/search/filter/grammar.ts';

/** An expression with every parenthesis written. */
function written(e: Expression): string {
  if (e.kind === 'test') return `${path(e.path)} ${e.operator} ${JSON.stringify(e.value)}`;
  if (e.kind === 'not') return `not(${written(e.inner)})`;
  return `(${e.parts.map(written).join(` ${e.kind} `)})`;
}

function path(p: Path): string {
  if (p.kind === 'end') return p.name;
  if (p.kind === 'has') return `_has:${p.source}:${p.name}:${path(p.rest)}`;
  const target = p.target === undefined ? '' : `:${p.target}`;
  return `${p.name}${target}${p.where ? `[${written(p.where)}]` : ''}.${path(p.rest)}`;
}

test.each([
  ['name co "pet"', 'name co "pet"'],
  ['  name   co\tpet  ', 'name co "pet"'],
  ['name CO pet', 'name co "pet"'],
  ['code eq http://loinc.org|1234-5', 'code eq "http://loinc.org|1234-5"'],
  ['birthdate ge 2014-10-10T08:00:00.5+08:00', 'birthdate ge "2014-10-10T08:00:00.5+08:00"'],
  ['value lt -5.4', 'value lt "-5.4"'],
  ['name eq "a \\"b\\" (c) ] \\u4e2d\\n"', 'name eq "a \\"b\\" (c) ] 中\\n"'],
  ['name eq ""', 'name eq ""'],
  ['name eq 张三', 'name eq "张三"'],
  ['name eq a"b', 'name eq "a\\"b"'],
  ['a eq 1 and b eq 2', '(a eq "1" and b eq "2")'],
  ['a eq 1 and b eq 2 and c eq 3', '(a eq "1" and b eq "2" and c eq "3")'],
  ['a eq 1 or b eq 2 and c eq 3', '((a eq "1" or b eq "2") and c eq "3")'],
  ['a eq 1 and b eq 2 or c eq 3', '((a eq "1" and b eq "2") or c eq "3")'],
  ['a eq 1 or (b eq 2 and c eq 3)', '(a eq "1" or (b eq "2" and c eq "3"))'],
  ['(a eq 1)and(b eq 2)', '(a eq "1" and b eq "2")'],
  ['((a eq 1))', 'a eq "1"'],
  ['not (a eq 1)', 'not(a eq "1")'],
  ['not(a eq 1) or not (not (b eq 2))', '(not(a eq "1") or not(not(b eq "2")))'],
  ['not eq 1', 'not eq "1"'],
  ['and eq or and or eq and', '(and eq "or" and or eq "and")'],
  ['subject.name co pet', 'subject.name co "pet"'],
  ['subject:Patient.organization.name co x', 'subject:Patient.organization.name co "x"'],
  ['related[type eq "has-component"].target pr true', 'related[type eq "has-component"].target pr "true"'],
  [
    'related[type eq has-component and (a eq 1 or b.c[d eq 2].e eq 3)].target re Observation/4',
    'related[(type eq "has-component" and (a eq "1" or b.c[d eq "2"].e eq "3"))].target re "Observation/4"',
  ],
  ['_has:Observation:patient:code eq x', '_has:Observation:patient:code eq "x"'],
  ['_has:A:b:_has:C:d-e:_id eq x', '_has:A:b:_has:C:d-e:_id eq "x"'],
  ['a._has:B:c:d eq x', 'a._has:B:c:d eq "x"'],
  ['_lastUpdated gt 2020', '_lastUpdated gt "2020"'],
])('reads %s', (text, expected) => {
  expect(written(parseFilter(text))).toBe(expected);
});

test.each(OPERATORS)('knows the operator %s', (operator) => {
  expect(parseFilter(`a ${operator} b`)).toMatchObject({ kind: 'test', operator, value: 'b' });
});

test.each([
  ['', 1],
  ['a', 2],
  ['1a eq b', 1],
  ['a eq', 5],
  ['a eqb', 3],
  ['a xx b', 3],
  ['a eq b c', 8],
  ['a eq b and', 11],
  ['a eq b andc eq d', 8],
  ['(a eq b', 8],
  ['a eq b)', 7],
  ['a eq )', 6],
  ['a[b eq c] eq d', 10],
  ['a[b eq c.d eq e', 12],
  ['a:B eq c', 4],
  ['a. eq b', 3],
  ['a eq "b', 6],
  ['a eq "\\x"', 6],
  ['not a eq b', 5],
])('says where %s stops being a filter', (text, at) => {
  try {
    parseFilter(text);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(FhirError);
    const [issue] = (error as FhirError).issues;
    expect(issue!.text.en).toContain(`At character ${at} of _filter`);
    expect(issue!.text.zh).toContain(`第 ${at} 个字符`);
  }
});

test('reads long input in no time', () => {
  const start = performance.now();
  for (const text of [
    '('.repeat(1e5),
    'a.'.repeat(1e5),
    `a eq "${'\\"'.repeat(1e5)}`,
    ' '.repeat(1e6),
    `${'a eq b or '.repeat(1e5)}`,
  ]) {
    expect(() => parseFilter(text)).toThrow();
  }
  expect(performance.now() - start).toBeLessThan(2000);
});
