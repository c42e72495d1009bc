/** One validation under way: where it is, and what it has found. */
import type { Issue, IssueCode, Severity, Text } from '../kernel/issue.ts';
import { isObject, type Json } from './fhirpath/items.ts';
import { type Outside, type Pending, type Question, type TriedCodes, tryCodes } from './outside.ts';

/** More would help nobody: the rest is summed up in one last issue. Warnings never push out an error. */
const MAX_ERRORS = 200;
const MAX_WARNINGS = 100;
/** A resource with more codes than this has the rest of them checked in memory alone. */
const MAX_QUESTIONS = 5000;

export interface Finding {
  readonly code: IssueCode;
  /** Stable kebab-case name; see the README of this folder. */
  readonly rule: string;
  readonly text: Text;
  readonly severity?: Severity;
  /** FHIRPath below the current element: `value`, `name[0]`. */
  readonly at?: string;
}

/** How a validation goes about what is open to choice. */
export interface Manner {
  readonly now: Date;
  /** Whether a resource conforms to a profile or base definition. */
  conforms(url: string, value: unknown, run: Run): boolean;
  readonly unknownProfile: 'warn' | 'refuse';
  /** What to make of a reference to a resource of this server that is not there; not asked when absent. */
  readonly missingReference?: 'warn' | 'refuse';
  readonly outside: Outside;
  readonly tried: TriedCodes;
}

const NONE_VISITED: ReadonlyMap<string, ReadonlySet<Json>> = new Map();

/**
 * The position is a stack of element names and indexes, so that a path is only written out for an issue.
 * Whoever pushes pops.
 */
export class Run {
  readonly issues: Issue[] = [];
  readonly pending: Pending[] = [];
  readonly manner: Manner;
  /** The resource being checked (`%resource`), the one that contains it (`%rootResource`). */
  resource: Json = {};
  root: Json = {};
  /** The Bundle that `root` is an entry of. */
  bundle: Json | undefined;
  /** Canonical of the profile whose demands are being checked. */
  profile: string | undefined;
  /** Targets of references that are being held against a profile, by profile: references may go in circles. */
  visiting: ReadonlyMap<string, ReadonlySet<Json>> = NONE_VISITED;
  /** Issues that did not fit. */
  dropped = 0;
  #errors = 0;
  #warnings = 0;
  #contained: ReadonlyMap<unknown, Json> | undefined;
  #containedOf: Json | undefined;
  #names: string[] = [];
  #indexes: number[] = [];
  #depth = 0;
  /** How deep the resource being checked lies. */
  #resourceAt = 0;
  /** The path that the stack continues. */
  readonly #origin: string;

  constructor(manner: Manner, origin = '') {
    this.manner = manner;
    this.#origin = origin;
  }

  get now(): Date {
    return this.manner.now;
  }

  /** The contained resources of the root, by id. */
  contained(): ReadonlyMap<unknown, Json> {
    if (!this.#contained || this.#containedOf !== this.root) {
      const list = Array.isArray(this.root.contained) ? this.root.contained.filter(isObject) : [];
      this.#contained = new Map(list.map((r) => [r.id, r]));
      this.#containedOf = this.root;
    }
    return this.#contained;
  }

  /** Whether a further error is only counted, so that its words need no care. */
  get full(): boolean {
    return this.#errors >= MAX_ERRORS;
  }

  push(name: string): void {
    this.#names[this.#depth] = name;
    this.#indexes[this.#depth++] = -1;
  }

  /** The current element repeats: which one of it is looked at. */
  at(index: number): void {
    this.#indexes[this.#depth - 1] = index;
  }

  pop(): void {
    this.#depth--;
  }

  /** The name of the current element, or of the one so many levels above. */
  nameAbove(levels: number): string | undefined {
    return this.#names[this.#depth - 1 - levels];
  }

  /** From here on, paths are those of a resource inside another; the former beginning is returned, to be put back. */
  enterResource(): number {
    const before = this.#resourceAt;
    this.#resourceAt = this.#depth;
    return before;
  }

  leaveResource(before: number): void {
    this.#resourceAt = before;
  }

  /** The steps from the resource to the current element. */
  stepsInResource(): { readonly name: string; readonly index: number }[] {
    const steps: { name: string; index: number }[] = [];
    for (let i = this.#resourceAt; i < this.#depth; i++)
      steps.push({ name: this.#names[i]!, index: this.#indexes[i]! });
    return steps;
  }

  path(at?: string): string {
    let path = this.#origin;
    for (let i = 0; i < this.#depth; i++) {
      path += path === '' ? this.#names[i]! : `.${this.#names[i]!}`;
      if (this.#indexes[i]! >= 0) path += `[${this.#indexes[i]}]`;
    }
    if (!at) return path;
    return path ? `${path}.${at}` : at;
  }

  add(finding: Finding): void {
    const severity = finding.severity ?? 'error';
    if (severity === 'error' ? this.#errors >= MAX_ERRORS : this.#warnings >= MAX_WARNINGS) {
      this.dropped++;
      return;
    }
    const expression = this.path(finding.at);
    const repeated = this.issues.some(
      (i) => i.rule === finding.rule && i.expression === expression && i.text.en === finding.text.en,
    );
    if (repeated) return;
    if (severity === 'error') this.#errors++;
    else this.#warnings++;
    this.issues.push({
      severity,
      code: finding.code,
      text: finding.text,
      ...(expression ? { expression } : {}),
      rule: finding.rule,
      ...(this.profile ? { profile: this.profile } : {}),
    });
  }

  /** Puts a question to those outside, to be judged as if from here. */
  ask(question: Question): void {
    if (this.pending.length >= MAX_QUESTIONS) return;
    this.pending.push({ question, place: this.issues.length, run: this.#continued(this.path()) });
  }

  /** Whether a check finds no error; what it finds is forgotten, and what it asks about codes is to be known first. */
  passes(check: (run: Run) => void): boolean {
    return this.errorOf(check) === undefined;
  }

  /** The first error that a check finds; everything else about it is forgotten. */
  errorOf(check: (run: Run) => void): Issue | undefined {
    const trial = this.#continued('');
    check(trial);
    return trial.firstError() ?? tryCodes(trial.pending, this.manner.tried)?.firstError();
  }

  firstError(): Issue | undefined {
    return this.issues.find((i) => i.severity === 'error');
  }

  #continued(origin: string): Run {
    const run = new Run(this.manner, origin);
    run.resource = this.resource;
    run.root = this.root;
    run.bundle = this.bundle;
    run.profile = this.profile;
    run.visiting = this.visiting;
    return run;
  }
}
