/** Which methods an address has: for `Allow`. RFC 9110 §10.2.1 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Operation } from '../operations/registry.ts';
import { ASYNC_ROUTES } from './async/status.ts';
import { operationAt, operationMethods } from './operation.ts';
import { ROUTES } from './routes.ts';

/** Methods of an address below the base; none for one that means nothing. */
export type MethodsAt = (path: readonly string[]) => string[];

const PUBLIC = ['metadata', '.well-known/smart-configuration'];

/** The segments of an address below the base. */
export function pathOf(url: string): string[] {
  return url
    .split('?')[0]!
    .replace(/^\/fhir\/?/, '')
    .split('/')
    .filter((p) => p !== '');
}

export function createMethodsAt(definitions: Definitions, operations: readonly Operation[]): MethodsAt {
  const patterns = [...ROUTES, ...ASYNC_ROUTES].map(({ method, path }) => ({
    method,
    segments: pathOf(path),
  }));
  const fits = (segments: readonly string[], path: readonly string[]) =>
    segments.length === path.length &&
    segments.every((segment, i) => {
      const part = path[i]!;
      if (segment === ':type') return definitions.resourceTypes.has(part);
      if (segment === ':compartmentType') return part === '*' || definitions.resourceTypes.has(part);
      return segment.startsWith(':') ? !/^[_$]/.test(part) : segment === part;
    });
  return (path) => {
    if (PUBLIC.includes(path.join('/'))) return ['GET', 'HEAD'];
    const operation = operationAt(operations, path);
    if (operation && (path.length === 1 || definitions.resourceTypes.has(path[0]!)))
      return operationMethods(operation);
    const methods = patterns.filter(({ segments }) => fits(segments, path)).map(({ method }) => method);
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
  };
}
