/** The systems that take part, each speaking to the server over HTTP with its own token. */
import { randomUUID } from 'node:crypto';
import type { Bundle, OperationOutcome, Parameters, Resource } from '@medplum/fhirtypes';
import type { Text } from '../../kernel/issue.ts';
import type { Say, Values } from './say.ts';
import { SHOULD } from './words.ts';

export type Client = 'township-his' | 'county-his' | 'cdc' | 'platform';
export type Method = 'GET' | 'POST' | 'PUT';

/** A request and its answer. */
export interface Exchange {
  readonly step: number;
  readonly client: Client;
  readonly method: Method;
  /** Below the FHIR base, as a person reads it. */
  readonly path: string;
  /** What was sent, as it was sent. */
  readonly sent: string;
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
  /** Where the resources of the resident are that chapters speak of: `Type/id` by the name the story has for it. */
  readonly places: Map<string, string>;
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
    throw new Unmet(day.say.text(SHOULD.haveStatus, { expected, status: exchange.status }), exchange);
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
  const sent = body ? JSON.stringify(body) : '';
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
    ...(body ? { body: sent } : {}),
  });
  const text = await response.text();
  return {
    step: day.step,
    client,
    method,
    path: decodeURIComponent(path) || '/',
    sent,
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
  expectation: Text,
  values?: Values,
): asserts condition {
  if (!condition) throw new Unmet(day.say.text(expectation, values), exchange);
}

export function bundleOf(exchange: Exchange): Bundle {
  return exchange.body as Bundle;
}

export function parametersOf(exchange: Exchange): Parameters {
  return exchange.body as Parameters;
}

/** Goes on only when there are as many as expected. */
export function holdCount(day: Day, exchange: Exchange, what: string, expected: number, got: number): void {
  hold(got === expected, day, exchange, SHOULD.count, { what, expected, got });
}

/** Where an earlier chapter left something: `Type/id`. */
export function place(day: Day, name: string): string {
  const found = day.places.get(name);
  if (!found) throw new Error(`No chapter before this one has left '${name}'`);
  return found;
}

/** A resource that is created, and where it is. */
export async function create(day: Day, client: Client, resource: Resource): Promise<string> {
  const { resourceType } = resource;
  const answer = await ask(day, client, 'POST', resourceType, 201, resource);
  const { id } = (answer.body ?? {}) as Resource;
  hold(id, day, answer, SHOULD.locate);
  return `${resourceType}/${id}`;
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
