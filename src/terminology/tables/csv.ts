/** Rows of a CSV file (RFC 4180), one after the other, so that a large file takes no memory. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { TableFault } from './fault.ts';

export interface CsvRow {
  /** Of the file, from 1: where the row begins. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvOptions {
  /** A comma unless given. */
  readonly delimiter?: string;
  /** Of the text; UTF-8 unless given. Bytes that are none are a fault. */
  readonly encoding?: string;
  /** Hears every piece of the file, before it is unpacked. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** A field is no book: a quote that nobody closes must not take in the file. */
const MAX_FIELD = 100_000;

/** `.gz` is unpacked. Empty lines are left out. Throws TableFault. */
export async function* csvRows(file: string, options: CsvOptions = {}): AsyncGenerator<CsvRow> {
  const { delimiter = ',' } = options;
  let line = 1;
  let begun = 1;
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  /** Behind a quote inside of quotes: its end, or the first half of a quote. */
  let closing = false;
  for await (const text of textOf(file, options)) {
    for (const c of text) {
      if (quoted && !closing) {
        if (c === '"') closing = true;
        else {
          if (c === '\n') line++;
          field += c;
          if (field.length > MAX_FIELD) throw new TableFault(file, begun, unclosed);
        }
        continue;
      }
      if (closing && c === '"') {
        field += c;
        closing = false;
        continue;
      }
      if (c === '"' && field === '' && !closing) quoted = true;
      else if (c === delimiter) {
        fields.push(field);
        field = '';
        quoted = closing = false;
      } else if (c === '\n') {
        fields.push(field.endsWith('\r') ? field.slice(0, -1) : field);
        if (fields.length > 1 || fields[0] !== '') yield { line: begun, fields };
        fields = [];
        field = '';
        quoted = closing = false;
        begun = ++line;
      } else if (!closing || c !== '\r') field += c;
    }
  }
  if (quoted && !closing) throw new TableFault(file, begun, unclosed);
  if (field !== '' || fields.length > 0) yield { line: begun, fields: [...fields, field.replace(/\r$/, '')] };
}

const unclosed = {
  en: 'A quoted field begins here and does not end. Close it with ", and write a quote inside as "".',
  zh: '此处开始的引号字段没有结束。请以 " 结尾,字段内的引号写作 ""。',
};

async function* textOf(file: string, { encoding = 'utf-8', onBytes }: CsvOptions): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  if (onBytes) bytes.on('data', (chunk) => onBytes(chunk as Buffer));
  const plain = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  if (plain !== bytes) bytes.on('error', (error) => plain.destroy(error));
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of plain) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new TableFault(file, undefined, {
      en: `The file is not ${encoding}. Save it as UTF-8, or say --encoding gb18030.`,
      zh: `文件不是 ${encoding} 编码。请另存为 UTF-8,或指定 --encoding gb18030。`,
    });
  }
}
