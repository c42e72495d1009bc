/** From a body to a Change: validated, ruled upon, stamped and indexed. Pure but for the clock it is given. */

import { askersOf } from '../access/marks.ts';
import { answersFor, mayWrite } from '../access/write-rule.ts';
import { auditRule } from '../audit/audit-rule.ts';
import type { WriteFacts } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError, failure, forbidden, malformed, ruleBroken, unprocessable } from '../kernel/fhir-error.ts';
import { type Issue, isError } from '../kernel/issue.ts';
import { type IndexRows, NO_ROWS } from '../search/rows.ts';
import type { Change, Method, Stored } from '../store/change.ts';
import { type AmendMore, amended } from './amend.ts';
import type { Body, Engine, ValidateMore } from './engine.ts';
import { flawed } from './quarantine-tag.ts';
import { withStoredIdentifiers } from './stored-identifiers.ts';
import { subsetRule } from './subset-rule.ts';
import { versionText } from './version-text.ts';

/** Throws unless the body is a valid resource of the type; answers the warnings. */
export async function checkBody(
  engine: Engine,
  ctx: Ctx,
  type: string,
  body: Body,
  more: Pick<ValidateMore, 'db' | 'written'> & {
    /** Whether a code is known is for somebody else to say, who knows what it is for. */
    readonly codesOpen?: boolean;
  } = {},
): Promise<Issue[]> {
  if (body.resource.resourceType !== type) {
    throw malformed(
      {
        en: `The body is a ${body.resource.resourceType ?? 'thing without resourceType'}, but the address says ${type}.`,
        zh: `请求体的资源类型是 ${body.resource.resourceType ?? '(缺少 resourceType)'},而地址中是 ${type}。`,
      },
      'resourceType',
    );
  }
  const found = engine.validate(ctx, body.resource, more);
  const all = found instanceof Promise ? await found : found;
  const issues = more.codesOpen ? all.filter((i) => i.rule !== 'code-unknown') : all;
  if (!issues.some(isError)) return issues;
  // What cannot be read as FHIR is 400; what is FHIR but breaks its rules or a profile is 422.
  const unreadable = issues.some((i) => isError(i) && i.code === 'structure');
  throw unreadable ? failure('malformed', issues) : unprocessable(issues);
}

/**
 * A body as it will be stored, with the warnings there are. Throws like `checkBody`, but for what the client's
 * resources may break: see `quarantine.ts`.
 */
export async function acceptBody(
  engine: Engine,
  ctx: Ctx,
  type: string,
  sent: Body,
  more: AmendMore = {},
): Promise<{ readonly body: Body; readonly issues: Issue[] }> {
  const { body, issues } = await amended(
    engine,
    ctx,
    withStoredIdentifiers(engine.definitions.identifierSystems, sent),
    more,
  );
  const accepted = await acceptStored(engine, ctx, type, body, more);
  return { ...accepted, issues: [...issues, ...accepted.issues] };
}

/** The same for a body whose identifiers are as they are stored. */
export async function acceptStored(
  engine: Engine,
  ctx: Ctx,
  type: string,
  body: Body,
  more: Pick<ValidateMore, 'db' | 'written'> = {},
): Promise<{ readonly body: Body; readonly issues: Issue[] }> {
  try {
    return { body, issues: await checkBody(engine, ctx, type, body, more) };
  } catch (error) {
    if (!(error instanceof FhirError) || error.category !== 'unprocessable') throw error;
    if (!engine.quarantines(ctx, type)) throw error;
    const issues = await engine.validate(ctx, body.resource, { ...more, lenient: true });
    if (issues.some(isError)) throw error;
    return { body: flawed(body, error.issues.filter(isError)), issues: error.issues.map(asWarning) };
  }
}

function asWarning(issue: Issue): Issue {
  return isError(issue) ? { ...issue, severity: 'warning' } : issue;
}

/** A change with what the rules and workflows judge it by. */
export interface Prepared extends Change {
  readonly facts: WriteFacts;
}

/** Throws when a rule of the county's work forbids the write. */
export function checkRules(engine: Engine, facts: WriteFacts): void {
  const issues = [auditRule, subsetRule, ...engine.rules].flatMap((rule) => rule(facts));
  if (issues.some(isError)) throw ruleBroken(issues);
}

/** The version a body becomes. */
export function changeOf(
  engine: Engine,
  ctx: Ctx,
  body: Body,
  id: string,
  method: Method,
  before?: Stored,
): Prepared {
  const type = body.resource.resourceType;
  const former = formerOf(engine, before);
  const after = body.resource.id === id ? body.resource : { ...body.resource, id };
  const facts = { type, id, before: former?.resource, after, ctx };
  checkRules(engine, facts);
  const version = (before?.version ?? 0) + 1;
  const updated = Math.max(ctx.now.getTime(), before?.updated ?? 0);
  // The versions' own fields are searched through columns, so the rows need not know them.
  const rows = engine.indexRows(body.resource);
  assertMayWrite(ctx, { type, id }, withTokens(before, former), { ...rows, askers: askersOf(after) });
  return {
    type,
    id,
    version,
    updated,
    method,
    content: versionText(body, id, version, updated),
    rows,
    ...answersFor(
      ctx.access.reach,
      type,
      before && { marks: before.marks, resource: former?.resource },
      after,
    ),
    before: before && { stored: before, rows: former?.rows ?? NO_ROWS },
    facts,
  };
}

/** The tombstone of a resource. */
export function deletionOf(engine: Engine, ctx: Ctx, before: Stored): Prepared {
  const former = formerOf(engine, before);
  const facts = { type: before.type, id: before.id, before: former?.resource, ctx };
  checkRules(engine, facts);
  assertMayWrite(ctx, before, withTokens(before, former), undefined);
  return {
    type: before.type,
    id: before.id,
    version: before.version + 1,
    updated: Math.max(ctx.now.getTime(), before.updated),
    method: 'DELETE',
    content: null,
    rows: NO_ROWS,
    before: { stored: before, rows: former?.rows ?? NO_ROWS },
    facts,
  };
}

/** Throws `forbidden` unless the caller may write over what was there, and what is to be there. */
export function assertMayWrite(
  { access }: Pick<Ctx, 'access'>,
  { type, id }: Pick<Change, 'type' | 'id'>,
  before: (Stored & { readonly tokens?: ReadonlySet<string> | undefined }) | undefined,
  after: (IndexRows & { readonly askers?: ReadonlySet<string> }) | undefined,
): void {
  if (!access.reach) return;
  const { tokens } = before ?? {};
  const was = before && {
    type,
    id,
    patient: before.patient,
    marks: new Set(before.marks),
    ...(tokens ? { tokens } : {}),
  };
  if (!mayWrite(access.reach, was, after && { ...after, type, id })) throw mayNotWrite(type);
}

function withTokens(before: Stored | undefined, former: { readonly rows: IndexRows } | undefined) {
  return before && { ...before, tokens: former?.rows.tokens };
}

/** Says nothing of what is there. */
export function mayNotWrite(type: string): FhirError {
  return forbidden({
    en: `This ${type} is not for the caller to write: it is, or would become, the data of another organisation or resident.`,
    zh: `调用者无权写入该 ${type}:它属于(或将属于)其他机构或居民。`,
  });
}

function formerOf(engine: Engine, before: Stored | undefined) {
  if (!before?.content) return undefined;
  const resource = JSON.parse(before.content) as Body['resource'];
  return { resource, rows: engine.indexRows(resource) };
}
