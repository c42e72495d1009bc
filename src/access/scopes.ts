/**
 * SMART scopes, version 1 (`patient/Observation.read`) and version 2 (`patient/Observation.rs?category=laboratory`):
 * their grammar, and how far a client may go. Pure; what is wrong comes back as a value. What they permit on data is
 * decided elsewhere in this folder.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
import type { Access, Permission, ResourceScope, ScopeContext } from '../kernel/ctx.ts';
import type { Text } from '../kernel/issue.ts';

/** Why a scope cannot be granted. */
export interface ScopeFault {
  readonly scope: string;
  readonly reason: 'syntax' | 'context' | 'unregistered' | 'nothing';
  readonly text: Text;
}

/** Every permission, in the order in which a scope writes them. */
export const PERMISSIONS: readonly Permission[] = ['c', 'r', 'u', 'd', 's'];

/** Who signed in. */
const IDENTITY_SCOPES = ['openid', 'fhirUser', 'profile'];
/** What is open: the EHR tells it, or the person chooses. */
const LAUNCH_SCOPES = ['launch', 'launch/patient', 'launch/encounter'];
/** For how long. */
const REFRESH_SCOPES = ['online_access', 'offline_access'];
/** Scopes of people's sign-on that are no resource scopes. */
export const PERSON_SCOPES: readonly string[] = [...IDENTITY_SCOPES, ...LAUNCH_SCOPES, ...REFRESH_SCOPES];
/** Of a system that may ask about everybody's tokens. An extension, named as SMART asks of extensions. */
export const INTROSPECTION_SCOPE = '__introspect';

