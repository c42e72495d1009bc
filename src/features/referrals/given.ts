/** What the caller of a step says in its parameters. Pure. */
import type { OperationInput, Resource } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { allOf, type Parameter, parameterValue } from '../../operations/parameters.ts';

export interface Given {
  reference(name: string): string | undefined;
  references(name: string): string[];
  /** Of any primitive type that JSON writes as text. */
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  concept(name: string): Concept | undefined;
  concepts(name: string): Concept[];
  resource(name: string): Resource | undefined;
}

/** `rename`: references as the caller wrote them to those of this server. */
export function givenIn(
  { parameters }: Pick<OperationInput, 'parameters'>,
  rename = (r: string) => r,
): Given {
  const all = (parameters.parameter ?? []) as readonly Parameter[];
  const values = (name: string) => allOf(all, name).map(parameterValue);
  const references = (name: string) =>
    values(name)
      .map((v) => (v as Reference | undefined)?.reference)
      .filter((r) => r !== undefined)
      .map(rename);
  return {
    references,
    reference: (name) => references(name)[0],
    text: (name) => values(name)[0] as string | undefined,
    flag: (name) => values(name)[0] as boolean | undefined,
    concept: (name) => values(name)[0] as Concept | undefined,
    concepts: (name) => values(name) as Concept[],
    resource: (name) => allOf(all, name)[0]?.resource as Resource | undefined,
  };
}
