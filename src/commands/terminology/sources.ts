/** Files of terminologies as their publishers hand them out, read as code tables. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CodeSystemConcept } from '@medplum/fhirtypes';
import { parse } from 'csv-parse/sync';
import { type Table, TableError } from '../../kernel/code-table.ts';

type Records = readonly Readonly<Record<string, string>>[];

/** `Loinc.csv` of a release of LOINC (https://loinc.org/downloads/), which is licensed. */
export async function readLoinc(file: string, version: string): Promise<Table> {
  const { bytes, records } = await readCsv(file);
  need(file, records, ['LOINC_NUM', 'LONG_COMMON_NAME']);
  const axes = ['COMPONENT', 'PROPERTY', 'TIME_ASPCT', 'SYSTEM', 'SCALE_TYP', 'METHOD_TYP', 'CLASS'];
  return tableOf(bytes, {
    header: {
      resourceType: 'CodeSystem',
      id: 'loinc',
      url: 'http://loinc.org',
      version,
      name: 'LOINC',
      title: 'LOINC',
      status: 'active',
      content: 'complete',
      caseSensitive: false,
      copyright:
        'LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee: https://loinc.org/license',
      property: axes.map((code) => ({ code, type: 'string' as const })),
    },
    concepts: records.map((r) => ({
      code: r.LOINC_NUM!,
      display: r.LONG_COMMON_NAME!,
      property: [
        ...axes.filter((a) => r[a]).map((code) => ({ code, valueString: r[code]! })),
        ...(r.STATUS === 'DEPRECATED' ? [{ code: 'status', valueCode: 'retired' }] : []),
      ],
      ...(r.SHORTNAME ? { designation: [{ language: 'en', value: r.SHORTNAME }] } : {}),
    })),
  });
}

const CODE_COLUMNS = ['code', '编码', '代码', '诊断编码', '诊断代码', '疾病编码', '主要编码', 'ICD编码'];
const NAME_COLUMNS = ['display', 'name', '名称', '诊断名称', '疾病名称', '中文名称'];

/**
 * The clinical edition of ICD-10 (国家临床版) as hospitals have it: a table of codes and names, UTF-8 or GB 18030,
 * separated by commas or tabs. What stands above a code is the longest beginning of it that is in the table.
 */
export async function readIcd10(file: string, version: string): Promise<Table> {
  const { bytes, records } = await readCsv(file);
  const columns = Object.keys(records[0] ?? {});
  const code = columns.find((c) => CODE_COLUMNS.includes(c));
  const name = columns.find((c) => NAME_COLUMNS.includes(c));
  if (!code || !name) {
    throw new TableError(
      `${file} needs a column with the codes (${CODE_COLUMNS.join(', ')}) and one with the names (${NAME_COLUMNS.join(', ')}); it has ${columns.join(', ')}`,
    );
  }
  const codes = new Set(records.map((r) => r[code]!));
  return tableOf(bytes, {
    header: {
      resourceType: 'CodeSystem',
      id: 'icd-10-clinical',
      url: 'urn:oid:2.16.156.10011.2.3.3.11.3',
      version,
      name: 'Icd10Clinical',
      title: 'ICD-10, national clinical edition (疾病分类与代码国家临床版)',
      status: 'active',
      content: 'complete',
      caseSensitive: true,
      hierarchyMeaning: 'is-a',
    },
    concepts: records.map((r) => ({
      code: r[code]!,
      display: r[name]!,
      ...above(r[code]!, codes),
    })),
  });
}

function above(code: string, codes: ReadonlySet<string>): Pick<CodeSystemConcept, 'property'> {
  for (let end = code.length - 1; end >= 3; end--) {
    const start = code.slice(0, end).replace(/[.x]+$/, '');
    for (const candidate of [code.slice(0, end), start]) {
      if (candidate !== code && codes.has(candidate))
        return { property: [{ code: 'parent', valueCode: candidate }] };
    }
  }
  return {};
}

async function readCsv(file: string): Promise<{ bytes: Buffer; records: Records }> {
  const bytes = await readFile(file);
  const text = textOf(bytes);
  const delimiter = text.slice(0, text.indexOf('\n')).includes('\t') ? '\t' : ',';
  try {
    const records = parse(text, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
      delimiter,
      relax_quotes: true,
    });
    return { bytes, records: records as Records };
  } catch (error) {
    throw new TableError(`${file}: ${(error as Error).message}`);
  }
}

/** Hospitals' files are as often in the encoding of their office programs. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function need(file: string, [first = {}]: Records, columns: readonly string[]): void {
  const missing = columns.filter((c) => !(c in first));
  if (missing.length > 0) throw new TableError(`${file} has no column ${missing.join(', ')}`);
}

function tableOf(bytes: Buffer, table: Omit<Table, 'sha256'>): Table {
  return {
    ...table,
    sha256: createHash('sha256').update(JSON.stringify(table.header)).update(bytes).digest('hex'),
  };
}
