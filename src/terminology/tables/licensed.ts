/** Tables in the files of their publishers, which are licensed and so never stored here. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { CodeSystem, CodeSystemConceptProperty } from '@medplum/fhirtypes';
import { checkTable } from './checks.ts';
import type { TableConcept } from './columns.ts';
import { csvRows } from './csv.ts';
import { TableFault } from './fault.ts';
import { hashed, type Table } from './table.ts';

export interface LicensedOptions {
  readonly file: string;
  readonly version: string;
  /** Of the file; UTF-8 unless given. */
  readonly encoding?: string;
}

interface Layout {
  readonly header: Omit<CodeSystem, 'resourceType' | 'version' | 'status'> & { readonly url: string };
  /** Columns by what they hold; the first of the names that is there. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Columns without which there is no table. */
  readonly required: readonly string[];
  /** A row by its columns; undefined for a row that is no concept. */
  concept(field: (column: string) => string | undefined): Omit<TableConcept, 'line'> | undefined;
}

/** The parts of a LOINC name that a value set may choose by. https://hl7.org/fhir/R4/loinc.html#props */
const LOINC_PARTS = [
  'COMPONENT',
  'PROPERTY',
  'TIME_ASPCT',
  'SYSTEM',
  'SCALE_TYP',
  'METHOD_TYP',
  'CLASS',
  'STATUS',
];

export const LAYOUTS: Readonly<Record<'loinc' | 'icd10', Layout>> = {
  /** `Loinc.csv` of a LOINC release. */
  loinc: {
    header: {
      id: 'loinc',
      url: 'http://loinc.org',
      name: 'LOINC',
      title: 'Logical Observation Identifiers, Names and Codes (LOINC)',
      caseSensitive: false,
      content: 'complete',
      valueSet: 'http://loinc.org/vs',
      copyright:
        'This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee, and available at no cost under the license at http://loinc.org/license.',
      property: LOINC_PARTS.map((code) => ({ code, type: 'string' as const })),
    },
    columns: {
      code: ['LOINC_NUM'],
      name: ['LONG_COMMON_NAME'],
      short: ['SHORTNAME'],
      ...Object.fromEntries(LOINC_PARTS.map((part) => [part, [part]])),
    },
    required: ['code', 'name'],
    concept(field) {
      const property: CodeSystemConceptProperty[] = LOINC_PARTS.flatMap((code) => {
        const valueString = field(code);
        return valueString === undefined ? [] : [{ code, valueString }];
      });
      // "Deprecated" codes are not to be used any more; "discouraged" ones may be.
      if (field('STATUS') === 'DEPRECATED') property.push({ code: 'inactive', valueBoolean: true });
      const short = field('short');
      const designation = short === undefined ? [] : [{ use: { display: 'SHORTNAME' }, value: short }];
      return {
        concept: { code: field('code')!, display: field('name'), designation, property },
        parents: [],
      };
    },
  },
  /** The national clinical edition as hospitals have it: code and name, and columns that are left out. */
  icd10: {
    header: {
      id: 'icd-10-clinical',
      language: 'zh-CN',
      url: 'urn:oid:2.16.156.10011.2.3.3.11.3',
      name: 'Icd10Clinical',
      title: '疾病分类与代码,国家临床版 (ICD-10, national clinical edition)',
      caseSensitive: true,
      content: 'complete',
      hierarchyMeaning: 'is-a',
      property: [{ code: 'who', description: 'The code of the international edition', type: 'code' }],
    },
    columns: {
      code: [
        'code',
        '疾病编码',
        '疾病代码',
        '主要编码',
        '诊断编码',
        '诊断代码',
        '编码',
        '代码',
        'icd10',
        'icd',
      ],
      name: ['name', 'display', '疾病名称', '诊断名称', '名称', '中文名称'],
      extra: ['附加编码', '附加代码', '附加码'],
    },
    required: ['code', 'name'],
    concept(field) {
      const code = field('code')!;
      const who = /^[A-Z]\d{2}(\.\d)?/.exec(code)?.[0];
      const property = who === undefined || who === code ? [] : [{ code: 'who', valueCode: who }];
      const extra = field('extra');
      const designation = extra === undefined ? [] : [{ use: { display: '附加编码' }, value: extra }];
      return { concept: { code, display: field('name'), designation, property }, parents: [] };
    },
  },
};

/** Throws TableFault for a file that lacks a column. */
export function licensedTable(
  kind: keyof typeof LAYOUTS,
  { file, version, encoding }: LicensedOptions,
): Table {
  const layout = LAYOUTS[kind];
  const header = {
    ...layout.header,
    resourceType: 'CodeSystem' as const,
    version,
    status: 'active' as const,
  };
  return {
    place: file,
    header,
    provenance: `${basename(file)}, loaded by command from the file of its publisher.`,
    sha256: async () =>
      (await hashed(file, createHash('sha256').update(JSON.stringify([kind, '1', header])))).digest('hex'),
    concepts: () => conceptsIn(file, layout, encoding),
  };
}

async function conceptsIn(
  file: string,
  layout: Layout,
  encoding: string | undefined,
): Promise<TableConcept[]> {
  const concepts: TableConcept[] = [];
  let places: Map<string, number> | undefined;
  for await (const { line, fields } of csvRows(file, {
    encoding,
    delimiter: /\.(tsv|txt)(\.gz)?$/i.test(file) ? '\t' : ',',
  })) {
    if (!places) {
      places = placesOf(file, line, fields, layout);
      continue;
    }
    const field = (column: string) => {
      const place = places!.get(column);
      return (place === undefined ? undefined : fields[place]?.trim()) || undefined;
    };
    if (field('code') === undefined) continue;
    const found = layout.concept(field);
    if (found) concepts.push({ line, ...found });
  }
  checkTable(file, concepts, true);
  return concepts;
}

function placesOf(
  file: string,
  line: number,
  fields: readonly string[],
  layout: Layout,
): Map<string, number> {
  const names = fields.map((f) =>
    f
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  );
  const places = new Map<string, number>();
  for (const [column, accepted] of Object.entries(layout.columns)) {
    const place = accepted.map((a) => names.indexOf(a.toLowerCase())).find((i) => i >= 0);
    if (place !== undefined) places.set(column, place);
  }
  for (const column of layout.required) {
    if (places.has(column)) continue;
    const accepted = layout.columns[column]!.join(', ');
    throw new TableFault(file, line, {
      en: `The first line must name the columns, and none of them is: ${accepted}. It has: ${fields.join(', ')}.`,
      zh: `首行应为列名,其中缺少:${accepted}。现有:${fields.join('、')}。`,
    });
  }
  return places;
}
