/**
 * HL7 v2 in its vertical-bar encoding (ER7): https://www.hl7.org/implement/standards/product_brief.cfm?product_id=185,
 * chapter 2. Strict about structure, silent about what it does not know. Pure.
 */

/** Field -> repetitions -> components -> subcomponents, each text as it means. */
export type Field = readonly (readonly (readonly string[])[])[];

export interface Segment {
  readonly name: string;
  /** By number: `fields[3]` is PID-3. Of MSH, field 1 is the field separator. */
  readonly fields: readonly Field[];
}

export interface V2Message {
  readonly segments: readonly Segment[];
}

interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

/** What is wrong with a message, in which segment (from 1). */
export class V2Fault extends Error {
  readonly segment: number;
  constructor(message: string, segment: number) {
    super(message);
    this.segment = segment;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f]/g;

/**
 * The messages of a text: one, or those of a batch file (FHS, BHS, BTS, FTS are its frame). MLLP's frame is taken
 * off, with all that no text may hold. Throws V2Fault.
 */
export function messagesIn(text: string): V2Message[] {
  const lines = text
    .replace(CONTROL, '')
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== '' && !/^(FHS|BHS|BTS|FTS)/.test(line));
  if (lines.length === 0) throw new V2Fault('there is no segment', 1);
  const messages: Segment[][] = [];
  let delimiters: Delimiters | undefined;
  for (const { line, number } of lines) {
    if (line.startsWith('MSH')) {
      delimiters = delimitersOf(line, number);
      messages.push([]);
    }
    if (!delimiters) throw new V2Fault(`a message begins with MSH, not with ${line.slice(0, 3)}`, number);
    messages.at(-1)!.push(segmentOf(line, delimiters, number));
  }
  return messages.map((segments) => ({ segments }));
}

function delimitersOf(line: string, number: number): Delimiters {
  const [field, component, repetition, escaping, subcomponent = '&'] = line.slice(3, 8);
  const found = [field, component, repetition, escaping, subcomponent];
  if (found.some((d) => d === undefined || /[\w\s]/.test(d)) || new Set(found).size !== 5) {
    throw new V2Fault('MSH does not say its delimiters, as in MSH|^~\\&|', number);
  }
  return {
    field: field!,
    component: component!,
    repetition: repetition!,
    escape: escaping!,
    subcomponent,
  };
}

function segmentOf(line: string, d: Delimiters, number: number): Segment {
  const name = line.slice(0, 3);
  if (!/^[A-Z][A-Z0-9]{2}$/.test(name) || (line.length > 3 && line[3] !== d.field)) {
    throw new V2Fault(`'${line.slice(0, 4)}' is no name of a segment`, number);
  }
  const parts = line.split(d.field);
  const plain = (text: string): Field => [[[text]]];
  if (name === 'MSH') {
    const rest = parts.slice(2).map((p) => fieldOf(p, d));
    return { name, fields: [plain(name), plain(d.field), plain(parts[1] ?? ''), ...rest] };
  }
  return { name, fields: [plain(name), ...parts.slice(1).map((p) => fieldOf(p, d))] };
}

function fieldOf(text: string, d: Delimiters): Field {
  return text
    .split(d.repetition)
    .map((r) => r.split(d.component).map((c) => c.split(d.subcomponent).map((s) => unescaped(s, d))));
}

/** `\F\`, `\X0D\`, `\.br\` and the like. `""` says that a value is taken away: it means nothing here. */
function unescaped(text: string, d: Delimiters): string {
  if (text === '""') return '';
  if (!text.includes(d.escape)) return text;
  const meanings: Readonly<Record<string, string>> = {
    F: d.field,
    S: d.component,
    T: d.subcomponent,
    R: d.repetition,
    E: d.escape,
    '.br': '\n',
  };
  const pattern = new RegExp(`\\${d.escape}([^\\${d.escape}]*)\\${d.escape}`, 'g');
  return text.replace(pattern, (_, code: string) => {
    if (/^X([0-9A-Fa-f]{2})+$/.test(code)) return Buffer.from(code.slice(1), 'hex').toString('utf8');
    return meanings[code] ?? '';
  });
}

/** The first repetition's component (from 1) of a field; '' when there is none. */
export function text(segment: Segment | undefined, field: number, component = 1, subcomponent = 1): string {
  return segment?.fields[field]?.[0]?.[component - 1]?.[subcomponent - 1]?.trim() ?? '';
}

/** Each repetition of a field, as its components. */
export function repetitions(segment: Segment | undefined, field: number): readonly (readonly string[])[] {
  return (segment?.fields[field] ?? [])
    .map((r) => r.map((c) => (c[0] ?? '').trim()))
    .filter((r) => r.some((c) => c !== ''));
}

export function segmentsOf(message: V2Message, name: string): Segment[] {
  return message.segments.filter((s) => s.name === name);
}

export function first(message: V2Message, name: string): Segment | undefined {
  return message.segments.find((s) => s.name === name);
}

/** A text as it may stand in a field. */
export function escapedText(value: string): string {
  return value.replace(/[\\|^~&\r\n]/g, (c) => {
    const codes: Readonly<Record<string, string>> = { '\\': 'E', '|': 'F', '^': 'S', '~': 'R', '&': 'T' };
    return codes[c] ? `\\${codes[c]}\\` : '\\.br\\';
  });
}
