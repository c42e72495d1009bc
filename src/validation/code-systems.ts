/** The code systems that are known in memory whole: whether a code is one of theirs, and what it is called. */
import type { CodeSystemConcept } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';

/** Code -> its names: display and designations. */
export type Concepts = ReadonlyMap<string, readonly string[]>;

/** What is known of a system: its concepts, or that it is known only in part (`partial`), or nothing. */
export type Known = Concepts | 'partial' | undefined;

/** One for each Definitions: a system is taken apart when it is first met. */
export class CodeSystems {
  readonly #definitions: Definitions;
  readonly #known = new Map<string, Known>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get(system: string): Known {
    if (this.#known.has(system)) return this.#known.get(system);
    const known = this.#read(system);
    // What clients invent must not fill the memory.
    if (known !== undefined || this.#known.size < MAX_SYSTEMS) this.#known.set(system, known);
    return known;
  }

  #read(url: string): Known {
    const system = this.#definitions.codeSystem(url);
    if (!system) return undefined;
    if (system.content !== 'complete' || !system.concept) return 'partial';
    const concepts = new Map<string, readonly string[]>();
    collect(system.concept, system.caseSensitive === false, concepts);
    return concepts;
  }
}

const MAX_SYSTEMS = 10_000;

/** Lower and upper case are the same to a system that says so; both are kept, for codes are looked up as sent. */
function collect(
  list: readonly CodeSystemConcept[],
  anyCase: boolean,
  into: Map<string, readonly string[]>,
): void {
  for (const { code, display, designation = [], concept } of list) {
    const names = [display, ...designation.map((d) => d.value)].filter((n) => n !== undefined);
    if (anyCase) for (const form of [code!.toLowerCase(), code!.toUpperCase()]) into.set(form, names);
    into.set(code!, names);
    if (concept) collect(concept, anyCase, into);
  }
}

/** Whether a display says the same, as far as blanks and letter case go. */
export function isName(names: readonly string[], display: string): boolean {
  for (const name of names) if (name === display) return true;
  const plain = plainName(display);
  return names.some((name) => plainName(name) === plain);
}

function plainName(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
