/** A row of `concepts.csv` as a concept. The columns are described in `terminology/README.md`. */
import type { CodeSystem, CodeSystemConcept, CodeSystemConceptProperty } from '@medplum/fhirtypes';
import type { CsvRow } from './csv.ts';
import { TableFault } from './fault.ts';

/** A concept as it stands in a file: in which line, and below which codes. */
export interface TableConcept {
  readonly line: number;
  readonly concept: CodeSystemConcept & { readonly code: string };
  readonly parents: readonly string[];
}

type PropertyType = NonNullable<CodeSystem['property']>[number]['type'];

/** Separates the values of a field that has several. */
const BETWEEN = '|';
const PLAIN = new Set(['code', 'display', 'definition', 'parent', 'status', 'abstract']);

/** Reads rows by the first one, which names the columns. Throws TableFault. */
export function readerOf(
  file: string,
  { line, fields }: CsvRow,
  header: CodeSystem,
): (row: CsvRow) => TableConcept {
  const names = fields.map((name, i) => (i === 0 ? name.replace(/^\uFEFF/, '') : name).trim());
  const types = new Map((header.property ?? []).map((p) => [p.code!, p.type]));
  for (const name of names) {
    const [kind, rest] = halves(name);
    if (PLAIN.has(name) || ((kind === 'display' || kind === 'designation') && rest)) continue;
    if (kind !== 'prop' || !rest) throw unknownColumn(file, line, name);
    if (!types.has(rest)) throw undeclared(file, line, rest);
  }
  if (!names.includes('code')) throw unknownColumn(file, line, names[0] ?? '');

  return (row) => {
    if (row.fields.length !== names.length) throw otherLength(file, row, names.length);
    const property: CodeSystemConceptProperty[] = [];
    const designation: NonNullable<CodeSystemConcept['designation']> = [];
    const plain: Record<string, string> = {};
    names.forEach((name, i) => {
      const value = row.fields[i]!.trim();
      if (value === '') return;
      if (PLAIN.has(name)) plain[name] = value;
      else {
        const [kind, rest] = halves(name);
        const values = kind === 'display' ? [value] : value.split(BETWEEN).filter((v) => v !== '');
        for (const v of values) {
          if (kind === 'prop') property.push(propertyOf(file, row.line, rest!, types.get(rest!), v));
          else designation.push({ language: rest, value: v });
        }
      }
    });
    const { code, display, definition, parent, status, abstract } = plain;
    if (code === undefined) throw noCode(file, row.line);
    if (status !== undefined && status !== 'active') property.push({ code: 'status', valueCode: status });
    if (abstract === 'true') property.push({ code: 'notSelectable', valueBoolean: true });
    const concept = {
      code,
      ...(display === undefined ? {} : { display }),
      ...(definition === undefined ? {} : { definition }),
      ...(designation.length > 0 ? { designation } : {}),
      ...(property.length > 0 ? { property } : {}),
    };
    return { line: row.line, concept, parents: parent?.split(BETWEEN).filter((p) => p !== '') ?? [] };
  };
}

function halves(name: string): [string, string | undefined] {
  const colon = name.indexOf(':');
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
}

function propertyOf(
  file: string,
  line: number,
  code: string,
  type: PropertyType | undefined,
  value: string,
): CodeSystemConceptProperty {
  switch (type) {
    case 'boolean':
      if (value === 'true' || value === 'false') return { code, valueBoolean: value === 'true' };
      break;
    case 'integer':
      if (/^-?\d{1,10}$/.test(value)) return { code, valueInteger: Number(value) };
      break;
    case 'decimal':
      if (/^-?\d+(\.\d+)?$/.test(value)) return { code, valueDecimal: Number(value) };
      break;
    case 'dateTime':
      if (/^\d{4}(-\d\d(-\d\d(T.+)?)?)?$/.test(value)) return { code, valueDateTime: value };
      break;
    case 'code':
      return { code, valueCode: value };
    default:
      return { code, valueString: value };
  }
  throw new TableFault(file, line, {
    en: `'${value}' is no ${type}, which system.json says '${code}' is.`,
    zh: `“${value}”不是 ${type};system.json 规定“${code}”为该类型。`,
  });
}

function unknownColumn(file: string, line: number, name: string) {
  return new TableFault(file, line, {
    en: `'${name}' is no column, or 'code' is missing. Columns: code, display, display:<lang>, parent, definition, status, abstract, prop:<name>, designation:<lang>.`,
    zh: `“${name}”不是可用的列,或缺少 code 列。可用:code、display、display:<语言>、parent、definition、status、abstract、prop:<属性>、designation:<语言>。`,
  });
}

function undeclared(file: string, line: number, property: string) {
  return new TableFault(file, line, {
    en: `system.json does not declare the property '${property}'. Add it to CodeSystem.property with its type.`,
    zh: `system.json 没有声明属性“${property}”。请在 CodeSystem.property 中添加并写明类型。`,
  });
}

function otherLength(file: string, { line, fields }: CsvRow, columns: number) {
  return new TableFault(file, line, {
    en: `The line has ${fields.length} fields, and there are ${columns} columns. Quote fields that have commas.`,
    zh: `该行有 ${fields.length} 个字段,而列数为 ${columns}。含逗号的字段请加引号。`,
  });
}

function noCode(file: string, line: number) {
  return new TableFault(file, line, { en: 'The line has no code.', zh: '该行没有代码。' });
}
