/** One validation under way: where it is, and what it has found. */
import type { Issue, IssueCode, Severity, Text } from '../kernel/issue.ts';
import { isObject, type Json } from './fhirpath/items.ts';

/** More would help nobody: the rest is summed up in one last issue. Warnings never push out an error. */
const MAX_ERRORS = 200;
const MAX_WARNINGS = 100;

export interface Finding {
  readonly code: IssueCode;
  /** Stable kebab-case name; see the README of this folder. */
  readonly rule: string;
  readonly text: Text;
  readonly severity?: Severity;
  /** FHIRPath below the current element: `value`, `name[0]`. */
  readonly at?: string;
}

/**
 * The position is a stack of element names and indexes, so that a path is only written out for an issue.
 * Whoever pushes pops.
 */
export class Run {
  readonly issues: Issue[] = [];
  readonly now: Date;
  readonly unknownProfile: 'warn' | 'refuse';
  /** The resource being checked (`%resource`), the one that contains it (`%rootResource`). */
  resource: Json = {};
  root: Json = {};
  /** Canonical of the profile whose demands are being checked. */
  profile: string | undefined;
  /** Issues that did not fit. */
  dropped = 0;
  #errors = 0;
  #warnings = 0;
  #contained: ReadonlyMap<unknown, Json> | undefined;
  #containedOf: Json | undefined;
  #names: string[] = [];
  #indexes: number[] = [];
  #depth = 0;

  constructor(now: Date, unknownProfile: 'warn' | 'refuse') {
    this.now = now;
    this.unknownProfile = unknownProfile;
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

  path(at?: string): string {
    let path = '';
    for (let i = 0; i < this.#depth; i++) {
      path += i === 0 ? this.#names[i]! : `.${this.#names[i]!}`;
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

  /** Whether a check finds no error; what it finds is forgotten. */
  passes(check: (run: Run) => void): boolean {
    const trial = new Run(this.now, this.unknownProfile);
    trial.resource = this.resource;
    trial.root = this.root;
    check(trial);
    return !trial.issues.some((i) => i.severity === 'error');
  }
}
