/**
 * What the county recognises: the items, when two results are of the same one, and how long they hold. Pure.
 * Three sources, each more particular than the one before: CodeSystem recognition-item; the ObservationDefinitions
 * of profile county-recognition-item, which also bring images; the ruleset of the asking institution's area.
 */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Coding, Concept } from '../../kernel/elements.ts';
import { daysOf, keyOf, type Setting } from './concept.ts';
import { covers, type Ruleset } from './ruleset.ts';

/** Days, by setting; nothing is recognised where there is none. */
export type Windows = Readonly<Record<Setting, number | undefined>>;

/** One item of the county's catalogue. */
export interface CatalogueItem {
  readonly code: string;
  readonly name: string;
  /** The codes of its orders and results: `system|code`. */
  readonly codings: readonly string[];
  /** UCUM; absent for results without a unit. */
  readonly unit?: string;
  readonly windows: Windows;
  /** Results in another specimen, or of another class of methods, are not of this item. */
  readonly specimen?: Concept;
  readonly methodClass?: Concept;
  /** Items whose results are accepted in its place: `system|code`. */
  readonly equivalent?: readonly string[];
  /** Of images: what made them (DICOM), and of which part of the body. */
  readonly modality?: Coding;
  readonly bodySites?: readonly Concept[];
}

export interface Catalogue {
  /** The item that a code means. */
  find(concept: Concept): CatalogueItem | undefined;
  /** Items whose results are images. */
  readonly imaging: readonly CatalogueItem[];
}

export const ITEM_SYSTEM = `${CANONICAL}/CodeSystem/recognition-item`;
const LOINC = 'http://loinc.org';
const COMPARABILITY = `${CANONICAL}/StructureDefinition/comparability`;
const WINDOW = `${CANONICAL}/StructureDefinition/recognition-window`;

interface CatalogueConcept {
  readonly code?: string;
  readonly display?: string;
  readonly designation?: readonly { language?: string; value?: string }[];
  readonly property?: readonly {
    code?: string;
    valueCode?: string;
    valueString?: string;
    valueInteger?: number;
  }[];
}

interface Extension {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly valueCode?: string;
  readonly valueCoding?: Coding;
  readonly valueCodeableConcept?: Concept;
  readonly valueDuration?: { readonly value?: number; readonly code?: string };
}

/** ObservationDefinition of profile county-recognition-item. */
export interface ItemDefinition {
  readonly resourceType?: string;
  readonly id?: string;
  readonly code?: Concept;
  readonly extension?: readonly Extension[];
  readonly quantitativeDetails?: { readonly unit?: Concept };
}

export interface CatalogueSources {
  readonly definitions?: readonly ItemDefinition[];
  readonly ruleset?: Ruleset;
  /** GB/T 2260 area of the asking institution. */
  readonly area?: string;
}

/** The catalogue as it holds for one institution. */
export function catalogueOf(
  codeSystem: { readonly resourceType?: string; readonly concept?: readonly CatalogueConcept[] },
  { definitions = [], ruleset, area }: CatalogueSources = {},
): Catalogue {
  const items = new Map<string, CatalogueItem>();
  for (const item of (codeSystem.concept ?? []).map(itemOfConcept)) items.set(item.code, item);
  const byCoding = index(items.values());
  for (const definition of definitions) {
    const before = concept(byCoding, definition.code ?? {});
    const item = itemOfDefinition(definition, before, area);
    items.set(item.code, item);
    for (const coding of item.codings) byCoding.set(coding, item);
  }
  const all = [...items.values()].map((item) => ({ ...item, windows: ruledWindows(item, ruleset) }));
  const found = index(all);
  return {
    find: (code) => concept(found, code),
    imaging: all.filter(({ modality }) => modality !== undefined),
  };
}

/** Of two items with the same code, the first has it. */
function index(items: Iterable<CatalogueItem>): Map<string, CatalogueItem> {
  const found = new Map<string, CatalogueItem>();
  for (const item of items)
    for (const coding of item.codings) if (!found.has(coding)) found.set(coding, item);
  return found;
}

