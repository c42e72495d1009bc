/** Validation of resources against FHIR R4 and profiles (https://hl7.org/fhir/R4/validation.html). */
import type { Definitions } from '../definitions/definitions.ts';
import type { Issue } from '../kernel/issue.ts';
import { BaseTypes, type Parts } from './base-types.ts';
import { checkBundle } from './bundles.ts';
import { CodeSystems } from './code-systems.ts';
import { checkCoding, checkQuantity } from './codings.ts';
import { checkContainment } from './containment.ts';
import { checkContext, checkModifier, sayUnknown } from './extension-contexts.ts';
import { isObject, type Json, Model } from './fhirpath/items.ts';
import { learnCodes, type Outside, settled, type TriedCodes } from './outside.ts';
import { quote } from './primitives.ts';
import { type CompiledProfile, Profiles } from './profiles.ts';
import { checkResponse } from './questionnaire/response.ts';
import { Run } from './run.ts';
import { nearest } from './shape-issues.ts';

export interface ValidateOptions {
  /** Canonicals of profiles to apply besides those of `meta.profile`. */
  readonly profiles?: readonly string[];
  /** The resource type that is expected, as in the URL of a request. */
  readonly expectedType?: string;
  /** What to make of a `meta.profile` that is not loaded; `warn` when not given. */
  readonly unknownProfile?: 'warn' | 'refuse';
  /** What to make of references to resources of this server that are not there; not looked at when not given. */
  readonly missingReference?: 'warn' | 'refuse';
  readonly now?: Date;
}

export interface Validator {
  /**
   * Everything that is wrong with a resource as far as that is decided in memory, in a stable order; empty when it
   * is right. Never throws on content. The caller bounds the depth of the JSON.
   */
  validate(resource: unknown, options?: ValidateOptions): Issue[];
  /**
   * The same, with what others outside are asked about: codes of large code systems, whether references lead
   * somewhere, stored Questionnaires. A promise only when there was something to ask.
   */
  validateWith(outside: Outside, resource: unknown, options?: ValidateOptions): Issue[] | Promise<Issue[]>;
  /** What keeps a profile from being compiled, in English; undefined when it can be. */
  faultOf(canonical: string): string | undefined;
  /** The definitions have changed: drops everything that was compiled from them. */
  forget(): void;
}

/**
 * A validator over the definitions. Types and profiles are compiled when first met. Throws when a constraint of a
 * loaded profile cannot be parsed, naming every one.
 */
export function createValidator(definitions: Definitions): Validator {
  let rules = compiled(definitions);
  const faults = rules.faults();
  if (faults.length > 0) throw new Error(`Profiles that cannot be compiled:\n- ${faults.join('\n- ')}`);
  const walk = (outside: Outside, value: unknown, options: ValidateOptions, tried = nothingTried()): Run => {
    const { now = new Date(), unknownProfile = 'warn', missingReference } = options;
    const { conforms } = rules;
    const run = new Run({ now, unknownProfile, missingReference, outside, conforms, tried });
    rules.check(value, options, run);
    return run;
  };
  /** What a walk tried is known now, and may lead it elsewhere. */
  async function again(
    outside: Outside,
    value: unknown,
    options: ValidateOptions,
    first: Run,
  ): Promise<Issue[]> {
    const { tried } = first.manner;
    let run = first;
    for (let walks = 1; tried.open.size > 0 && walks < MAX_WALKS; walks++) {
      await learnCodes(tried, outside);
      run = walk(outside, value, options, tried);
    }
    withDropped(run);
    return settled(run, outside);
  }
  return {
    validate: (value, options = {}) => withDropped(walk(NOBODY, value, options)),
    validateWith(outside, value, options = {}) {
      const run = walk(outside, value, options);
      if (run.manner.tried.open.size > 0 && outside.checkCodes) return again(outside, value, options, run);
      const issues = withDropped(run);
      return run.pending.length === 0 ? issues : settled(run, outside);
    },
    faultOf: (canonical) => rules.faultOf(canonical),
    forget() {
      rules = compiled(definitions);
    },
  };
}

const NOBODY: Outside = {};

/** Slices within slices may each be told apart by codes. */
const MAX_WALKS = 5;

function nothingTried(): TriedCodes {
  return { known: new Map(), open: new Map() };
}

/** Says how many issues did not fit. */
function withDropped(run: Run): Issue[] {
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
}

