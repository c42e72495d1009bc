/** What the terminology operations are given, read out of their Parameters. */
import type { CodeableConcept, Coding, Resource } from '@medplum/fhirtypes';
import type { OperationInput } from '../../kernel/contribution.ts';
import { failure, malformed } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../parameters.ts';

export interface Given {
  text(name: string): string | undefined;
  texts(name: string): string[];
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
  coding(name: string): Coding | undefined;
  concept(name: string): CodeableConcept | undefined;
  resource<R extends Resource>(name: string): R | undefined;
  all(name: string): Parameter[];
}

export function givenOf({ parameters }: OperationInput): Given {
  const list = (parameters.parameter ?? []) as readonly Parameter[];
  const value = (name: string) => parameterValue(firstOf(list, name));
  const text = (name: string) => {
    const v = value(name);
    return v === undefined || v === '' ? undefined : String(v);
  };
  return {
    text,
    texts: (name) => allOf(list, name).map((p) => String(parameterValue(p))),
    flag: (name) => {
      const v = text(name);
      if (v === undefined || v === 'true' || v === 'false') return v === undefined ? undefined : v === 'true';
      throw malformed(
        { en: `'${name}' is true or false, not '${v}'.`, zh: `“${name}”应为 true 或 false,而不是“${v}”。` },
        name,
      );
    },
    number: (name) => {
      const v = text(name);
      if (v === undefined || /^\d{1,9}$/.test(v)) return v === undefined ? undefined : Number(v);
      throw malformed(
        {
          en: `'${name}' is a number from 0 on, not '${v}'.`,
          zh: `“${name}”应为不小于 0 的整数,而不是“${v}”。`,
        },
        name,
      );
    },
    coding: (name) => value(name) as Coding | undefined,
    concept: (name) => value(name) as CodeableConcept | undefined,
    resource: <R extends Resource>(name: string) => firstOf(list, name)?.resource as R | undefined,
    all: (name) => allOf(list, name),
  };
}

/** The parameters of an answer; those without a value are left out. */
export function answerOf(parameter: readonly (Parameter | undefined)[]): { text: string } {
  return {
    text: JSON.stringify({ resourceType: 'Parameters', parameter: parameter.filter((p) => p !== undefined) }),
  };
}

/** A parameter of the answer, or nothing. */
export function part(name: string, type: string, value: unknown): Parameter | undefined {
  return value === undefined ? undefined : { name, [`value${type}`]: value };
}

/** 404 for a definition that is not here. */
export function unknownHere(what: string, name: string) {
  return failure('not-found', [
    problem('not-found', {
      en: `The ${what} '${name}' is not known here. GET /fhir/${what} lists those that are; others can be stored or loaded.`,
      zh: `此处没有 ${what}“${name}”。GET /fhir/${what} 可查看已有定义;也可保存或加载新的定义。`,
    }),
  ]);
}

/** 400 for a call that leaves out what it is about. */
export function notGiven(en: string, zh: string) {
  return malformed({ en: `Give ${en}.`, zh: `请给出 ${zh}。` });
}