/** Letters or a word of version 1; parameters with letters alone. No character that a scope may not have (RFC 6749 §3.3). */
const RESOURCE_SCOPE =
  /^(system|user|patient)\/(\*|[A-Z][A-Za-z]*)\.(?:(read|write|\*)|([cruds]+)(?:\?([!#-[\]-~]+))?)$/;
/** Each letter at most once, in this order. */
const LETTERS = /^c?r?u?d?s?$/;
/** `name=value` with the modifier or chain a name may have. */
const PARAMETER = /^[A-Za-z_][\w.:-]*=.+$/;
/** What the words of version 1 mean in letters. */
const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** One resource scope, taken apart; or what is wrong with how it is written. */
export function parseScope(text: string): ResourceScope | ScopeFault {
  const [, context, type, word, written, parameters] = RESOURCE_SCOPE.exec(text) ?? [];
  const letters = word === undefined ? written : VERSION_1[word];
  const right =
    letters !== undefined &&
    LETTERS.test(letters) &&
    (parameters === undefined || parameters.split('&').every((each) => PARAMETER.test(each)));
  if (!right || context === undefined || type === undefined) {
    return fault(text, 'syntax', {
      en: `Scope '${text}' is not understood. Write system/, user/ or patient/, a resource type or *, a dot and letters of 'cruds' in that order, or read, write, *; as in patient/Observation.rs or patient/Observation.rs?category=laboratory.`,
      zh: `无法识别权限范围“${text}”。写法为 system/、user/ 或 patient/,接资源类型或 *,再接点号和 cruds 中的字母(按此顺序),或 read、write、*;例如 patient/Observation.rs 或 patient/Observation.rs?category=laboratory。`,
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

/** A scope that a client may be registered for; or why it cannot be. */
export function registrableScope(text: string): { readonly text: string } | ScopeFault {
  return PERSON_SCOPES.includes(text) || text === INTROSPECTION_SCOPE ? { text } : parseScope(text);
}

/**
 * What a scope string says, with the patient in context. `grants` are those of system scopes that are not narrowed:
 * what they alone permit. What is not understood adds nothing.
 */
export function accessOf(scope: string, patient?: string): Access {
  const scopes = resourceScopes(scope);
  const grants = new Map<string, Set<Permission>>();
  for (const { context, type, permissions, parameters } of scopes) {
    if (context !== 'system' || parameters !== undefined) continue;
    const granted = grants.get(type) ?? new Set<Permission>();
    for (const permission of permissions) granted.add(permission);
    grants.set(type, granted);
  }
  return { grants, scope, scopes, ...(patient === undefined ? {} : { patient }) };
}

/**
 * What a system is granted for itself: the scopes it asks for, when its registration covers every one of them; all
 * the system scopes it is registered for, when it asks for none (RFC 6749 §3.3). Scopes are granted as they were
 * written.
 */
export function systemScopes(
  requested: string,
  registered: string,
): { readonly scope: string } | { readonly fault: ScopeFault } {
  const own = splitScopes(registered).filter((text) => !('reason' in systemScope(text)));
  const asked = splitScopes(requested);
  const wanted = asked.length === 0 ? own : asked;
  if (wanted.length === 0) {
    const text = {
      en: 'This client is not registered for any scope that can be granted to it.',
      zh: '该客户端没有登记任何可以授予的权限范围。',
    };
    return { fault: { scope: registered, reason: 'nothing', text } };
  }
  const held = resourceScopes(registered);
  for (const text of wanted) {
    const scope = systemScope(text);
    if ('reason' in scope) return { fault: scope };
    const covered =
      'type' in scope ? lettersHeld(scope, held).size === scope.permissions.size : own.includes(text);
    if (covered) continue;
    return {
      fault: fault(text, 'unregistered', {
        en: `Scope '${text}' goes beyond what this client is registered for: ${own.join(' ')}`,
        zh: `权限范围“${text}”超出该客户端登记的范围:${own.join(' ')}`,
      }),
    };
  }
  return { scope: wanted.join(' ') };
}

/**
 * Of the scopes that are asked for on a person's behalf, those that the client's registration covers, as they were
 * written; what it covers in part is written with the letters, or the types, that it does cover. What is unknown, or
 * for systems, is left out: a server may grant less than was asked (RFC 6749 §3.3).
 */
export function personScopes(requested: string, registered: string): string[] {
  const held = resourceScopes(registered);
  const others = splitScopes(registered);
  const granted = splitScopes(requested).flatMap((text) => {
    if (PERSON_SCOPES.includes(text)) return others.includes(text) ? [text] : [];
    const scope = parseScope(text);
    return 'reason' in scope || scope.context === 'system' ? [] : narrowed(scope, held);
  });
  return [...new Set(granted)];
}

/** The resource scopes of a scope string. */
export function resourceScopes(scope: string): ResourceScope[] {
  return splitScopes(scope).flatMap((text) => {
    const parsed = parseScope(text);
    return 'reason' in parsed ? [] : [parsed];
  });
}

/** The scope that would permit something: `system/Patient.r`. */
export function scopeFor(type: string, permissions: Iterable<Permission>): string {
  return written('system', type, permissions);
}

function systemScope(text: string): ResourceScope | { readonly text: string } | ScopeFault {
  if (text === INTROSPECTION_SCOPE) return { text };
  const scope = PERSON_SCOPES.includes(text) ? undefined : parseScope(text);
  if (scope && ('reason' in scope || scope.context === 'system')) return scope;
  return fault(text, 'context', {
    en: `Scope '${text}' acts for a person, and nobody signed in. Ask for system/ scopes here, or for an authorization code.`,
    zh: `权限范围“${text}”代表个人行事,而此处无人登录。请申请 system/ 开头的权限范围,或改用授权码方式。`,
  });
}

/** Of a scope's permissions, those that registered scopes cover together. */
function lettersHeld(scope: ResourceScope, registered: readonly ResourceScope[]): Set<Permission> {
  const covering = registered.filter(
    ({ context, type, parameters }) =>
      context === scope.context &&
      (type === '*' || type === scope.type) &&
      reachesAllOf(parameters, scope.parameters),
  );
  const letters = PERMISSIONS.filter((letter) => scope.permissions.has(letter));
  return new Set(letters.filter((letter) => covering.some(({ permissions }) => permissions.has(letter))));
}

/** Whether what is narrowed by `wide` (by nothing: everything) holds all that is narrowed by `narrow`. */
function reachesAllOf(wide: string | undefined, narrow: string | undefined): boolean {
  if (wide === undefined) return true;
  const given = new Set(narrow?.split('&'));
  return wide.split('&').every((parameter) => given.has(parameter));
}

function narrowed(scope: ResourceScope, registered: readonly ResourceScope[]): string[] {
  const held = lettersHeld(scope, registered);
  if (held.size === scope.permissions.size) return [scope.text];
  const whole = held.size === 0 ? [] : [written(scope.context, scope.type, held, scope.parameters)];
  if (scope.type !== '*') return whole;
  const types = new Set(registered.map(({ type }) => type).filter((type) => type !== '*'));
  const each = [...types].flatMap((type) => {
    const more = [...lettersHeld({ ...scope, type }, registered)].filter((letter) => !held.has(letter));
    return more.length === 0 ? [] : [written(scope.context, type, more, scope.parameters)];
  });
  return [...whole, ...each];
}

function written(
  context: ScopeContext,
  type: string,
  permissions: Iterable<Permission>,
  parameters?: string,
): string {
  const wanted = new Set(permissions);
  const letters = PERMISSIONS.filter((permission) => wanted.has(permission)).join('');
  return `${context}/${type}.${letters}${parameters === undefined ? '' : `?${parameters}`}`;
}

function fault(scope: string, reason: ScopeFault['reason'], text: Text): ScopeFault {
  return { scope, reason, text };
}
