/**
 * Whether the actor may do something: the one place that decides. Letters are those of SMART scopes:
 *
 *   c  create
 *   r  read, vread, history of one resource
 *   u  update and patch, an update that creates included
 *   d  delete
 *   s  search and history of a type or of the whole server
 *
 * An operation, and each entry of a Bundle, needs the permissions of what it does: nothing is permitted
 * to an operation as such.
 */
import type { Access, Ctx, Permission } from '../kernel/ctx.ts';
import { failure, forbidden } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { bearerChallenge } from './challenge.ts';
import { accessOf, PERMISSIONS, scopeFor } from './scopes.ts';

/** Something to be permitted: a permission on a resource type. */
export interface Need {
  readonly permission: Permission;
  readonly type: string;
}

/** Whether access reaches this far. */
export function may(access: Access, type: string, permission: Permission): boolean {
  return (
    access.grants.get('*')?.has(permission) === true || access.grants.get(type)?.has(permission) === true
  );
}

/** Throws `forbidden` unless the actor may do this to resources of the type. */
export function assertMay(ctx: Pick<Ctx, 'access'>, permission: Permission, type: string): void {
  if (!may(ctx.access, type, permission)) throw insufficient(ctx.access, [{ permission, type }]);
}

/** Throws `forbidden`, naming all that is missing at once, unless every need is met: for operations. */
export function assertMayAll(ctx: Pick<Ctx, 'access'>, needs: readonly Need[]): void {
  const missing = needs.filter(({ type, permission }) => !may(ctx.access, type, permission));
  if (missing.length > 0) throw insufficient(ctx.access, missing);
}

/** Work on everything is for whoever may do everything, with everybody's data. Throws `forbidden`. */
export function assertAdministrator(ctx: Pick<Ctx, 'access'>): void {
  if (ctx.access.reach) throw forbidden(NOT_OF_ALL);
  assertMayAll(
    ctx,
    PERMISSIONS.map((permission) => ({ permission, type: '*' })),
  );
}

const NOT_OF_ALL = {
  en: 'This is for administrators of the whole county: it works on the data of all organisations.',
  zh: '此操作涉及所有机构的数据,仅限全县级管理员使用。',
};

/** Everything, for a server that asks nobody who they are. */
export function openAccess(): Access {
  return accessOf(scopeFor('*', PERMISSIONS));
}

/** Nothing. */
export function noAccess(): Access {
  return accessOf('');
}

/** RFC 6750 §3.1: 403 with the scope that would do. */
function insufficient(access: Access, missing: readonly Need[]) {
  const byType = Map.groupBy(missing, ({ type }) => type);
  const scope = [...byType]
    .map(([type, needs]) =>
      scopeFor(
        type,
        needs.map(({ permission }) => permission),
      ),
    )
    .join(' ');
  const text =
    access.scope === ''
      ? {
          en: `This needs the scope ${scope}, and no scope was granted.`,
          zh: `此操作需要权限范围 ${scope},而当前未获得任何授权。`,
        }
      : {
          en: `This needs the scope ${scope}; the access token has: ${access.scope}`,
          zh: `此操作需要权限范围 ${scope};当前访问令牌的权限范围为:${access.scope}`,
        };
  return failure('forbidden', [problem('forbidden', text)], {
    'www-authenticate': bearerChallenge({ error: 'insufficient_scope', scope }),
  });
}
