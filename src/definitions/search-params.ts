/** SearchParameter definitions -> the parameters each resource type has. */
import type { SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import { targetTypes } from './elements.ts';
import { typeUrl } from './registry.ts';
import type { SearchParam } from './types.ts';

/** Keeps the `|` branches of an expression that can match the type: those that do not start with another type. */
export function branchesFor(expression: string, type: string, resourceTypes: ReadonlySet<string>): string {
  return topLevelBranches(expression)
    .filter((branch) => {
      const head = /^\(*\s*([A-Za-z]+)/.exec(branch)?.[1];
      return head === undefined || head === type || !resourceTypes.has(head);
    })
    .join(' | ');
}

/** Splits at `|` outside brackets and quotes. */
function topLevelBranches(expression: string): string[] {
  const branches: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let i = 0; i < expression.length; i++) {
    const c = expression[i];
    if (c === "'" && expression[i - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') depth--;
    else if (c === '|' && depth === 0) {
      branches.push(expression.slice(start, i).trim());
      start = i + 1;
    }
  }
  branches.push(expression.slice(start).trim());
  return branches.filter((b) => b !== '');
}

export class SearchParams {
  readonly #byBase = new Map<string, SearchParameter[]>();
  readonly #structures: ReadonlyMap<string, StructureDefinition>;
  readonly #resourceTypes: ReadonlySet<string>;
  readonly #cache = new Map<string, ReadonlyMap<string, SearchParam>>();

  constructor(
    parameters: readonly SearchParameter[],
    structures: ReadonlyMap<string, StructureDefinition>,
    resourceTypes: ReadonlySet<string>,
  ) {
    this.#structures = structures;
    this.#resourceTypes = resourceTypes;
    for (const parameter of parameters) {
      for (const base of parameter.base ?? []) {
        const list = this.#byBase.get(base);
        if (list) list.push(parameter);
        else this.#byBase.set(base, [parameter]);
      }
    }
  }

  /** See Definitions.searchParams. A parameter of a later package replaces the same code of an earlier one. */
  of(type: string): ReadonlyMap<string, SearchParam> {
    let params = this.#cache.get(type);
    if (!params) {
      params = this.#build(type);
      this.#cache.set(type, params);
    }
    return params;
  }

  #build(type: string): ReadonlyMap<string, SearchParam> {
    const out = new Map<string, SearchParam>();
    if (!this.#resourceTypes.has(type)) return out;
    const parent = this.#structures.get(typeUrl(type))?.baseDefinition ?? '';
    const bases = parent.endsWith('/DomainResource')
      ? ['Resource', 'DomainResource', type]
      : ['Resource', type];
    for (const base of bases) {
      for (const sp of this.#byBase.get(base) ?? []) out.set(sp.code!, this.resolve(sp, type));
    }
    return out;
  }

  /** Any SearchParameter as one of its types has it. */
  resolve(sp: SearchParameter, type: string): SearchParam {
    return {
      code: sp.code!,
      url: sp.url!,
      type: sp.type as SearchParam['type'],
      base: type,
      expression: branchesFor(sp.expression ?? '', type, this.#resourceTypes),
      targets: targetTypes(sp.target, this.#structures),
      components: (sp.component ?? []).map((c) => ({
        definition: c.definition!,
        expression: c.expression!,
      })),
      description: describe(sp.description ?? '', type),
    };
  }
}

/** A parameter shared by many types describes each on a line `* [Type](type.html): text`. */
function describe(description: string, type: string): string {
  const line = description.split(/\r?\n/).find((text) => text.startsWith(`* [${type}](`));
  return line ? line.slice(line.indexOf('): ') + 3).trim() : description;
}
