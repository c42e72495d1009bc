/** The items of Questionnaires and of their responses, as far as the JSON has the shape of items. */
import { isObject, type Json } from '../fhirpath/items.ts';

/** https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item */
export interface Question {
  readonly linkId: string;
  readonly type: string;
  readonly text?: string;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly content: Json;
  readonly items: readonly Question[];
}

export function questionsOf(parent: Json): readonly Question[] {
  return objects(parent.item).map((content) => ({
    linkId: String(content.linkId),
    type: String(content.type),
    ...(typeof content.text === 'string' ? { text: content.text } : {}),
    required: content.required === true,
    repeats: content.repeats === true,
    content,
    items: questionsOf(content),
  }));
}

export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** An answer's value with its type in the name of the property: `valueCoding`. */
export function typedValue(
  from: Json,
  name: 'value' | 'answer',
): { key: string; value: unknown } | undefined {
  for (const key in from) {
    if (key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)))
      return { key: key.slice(name.length), value: from[key] };
  }
  return undefined;
}

/** A value of a standard extension of an item: `http://hl7.org/fhir/StructureDefinition/<name>`. */
export function extensionOf(item: Json, name: string): unknown {
  const found = objects(item.extension).find(
    (x) => x.url === `http://hl7.org/fhir/StructureDefinition/${name}`,
  );
  return found && typedValue(found, 'value')?.value;
}
