/**
 * What a service of CDS Hooks is asked and answers. https://cds-hooks.hl7.org/2.0/
 * Features contribute services; `http/cds-hooks.ts` gives them their addresses.
 */
import type { Ctx } from './ctx.ts';
import type { Text } from './issue.ts';

/** A request to a service. What `context` must hold is the hook's to say. */
export interface CdsRequest {
  readonly hook: string;
  /** UUID of this one call. */
  readonly hookInstance: string;
  /** Base of the client's own FHIR server. Nothing is ever fetched from there. */
  readonly fhirServer?: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** By the keys of the service's templates; null where the client found nothing. */
  readonly prefetch: Readonly<Record<string, unknown>>;
}

export interface CdsCoding {
  readonly code: string;
  readonly system?: string;
  readonly display: string;
}

export interface CdsAction {
  readonly type: 'create' | 'update' | 'delete';
  readonly description: string;
  readonly resource?: object;
  /** `Type/id` of what is deleted. */
  readonly resourceId?: string;
}

export interface CdsSuggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: boolean;
  /** To be carried out together. */
  readonly actions: readonly CdsAction[];
}

export interface CdsCard {
  readonly uuid: string;
  /** Fewer than 140 characters. */
  readonly summary: string;
  /** GitHub Flavored Markdown. */
  readonly detail?: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly source: { readonly label: string; readonly url?: string; readonly topic?: CdsCoding };
  readonly suggestions?: readonly CdsSuggestion[];
  /** Required with suggestions. */
  readonly selectionBehavior?: 'at-most-one' | 'any';
  readonly overrideReasons?: readonly CdsCoding[];
  readonly links?: readonly {
    readonly label: string;
    readonly url: string;
    readonly type: 'absolute' | 'smart';
  }[];
}

/** What became of a card. */
export interface CdsFeedback {
  /** `uuid` of the card. */
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  /** `uuid`s of suggestions. */
  readonly acceptedSuggestions: readonly string[];
  readonly overrideReason?: {
    readonly reason?: Partial<CdsCoding>;
    readonly userComment?: string;
  };
  /** As sent. */
  readonly outcomeTimestamp: string;
}

export interface CdsService {
  /** Last segment of its address. */
  readonly id: string;
  readonly hook: string;
  readonly title: Text;
  readonly description: Text;
  /** FHIR queries with `{{context.…}}`. */
  readonly prefetch?: Readonly<Record<string, string>>;
  readonly usageRequirements?: Text;
  /** Throws `malformed` for a context that is not the hook's, `precondition` for data that is missing. */
  readonly answer: (ctx: Ctx, request: CdsRequest) => Promise<readonly CdsCard[]>;
  readonly feedback: (ctx: Ctx, feedback: readonly CdsFeedback[]) => Promise<void>;
}
