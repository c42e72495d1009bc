/** What the schedule of a programme rests on. Pure. */

/** What is known of a resident for one programme. */
export interface Subject {
  readonly birth?: string;
  readonly gender?: string;
  /** When the resident is enrolled and under management. */
  readonly enrolment?: {
    readonly start: string;
    /** timing-anchor -> day */
    readonly anchors: ReadonlyMap<string, string>;
    /** Optional actions that were chosen. */
    readonly options: readonly string[];
  };
  /** Has the disease of the programme: screening is for the others. */
  readonly known: boolean;
  /** A visit of the programme is still to do. */
  readonly visitOpen: boolean;
  /** The last visit that was made, or missed for good. */
  readonly lastVisit?: string;
  /** Codes of key-population. */
  readonly populations: ReadonlySet<string>;
  /** `vaccine dose` -> day */
  readonly doses: ReadonlyMap<string, string>;
}

export interface Span {
  /** Windows that ended before are history. */
  readonly since: string;
  readonly today: string;
}

export function doseKey(vaccine: string, dose: number): string {
  return `${vaccine} ${dose}`;
}
