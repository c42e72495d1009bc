/**
 * SMART scopes, version 1 (`system/Observation.read`) and version 2 (`system/Observation.rs`): their
 * grammar, what they permit, and how far a client may go. Pure; what is wrong comes back as a value.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 *
 * Only `system/` scopes grant anything so far. Scopes for a person or a patient, and scopes narrowed by
 * search parameters, are understood in order to be refused by name: to ignore a part would grant more
 * than was asked.
 */
import type { Access, Permission } from '../kernel/ctx.ts';
import type { Text } from '../kernel/issue.ts';

export type ScopeContext = 'system' | 'user' | 'patient';

/** A resource scope, taken apart. */
export interface Scope {
  /** As it was written. */
  readonly text: string;
  readonly context: ScopeContext;
  /** A resource type, or `*`. */
  readonly type: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The part after `?` of a granular scope: `category=laboratory`. */
  readonly parameters?: string;
}

/** Why a scope cannot be granted. */
export interface ScopeFault {
  readonly scope: string;
  readonly reason: 'syntax' | 'context' | 'granular' | 'unregistered' | 'nothing';
  readonly text: Text;
}

/** Every permission, in the order in which a scope writes them. */
export const PERMISSIONS: readonly Permission[] = ['c', 'r', 'u', 'd', 's'];

const RESOURCE_SCOPE = /^(system|user|patient)\/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|[cruds]+)(?:\?(.*))?$/;
/** Each letter at most once, in this order. */
const LETTERS = /^c?r?u?d?s?$/;
/** What the words of version 1 mean in letters. */
const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** One scope, taken apart; or what is wrong with how it is written. */
export function parseScope(text: string): Scope | ScopeFault {
  const [, context, type, word, parameters] = RESOURCE_SCOPE.exec(text) ?? [];
  const letters = word === undefined ? undefined : (VERSION_1[word] ?? word);
  if (context === undefined || type === undefined || letters === undefined || !LETTERS.test(letters)) {
    return fault(text, 'syntax', {
      en: `Scope '${text}' is not understood. Write system/<type or *>. and then letters of 'cruds' in that order, or read, write, *; as in system/Observation.rs.`,
      zh: `无法识别权限范围“${text}”。写法为 system/<资源类型或 *>. 加上 cruds 中的字母(按此顺序),或 read、write、*;例如 system/Observation.rs。`,
    });
  }
  return {
    text,
    context: context as ScopeContext,
    type,
    permissions: new Set(letters as Iterable<Permission>),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** The scopes of a scope string, each once. */
export function splitScopes(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter((part) => part !== ''))];
}

/**
 * What a scope string permits. Whatever cannot be granted now adds nothing, so that a scope is never
 * worth more than this version understands of it.
 */
export function accessOf(scope: string): Access {
  const grants = new Map<string, Set<Permission>>();
  for (const part of splitScopes(scope)) {
    const parsed = grantableScope(part);
    if ('reason' in parsed) continue;
    const granted = grants.get(parsed.type) ?? new Set<Permission>();
    for (const permission of parsed.permissions) granted.add(permission);
    grants.set(parsed.type, granted);
  }
  return { grants, scope };
}

/** A scope that can be granted now; or why it cannot. */
export function grantableScope(text: string): Scope | ScopeFault {
  const parsed = parseScope(text);
  if ('reason' in parsed) return parsed;
  if (parsed.context !== 'system') {
    return fault(text, 'context', {
      en: `Scope '${text}' acts for a person, which is not supported yet. Ask for system/ scopes.`,
      zh: `权限范围“${text}”代表个人行事,目前尚不支持。请申请 system/ 开头的权限范围。`,
    });
  }
  if (parsed.parameters !== undefined) {
    return fault(text, 'granular', {
      en: `Scope '${text}' is narrowed by search parameters, which is not supported yet. Ask for it without '?${parsed.parameters}'.`,
      zh: `权限范围“${text}”带有检索参数限定,目前尚不支持。请去掉“?${parsed.parameters}”后再申请。`,
    });
  }
  return parsed;
}

/**
 * What a client is granted: the scopes it asks for, when its registration covers every one of them; all
 * it is registered for, when it asks for none (RFC 6749 §3.3). Scopes are granted as they were written.
 */
export function grantedScopes(
  requested: string,
  allowed: string,
): { readonly scope: string } | { readonly fault: ScopeFault } {
  const registered = splitScopes(allowed).filter((part) => !('reason' in grantableScope(part)));
  const asked = splitScopes(requested);
  const wanted = asked.length === 0 ? registered : asked;
  if (wanted.length === 0) {
    const text = {
      en: 'This client is not registered for any scope that can be granted.',
      zh: '该客户端没有登记任何可以授予的权限范围。',
    };
    return { fault: { scope: allowed, reason: 'nothing', text } };
  }
  const { grants } = accessOf(registered.join(' '));
  for (const text of wanted) {
    const scope = grantableScope(text);
    if ('reason' in scope) return { fault: scope };
    const held = permissionsOn(grants, scope.type);
    if ([...scope.permissions].every((permission) => held.has(permission))) continue;
    return {
      fault: fault(text, 'unregistered', {
        en: `Scope '${text}' goes beyond what this client is registered for: ${registered.join(' ')}`,
        zh: `权限范围“${text}”超出该客户端登记的范围:${registered.join(' ')}`,
      }),
    };
  }
  return { scope: wanted.join(' ') };
}

/** What grants permit on a type: those on the type itself, and those on every type. */
export function permissionsOn(grants: Access['grants'], type: string): ReadonlySet<Permission> {
  const onAll = grants.get('*');
  const onType = grants.get(type);
  if (!onAll) return onType ?? new Set();
  return onType ? new Set([...onAll, ...onType]) : onAll;
}

/** The scope that would permit something: `system/Patient.r`. */
export function scopeFor(type: string, permissions: Iterable<Permission>): string {
  const wanted = new Set(permissions);
  return `system/${type}.${PERMISSIONS.filter((permission) => wanted.has(permission)).join('')}`;
}

function fault(scope: string, reason: ScopeFault['reason'], text: Text): ScopeFault {
  return { scope, reason, text };
}