function concept(index: ReadonlyMap<string, CatalogueItem>, { coding }: Concept): CatalogueItem | undefined {
  for (const { system, code } of coding ?? []) {
    const item = index.get(`${system}|${code}`);
    if (item) return item;
  }
  return undefined;
}

function itemOfConcept({ code, display, designation, property = [] }: CatalogueConcept): CatalogueItem {
  const all = (name: string) => property.filter((p) => p.code === name);
  const days = (setting: Setting) => all(`window-${setting}`)[0]?.valueInteger;
  return {
    code: code!,
    name: designation?.find((d) => d.language === 'zh-CN')?.value ?? display ?? code!,
    codings: [`${ITEM_SYSTEM}|${code}`, ...all('loinc').map((p) => `${LOINC}|${p.valueCode}`)],
    unit: all('unit')[0]?.valueString,
    windows: { outpatient: days('outpatient'), inpatient: days('inpatient'), emergency: days('emergency') },
  };
}

function itemOfDefinition(
  { id, code, extension = [], quantitativeDetails }: ItemDefinition,
  before: CatalogueItem | undefined,
  area: string | undefined,
): CatalogueItem {
  const comparability = extension.find((e) => e.url === COMPARABILITY)?.extension ?? [];
  const part = (url: string) => comparability.find((e) => e.url === url);
  const codings = (code?.coding ?? []).map(keyOf);
  return {
    code: before?.code ?? code?.coding?.[0]?.code ?? id ?? '',
    name: code?.text ?? before?.name ?? code?.coding?.[0]?.display ?? code?.coding?.[0]?.code ?? '',
    codings: [...new Set([...(before?.codings ?? []), ...codings])],
    unit: quantitativeDetails?.unit?.coding?.[0]?.code ?? before?.unit,
    windows: areaWindows(extension, before?.windows, area),
    specimen: part('specimen')?.valueCodeableConcept,
    methodClass: part('methodClass')?.valueCodeableConcept,
    modality: part('modality')?.valueCoding,
    bodySites: comparability.filter((e) => e.url === 'bodySite').map((e) => e.valueCodeableConcept ?? {}),
    equivalent: comparability.filter((e) => e.url === 'equivalent').map((e) => keyOf(e.valueCoding ?? {})),
  };
}

/** The windows written on an item: those of the narrowest area that the institution is in. */
function areaWindows(
  extension: readonly Extension[],
  before: Windows = { outpatient: undefined, inpatient: undefined, emergency: undefined },
  here: string | undefined,
): Windows {
  const windows = { ...before };
  const narrowest: Partial<Record<Setting, number>> = {};
  for (const { extension: parts = [] } of extension.filter((e) => e.url === WINDOW)) {
    const part = (url: string) => parts.find((e) => e.url === url);
    const setting = part('setting')?.valueCode as Setting | undefined;
    const days = daysOf(part('length')?.valueDuration);
    const area = part('area')?.valueCode;
    if (!setting || days === undefined || (area !== undefined && !covers(area, here))) continue;
    const width = area === undefined ? 0 : area.replace(/(00)+$/, '').length;
    if (width < (narrowest[setting] ?? 0)) continue;
    narrowest[setting] = width;
    windows[setting] = days;
  }
  return windows;
}

/** The ruleset's window for any code of the item goes before the item's own. */
function ruledWindows({ codings, windows }: CatalogueItem, ruleset: Ruleset | undefined): Windows {
  if (!ruleset) return windows;
  const ruled = codings.map((c) => ruleset.windows.get(c)).find((w) => w !== undefined);
  return { ...windows, ...ruled };
}

/** The codings under which results of an item are found, those of its equivalents included. */
export function codingsOf(item: CatalogueItem): string[] {
  return [...item.codings, ...(item.equivalent ?? [])];
}
