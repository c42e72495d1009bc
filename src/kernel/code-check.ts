/**
 * Questions about codes, and what a terminology service answers. Who asks (validation, search, the county's
 * work) and who answers (`terminology/`) meet here, so that neither imports the other.
 */

/** Whether a code is in a value set, or, without one, in its code system. */
export interface CodeCheck {
  /** Canonical, `|version` allowed. */
  readonly valueSet?: string;
  /** Absent for a bare `code`, whose system the value set implies. */
  readonly system?: string;
  readonly version?: string;
  readonly code: string;
  readonly display?: string;
}

/** `undefined`: it cannot be decided here, for the value set or the code system is not known or not complete. */
export interface CodeVerdict {
  readonly valid: boolean | undefined;
  /** The concept's own display, when the code is known. */
  readonly display?: string;
  /** Whether the code system is known here at all. */
  readonly systemKnown: boolean;
}

/** Answers in the order of the questions; one round trip to the database at the most. Never throws on content. */
export type CheckCodes = (checks: readonly CodeCheck[]) => Promise<readonly CodeVerdict[]>;
