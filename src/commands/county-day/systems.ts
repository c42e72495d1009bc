/** The systems that take part, each speaking to the server over HTTP with its own token. */
import { randomUUID } from 'node:crypto';
import type { Bundle, OperationOutcome, Parameters, Resource } from '@medplum/fhirtypes';
import type { Message, Say, Values } from './say.ts';

export type Client = 'township-his' | 'county-his' | 'cdc' | 'platform';
export type Method = 'GET' | 'POST';

/** A request and its answer. */
export interface Exchange {
  readonly step: number;
  readonly client: Client;
  readonly method: Method;
  /** Below the FHIR base, as a person reads it. */
  readonly path: string;
  readonly status: number;
  /** The id under which the server recorded the request. */
  readonly requestId: string;
  readonly body: unknown;
}

/** What should have held and did not. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
  readonly exchange: Exchange;

  constructor(what: string, exchange: Exchange) {
    super(what);
    this.exchange = exchange;
  }
}

export interface Day {
  readonly base: string;
  readonly tokens: Readonly<Record<Client, string | undefined>>;
  readonly say: Say;
  /** Makes business numbers unique from run to run. */
  readonly run: string;
  readonly now: Date;
  /** Everything asked so far, oldest first. */
  readonly exchanges: Exchange[];
  step: number;
}

/** A request that is made, shown, and recorded. Its status must be the expected one. */
export async function ask(
  day: Day,
  client: Client,
  method: Method,
  path: string,
  expected: number,
  body?: Resource,
): Promise<Exchange> {
  const exchange = await request(day, client, method, path, body);
  day.exchanges.push(exchange);
  day.say.exchange(client, `${method} ${exchange.path}`, exchange.status);
  if (exchange.status !== expected) {
    throw new Unmet(day.say.text('statusExpected', { expected, status: exchange.status }), exchange);
  }
  return exchange;
}

/** A request that is only made. `path` may be an absolute address, as the server's own links are. */
export async function request(
  day: Day,
  client: Client,
  method: Method,
  path: string,
  body?: Resource,
): Promise<Exchange> {
  const asked = randomUUID();
  const token = day.tokens[client];
  const response = await fetch(/^https?:/.test(path) ? path : joined(day.base, path), {
    method,
    headers: {
      accept: 'application/fhir+json',
      'accept-language': day.say.lang === 'zh' ? 'zh-CN' : 'en',
      'x-request-id': asked,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/fhir+json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    step: day.step,
    client,
    method,
    path: decodeURIComponent(path) || '/',
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? asked,
    body: parsed(text),
  };
}

function joined(base: string, path: string): string {
  return path === '' ? base : `${base}/${path}`;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

const PAGES = 20;

/** An answer with the pages after it, as far as they are needed: entries one after the other. */
export async function withPages(
  day: Day,
  first: Exchange,
  enough: (soFar: Exchange) => boolean,
): Promise<Exchange> {
  let whole = first;
  for (let page = 1; page < PAGES && !enough(whole); page++) {
    const { link, entry = [] } = bundleOf(whole);
    const next = link?.find(({ relation }) => relation === 'next')?.url;
    if (!next) break;
    const more = bundleOf(await request(day, first.client, 'GET', next));
    whole = { ...first, body: { ...more, entry: [...entry, ...(more.entry ?? [])] } };
  }
  return whole;
}

/** Whether an answer has a resource, by `Type/id`. */
export function contains(exchange: Exchange, reference: string): boolean {
  return (bundleOf(exchange).entry ?? []).some(
    ({ resource }) => resource && `${resource.resourceType}/${resource.id}` === reference,
  );
}

/** Goes on only when it holds. */
export function hold(
  condition: unknown,
  day: Day,
  exchange: Exchange,
  message: Message,
  values?: Values,
): asserts condition {
  if (!condition) throw new Unmet(day.say.text(message, values), exchange);
}

export function bundleOf(exchange: Exchange): Bundle {
  return exchange.body as Bundle;
}

export function parametersOf(exchange: Exchange): Parameters {
  return exchange.body as Parameters;
}

/** The resources of one type in an answer. */
export function resourcesOf<T extends Resource['resourceType']>(
  exchange: Exchange,
  type: T,
): Extract<Resource, { resourceType: T }>[] {
  return (bundleOf(exchange).entry ?? [])
    .map(({ resource }) => resource)
    .filter(
      (resource): resource is Extract<Resource, { resourceType: T }> => resource?.resourceType === type,
    );
}

/** The sentences of an OperationOutcome. */
export function reasonsOf(exchange: Exchange): string {
  const outcome = exchange.body as OperationOutcome | undefined;
  const sentences = (outcome?.issue ?? []).map(
    ({ details, diagnostics }) => details?.text ?? diagnostics ?? '',
  );
  return sentences.filter(Boolean).join(' ');
}

/** `Type/id` of a reference or location, whether absolute, versioned, or neither. */
export function localReference(reference: string | undefined): string | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference ?? '')?.[1];
}
