/** Where an extension may stand (https://hl7.org/fhir/R4/defining-extensions.html#context). */
import type { StructureDefinition, StructureDefinitionContext } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import { compileExpression } from './fhirpath/compile.ts';
import { isObject, type Json, type Model } from './fhirpath/items.ts';
import { environment } from './invariants.ts';
import type { Run } from './run.ts';

/** R4 itself puts its own extensions where their definitions do not allow them, in hundreds of its definitions. */
const OF_R4 = 'http://hl7.org/fhir/StructureDefinition/';

/** Checks the extension that the path stands at, against its definition. */
export function checkContext(model: Model, sd: StructureDefinition, run: Run): void {
  const contexts = sd.context ?? [];
  if (contexts.length === 0) return;
  const holder = holderOf(model.definitions, run);
  if (!holder || contexts.some((context) => fits(model, context, holder, run))) return;
  const allowed = contexts.map((c) => c.expression).join(', ');
  run.add({
    code: 'extension',
    rule: 'extension-context',
    severity: sd.url.startsWith(OF_R4) ? 'warning' : 'error',
    text: {
      en: `The extension '${sd.url}' may not stand here (${holder.names[0]}); it belongs to ${allowed}.`,
      zh: `扩展“${sd.url}”不得出现在此处(${holder.names[0]});它只能用于 ${allowed}。`,
    },
  });
}

const MODIFIER = 'modifierExtension';

/** An extension that changes the meaning stands as a modifierExtension, and no other does. */
export function checkModifier(sd: StructureDefinition, run: Run): void {
  const modifies = sd.snapshot?.element[0]?.isModifier === true;
  if (modifies === (run.nameAbove(0) === MODIFIER) || isNested(run)) return;
  const right = modifies ? MODIFIER : 'extension';
  run.add({
    code: 'extension',
    rule: 'extension-modifier',
    text: {
      en: `The extension '${sd.url}' belongs into ${right}.`,
      zh: `扩展“${sd.url}”应放在 ${right} 中。`,
    },
  });
}

/**
 * An extension whose definition is not here is taken as it is, unless it changes the meaning of what it stands in:
 * https://hl7.org/fhir/R4/extensibility.html#modifierExtension. Parts of an extension have names of their own.
 */
export function sayUnknown(url: string, run: Run): void {
  if (isNested(run)) return;
  if (!url.includes(':')) {
    run.add({
      code: 'extension',
      rule: 'extension-unknown',
      text: {
        en: `'${url}' names no extension: the url of one is absolute, as in https://vendor.example/fhir/StructureDefinition/ward.`,
        zh: `“${url}”不是扩展的名称:扩展的 url 必须是绝对地址,例如 https://vendor.example/fhir/StructureDefinition/ward。`,
      },
    });
  } else if (run.nameAbove(0) === MODIFIER) {
    run.add({
      code: 'extension',
      rule: 'extension-unknown',
      text: {
        en: `The modifier extension '${url}' is not known here, and without it the rest cannot be understood. Install the package that defines it, or leave it out.`,
        zh: `此处不认识修饰扩展“${url}”,因而无法正确理解其余内容。请安装定义该扩展的包,或去掉它。`,
      },
    });
  } else if (url.startsWith(OF_R4)) {
    run.add({
      code: 'extension',
      rule: 'extension-unknown',
      severity: 'warning',
      text: {
        en: `The extension '${url}' is none of R4, and no package that defines it is installed; it was not checked.`,
        zh: `扩展“${url}”不属于 R4,也未安装定义它的包,因此未作校验。`,
      },
    });
  }
}

function isNested(run: Run): boolean {
  const above = run.nameAbove(1);
  return above === 'extension' || above === MODIFIER;
}

/** What has the extension. */
interface Holder {
  readonly value: unknown;
  /** Every name that a context may call it: paths, types, and what the types are made from. */
  readonly names: readonly string[];
}

function fits(
  model: Model,
  { type, expression = '' }: StructureDefinitionContext,
  holder: Holder,
  run: Run,
): boolean {
  if (type === 'extension') {
    // A part of a complex extension is named by `url#part`.
    const url = expression.split('#').at(-1);
    return isObject(holder.value) && (holder.value.url === expression || holder.value.url === url);
  }
  if (type === 'fhirpath') return isAmong(model, expression, holder, run);
  const [, path = expression] = /^https?:[^#]*#(.*)$/.exec(expression) ?? [];
  return holder.names.includes(path.replace(/^http:\/\/hl7\.org\/fhir\/StructureDefinition\//, ''));
}

/** An expression that cannot be evaluated forbids nothing. */
function isAmong(model: Model, expression: string, { value }: Holder, run: Run): boolean {
  const resource = { v: run.resource, t: String(run.resource.resourceType) };
  try {
    const found = compileExpression(expression)([resource], [resource], environment(model, resource, run));
    return found.some((item) => item.v === value || item.e === value);
  } catch {
    return true;
  }
}

/** Follows the path from the resource to what has the extension, through the JSON and the definitions at once. */
function holderOf(definitions: Definitions, run: Run): Holder | undefined {
  const steps = run.stepsInResource().slice(0, -1);
  let value: unknown = run.resource;
  let type = String(run.resource.resourceType);
  const paths: string[] = [type];
  for (const { name, index } of steps) {
    const from: Json | undefined = isObject(value) ? value : undefined;
    if (!from) return undefined;
    const key = Object.keys(from).find((k) => {
      const child = definitions.children(type).get(k.startsWith('_') ? k.slice(1) : k);
      return child?.element.name === name;
    });
    if (key === undefined) return undefined;
    const plain = key.startsWith('_') ? key.slice(1) : key;
    const found = from[plain];
    const one = (v: unknown) => (Array.isArray(v) ? v[index] : v);
    const child = definitions.children(type).get(plain)!;
    const longer = paths.flatMap((p) => [
      `${p}.${name}`,
      ...(child.element.choice ? [`${p}.${name}[x]`] : []),
    ]);
    type = child.type;
    paths.splice(0, paths.length, ...longer, type);
    const content = one(found);
    value = isObject(content) ? content : (one(from[`_${plain}`]) ?? content);
  }
  return { value, names: [...new Set([...paths, ...basesOf(definitions, type), 'Element'])] };
}

/** What a type is made from: `Quantity` of an Age, `DomainResource` of a Patient. */
function basesOf(definitions: Definitions, type: string): string[] {
  if (type.includes('.')) return ['BackboneElement'];
  const bases: string[] = [];
  for (
    let sd = definitions.structure(type);
    sd?.baseDefinition;
    sd = definitions.structure(sd.baseDefinition)
  )
    bases.push(sd.baseDefinition.slice(sd.baseDefinition.lastIndexOf('/') + 1));
  if (definitions.children(type).has('url')) bases.push('CanonicalResource', 'MetadataResource');
  return bases;
}