/** Types and profiles of one state of the definitions, compiled when first met. */
function compiled(definitions: Definitions) {
  const model = new Model(definitions);
  const systems = new CodeSystems(definitions);
  const parts: Parts = {
    model,
    nestedResource: (value, run, contained) => resource(value, run, contained),
    extension: (value, run) => extension(value, run),
    coding: (value, run) => {
      if (isObject(value)) checkCoding(systems, isValueSet, value, run);
    },
    quantity: (value, run) => {
      if (isObject(value)) checkQuantity(value, run);
    },
    profile: (url, value, run) => profiles.apply(url, value, run),
  };
  const isValueSet = (url: string) => definitions.valueSet(url) !== undefined;
  const base = new BaseTypes(definitions, parts);
  const profiles = new Profiles(model, (path) => base.element(path));
  const extensions = new Map<string, boolean>();

  function resource(value: unknown, run: Run, contained: boolean): void {
    const type = resourceType(definitions, value, run);
    if (type === undefined) return;
    const content = value as Json;
    const { resource: outerResource, root: outerRoot, bundle: outerBundle, profile: outerProfile } = run;
    run.resource = content;
    const before = run.enterResource();
    if (!contained) {
      run.root = content;
      if (outerResource.resourceType === 'Bundle') run.bundle = outerResource;
    }
    run.profile = undefined;
    base.check(base.type(type), content, run);
    checkContainment(content, run);
    if (type === 'Bundle') checkBundle(content, run);
    else if (type === 'QuestionnaireResponse') checkResponse(definitions, content, run);
    for (const url of statedProfiles(content)) applyProfile(url, content, run, 'meta.profile');
    run.leaveResource(before);
    run.resource = outerResource;
    run.root = outerRoot;
    run.bundle = outerBundle;
    run.profile = outerProfile;
  }

  function applyProfile(url: string, content: Json, run: Run, at: string): void {
    const profile = profiles.get(url);
    if (!profile) {
      if (isBase(definitions, url)) return;
      run.add({
        code: 'not-found',
        severity: run.manner.unknownProfile === 'refuse' ? 'error' : 'warning',
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
    } else {
      sayOtherVersion(profile, url, run, at);
      profiles.apply(url, content, run);
    }
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
    if (!known) {
      sayUnknown(url, run);
      return;
    }
    const definition = definitions.structure(url)!;
    checkContext(model, definition, run);
    checkModifier(definition, run);
    profiles.apply(url, value, run);
  }

  function check(value: unknown, { expectedType, profiles: wanted = [] }: ValidateOptions, run: Run): void {
    const type = isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : undefined;
    run.push(type ?? expectedType ?? 'Resource');
    if (type !== undefined && expectedType !== undefined && type !== expectedType) {
      run.add({
        code: 'invalid',
        rule: 'resource-type',
        at: 'resourceType',
        text: {
          en: `A ${expectedType} is expected here; the resource says '${type}'.`,
          zh: `此处应为 ${expectedType};资源写的是“${type}”。`,
        },
      });
      return;
    }
    resource(value, run, false);
    if (type === undefined) return;
    run.resource = run.root = value as Json;
    const stated = new Set(statedProfiles(value as Json));
    for (const url of new Set(wanted)) {
      if (!stated.has(url)) applyProfile(url, value as Json, run, '');
    }
  }

  function faultOf(canonical: string): string | undefined {
    try {
      profiles.get(canonical);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  function faults(): string[] {
    return definitions.profiles().flatMap(({ url }) => {
      const fault = faultOf(url);
      return fault === undefined ? [] : `${url}: ${fault}`;
    });
  }

  function conforms(url: string, value: unknown, run: Run): boolean {
    const sd = definitions.structure(url);
    if (!sd || !isObject(value)) return false;
    if (sd.derivation === 'constraint') return profiles.conforms(url, value, run);
    return (
      value.resourceType === sd.type && run.passes((trial) => base.check(base.type(sd.type), value, trial))
    );
  }

  return { check, conforms, faultOf, faults };
}

/** A resource may ask for a version of a profile that is not the one at hand. */
function sayOtherVersion({ url, version }: CompiledProfile, canonical: string, run: Run, at: string): void {
  const asked = canonical.split('|')[1];
  if (asked === undefined || version === undefined || asked === version) return;
  run.add({
    code: 'not-found',
    severity: 'warning',
    rule: 'profile-version',
    at,
    text: {
      en: `Version ${asked} of ${url} is not known here; version ${version} was checked.`,
      zh: `此处没有 ${url} 的 ${asked} 版,已按 ${version} 版校验。`,
    },
  });
}

function statedProfiles(resource: Json): string[] {
  const meta = resource.meta;
  const list = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : [];
  return list.filter((url): url is string => typeof url === 'string');
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
