/** `Parameters` in and out of operations. https://hl7.org/fhir/R4/parameters.html */
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import { malformed, unprocessable } from '../kernel/fhir-error.ts';
import { type Issue, problem } from '../kernel/issue.ts';

/** One parameter as it stands in the JSON: a name, and a value, a resource or parts. */
export interface Parameter {
  readonly name: string;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly part?: readonly Parameter[];
  readonly [value: string]: unknown;
}

/** The value of a parameter, whatever its type: `valueCode`, `valueReference`, …; undefined when there is none. */
export function parameterValue(parameter: Parameter | undefined): unknown {
  if (!parameter) return undefined;
  const key = Object.keys(parameter).find((k) => k.startsWith('value'));
  return key === undefined ? undefined : parameter[key];
}

export function allOf(parameters: readonly Parameter[], name: string): Parameter[] {
  return parameters.filter((p) => p.name === name);
}

export function firstOf(parameters: readonly Parameter[], name: string): Parameter | undefined {
  return parameters.find((p) => p.name === name);
}

/**
 * A resource sent alone is the one resource that the operation takes; its other parameters stand in the
 * address. https://hl7.org/fhir/R4/operations.html#request
 */
export function resourceParameter(definition: OperationDefinition): string | undefined {
  const resources = (definition.parameter ?? []).filter((p) => p.use === 'in' && p.type === 'Resource');
  return resources.length === 1 ? resources[0]!.name : undefined;
}

/**
 * The parameters of a call, checked against the definition: names, cardinality, types. Throws malformed for
 * what is no Parameters resource, unprocessable with every issue found otherwise.
 */
export function inputParameters(
  definition: OperationDefinition,
  body: Readonly<Record<string, unknown>>,
): Parameter[] {
  if (body.resourceType !== 'Parameters') {
    throw malformed(
      {
        en: `$${definition.code} takes a Parameters resource, not ${String(body.resourceType)}.`,
        zh: `$${definition.code} 接受 Parameters 资源,而不是 ${String(body.resourceType)}。`,
      },
      'resourceType',
    );
  }
  const given = (body.parameter ?? []) as Parameter[];
  const issues: Issue[] = [];
  if (!Array.isArray(given)) {
    throw malformed(
      { en: 'Parameters.parameter must be an array.', zh: 'Parameters.parameter 必须是数组。' },
      'Parameters.parameter',
    );
  }
  check(definition.parameter?.filter((p) => p.use === 'in') ?? [], given, 'Parameters.parameter', issues);
  if (issues.length > 0) throw unprocessable(issues);
  return given;
}

function check(
  allowed: readonly OperationDefinitionParameter[],
  given: readonly Parameter[],
  path: string,
  issues: Issue[],
): void {
  given.forEach((parameter, i) => {
    const at = `${path}[${i}]`;
    const definition = allowed.find((d) => d.name === parameter?.name);
    if (!definition) {
      const names = allowed.map((d) => d.name).join(', ');
      issues.push(
        problem(
          'not-supported',
          {
            en: `There is no parameter '${String(parameter?.name)}' here. There are: ${names}.`,
            zh: `此处没有参数“${String(parameter?.name)}”。可用参数:${names}。`,
          },
          { expression: at },
        ),
      );
      return;
    }
    checkType(definition, parameter, at, issues);
    if (definition.part) check(definition.part, parameter.part ?? [], `${at}.part`, issues);
  });
  for (const definition of allowed) {
    const count = given.filter((p) => p?.name === definition.name).length;
    if (count < (definition.min ?? 0)) {
      issues.push(
        problem(
          'required',
          {
            en: `The parameter '${definition.name}' is required here.`,
            zh: `此处必须给出参数“${definition.name}”。`,
          },
          { expression: path },
        ),
      );
    }
    if (definition.max !== '*' && count > Number(definition.max)) {
      issues.push(
        problem(
          'structure',
          {
            en: `The parameter '${definition.name}' may occur ${definition.max} time(s), not ${count}.`,
            zh: `参数“${definition.name}”最多出现 ${definition.max} 次,而不是 ${count} 次。`,
          },
          { expression: path },
        ),
      );
    }
  }
}

function checkType(
  definition: OperationDefinitionParameter,
  parameter: Parameter,
  at: string,
  issues: Issue[],
): void {
  const { type } = definition;
  if (type === undefined || type === 'Element' || type === 'Any') return;
  // A type of a parameter is a data type, or a resource type when the parameter carries a resource.
  const property = `value${type[0]!.toUpperCase()}${type.slice(1)}`;
  if (parameter[property] !== undefined) return;
  const resource = parameter.resource as { resourceType?: string } | undefined;
  if (resource && (type === 'Resource' || resource.resourceType === type)) return;
  issues.push(
    problem(
      'structure',
      {
        en: `The parameter '${definition.name}' must be a ${type}: give ${property} (or resource, for a resource type).`,
        zh: `参数“${definition.name}”的类型应为 ${type}:请给出 ${property}(资源类型则为 resource)。`,
      },
      { expression: at },
    ),
  );
}
