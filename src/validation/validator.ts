/** Validation of resources against FHIR R4 and profiles (https://hl7.org/fhir/R4/validation.html). */
import type { Definitions } from '../definitions/definitions.ts';
import type { Issue } from '../kernel/issue.ts';
import { BaseTypes, type Parts } from './base-types.ts';
import { checkContainment } from './containment.ts';
import { isObject, type Json, Model } from './fhirpath/items.ts';
import { quote } from './primitives.ts';
import { Profiles } from './profiles.ts';
import { Run } from './run.ts';
import { nearest } from './shape-issues.ts';

export interface ValidateOptions {
  /** Canonicals of profiles to apply besides those of `meta.profile`. */
  readonly profiles?: readonly string[];
  /** The resource type that is expected, as in the URL of a request. */
  readonly expectedType?: string;
  /** What to make of a `meta.profile` that is not loaded; `warn` when not given. */
  readonly unknownProfile?: 'warn' | 'refuse';
  readonly now?: Date;
}

export interface Validator {
  /**
   * Everything that is wrong with a resource, in a stable order; empty when it is right. Never throws on
   * content. The caller bounds the depth of the JSON.
   */
  validate(resource: unknown, options?: ValidateOptions): Issue[];
}

/**
 * A validator over the definitions. Types and profiles are compiled when first met. Throws when a constraint of a
 * loaded profile cannot be parsed, naming every one.
 */
export function createValidator(definitions: Definitions): Validator {
  const model = new Model(definitions);
  const parts: Parts = {
    model,
    nestedResource: (value, run, contained) => resource(value, run, contained),
    extension: (value, run) => extension(value, run),
    profile: (url, value, run) => profiles.apply(url, value, run),
  };
  const base = new BaseTypes(definitions, parts);
  const profiles = new Profiles(model, (path) => base.element(path));
  const extensions = new Map<string, boolean>();
  compileAll(definitions, profiles);

  function resource(value: unknown, run: Run, contained: boolean): void {
    const type = resourceType(definitions, value, run);
    if (type === undefined) return;
    const content = value as Json;
    const { resource: outerResource, root: outerRoot, profile: outerProfile } = run;
    run.resource = content;
    if (!contained) run.root = content;
    run.profile = undefined;
    base.check(base.type(type), content, run);
    checkContainment(content, run);
    for (const url of statedProfiles(content)) applyProfile(url, content, run, 'meta.profile');
    run.resource = outerResource;
    run.root = outerRoot;
    run.profile = outerProfile;
  }

  function applyProfile(url: string, content: Json, run: Run, at: string): void {
    const profile = profiles.get(url);
    if (!profile) {
      if (isBase(definitions, url)) return;
      run.add({
        code: 'not-found',
        severity: run.unknownProfile === 'refuse' ? 'error' : 'warning',
        rule: 'profile-unknown',
        at,
        text: {
          en: `The profile '${url}' is not known here, so it was not checked.`,
          zh: `此处没有规范“${url}”,未按其校验。`,
        },
      });
    } else if (profile.type !== content.resourceType) {
      run.add({
        code: 'value',
        rule: 'profile-type',
        at,
        text: {
          en: `The profile '${url}' is for ${profile.type}, not for ${content.resourceType}.`,
          zh: `规范“${url}”用于 ${profile.type},不用于 ${content.resourceType}。`,
        },
      });
    } else profiles.apply(url, content, run);
  }

  /** ext-1, and the definition of the extension when it is loaded. */
  function extension(value: Json, run: Run): void {
    const nested = value.extension !== undefined;
    let hasValue = false;
    for (const key in value) if (key.startsWith('value') || key.startsWith('_value')) hasValue = true;
    if (nested === hasValue) {
      run.add({
        code: 'extension',
        rule: 'invariant-ext-1',
        text: {
          en: 'An extension has either a value or extensions of its own, not both and not neither (ext-1).',
          zh: '扩展必须有值或有下级扩展,二者必居其一且不得并存(ext-1)。',
        },
      });
    }
    const url = value.url;
    if (typeof url !== 'string') return;
    let known = extensions.get(url);
    if (known === undefined) {
      known = url.includes(':') && definitions.structure(url)?.type === 'Extension';
      if (extensions.size < 10_000) extensions.set(url, known);
    }
    if (known) profiles.apply(url, value, run);
  }

  return {
    validate(value, options = {}) {
      const run = new Run(options.now ?? new Date(), options.unknownProfile ?? 'warn');
      const type = isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : undefined;
      run.push(type ?? options.expectedType ?? 'Resource');
      if (type !== undefined && options.expectedType !== undefined && type !== options.expectedType) {
        run.add({
          code: 'invalid',
          rule: 'resource-type',
          at: 'resourceType',
          text: {
            en: `A ${options.expectedType} is expected here; the resource says '${type}'.`,
            zh: `此处应为 ${options.expectedType};资源写的是“${type}”。`,
          },
        });
        return run.issues;
      }
      resource(value, run, false);
      if (type !== undefined) {
        run.resource = run.root = value as Json;
        const stated = new Set(statedProfiles(value as Json).map(withoutVersion));
        for (const url of options.profiles ?? []) {
          if (!stated.has(withoutVersion(url))) applyProfile(url, value as Json, run, '');
        }
      }
      if (run.dropped > 0) {
        run.issues.push({
          severity: 'warning',
          code: 'informational',
          rule: 'more-issues',
          text: {
            en: `${run.dropped} more issues were found; correct these first.`,
            zh: `另有 ${run.dropped} 个问题未列出;请先改正以上问题。`,
          },
        });
      }
      return run.issues;
    },
  };
}

function compileAll(definitions: Definitions, profiles: Profiles): void {
  const faults: string[] = [];
  for (const { url } of definitions.profiles()) {
    try {
      profiles.get(url);
    } catch (error) {
      faults.push(`${url}: ${(error as Error).message}`);
    }
  }
  if (faults.length > 0) throw new Error(`Profiles that cannot be compiled:\n- ${faults.join('\n- ')}`);
}

function statedProfiles(resource: Json): string[] {
  const meta = resource.meta;
  const list = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : [];
  return list.filter((url): url is string => typeof url === 'string');
}

function withoutVersion(canonical: string): string {
  return canonical.split('|')[0]!;
}

/** `meta.profile` may name the base definition of the type itself. */
function isBase(definitions: Definitions, url: string): boolean {
  return definitions.structure(url)?.derivation === 'specialization';
}

function resourceType(definitions: Definitions, value: unknown, run: Run): string | undefined {
  if (!isObject(value)) {
    run.add({
      code: 'structure',
      rule: 'json-type',
      text: {
        en: `${quote(value)} is wrong here; a resource is a JSON object with a resourceType.`,
        zh: `${quote(value)} 不正确;资源应为带 resourceType 的 JSON 对象。`,
      },
    });
    return undefined;
  }
  const type = value.resourceType;
  if (typeof type === 'string' && definitions.resourceTypes.has(type)) return type;
  const hint = typeof type === 'string' ? nearest(type, definitions.resourceTypes) : undefined;
  run.add({
    code: type === undefined ? 'required' : 'value',
    rule: 'resource-type',
    at: 'resourceType',
    text:
      type === undefined
        ? { en: "'resourceType' is required.", zh: '“resourceType”为必填项。' }
        : {
            en: `${quote(type)} is not a FHIR R4 resource type.${hint ? ` Did you mean '${hint}'?` : ''}`,
            zh: `${quote(type)} 不是 FHIR R4 资源类型。${hint ? `是否应为“${hint}”?` : ''}`,
          },
  });
  return undefined;
}
