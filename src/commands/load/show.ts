/** What a person sees: the progress while it runs (stderr), the summary at the end (stdout). */
import type { Language, Text } from '../../kernel/issue.ts';
import { stored, type Tally } from './tally.ts';

const MOST_REFUSALS = 100;

const WORDS = {
  file: { en: 'files', zh: '文件' },
  type: { en: 'type', zh: '资源类型' },
  created: { en: 'new', zh: '新增' },
  again: { en: 'already there or updated', zh: '已有或更新' },
  all: { en: 'all', zh: '合计' },
  refused: { en: 'refused', zh: '拒收' },
  nothingRefused: { en: 'nothing refused', zh: '无拒收' },
  seconds: { en: 's', zh: '秒' },
  rate: { en: 'resources/s', zh: '资源/秒' },
  loaded: { en: 'loaded', zh: '已载入' },
} satisfies Record<string, Text>;

export interface Progress {
  /** A part of a file was answered. */
  advance(bytes: number, tally: Tally): void;
  fileDone(file: string, tally: Tally): void;
  end(): void;
}

/** A bar that redraws itself on a terminal; one line per file elsewhere. */
export function progress(
  out: NodeJS.WriteStream,
  totalBytes: number,
  files: number,
  lang: Language,
): Progress {
  return out.isTTY ? bar(out, totalBytes, lang) : lines(out, files, lang);
}

function bar(out: NodeJS.WriteStream, totalBytes: number, lang: Language): Progress {
  let done = 0;
  let drawn = 0;
  const draw = (tally: Tally) => {
    drawn = Date.now();
    const share = Math.min(done / Math.max(totalBytes, 1), 1);
    const full = Math.round(share * 30);
    const counts = `${number(stored(tally))} ${WORDS.loaded[lang]}, ${number(tally.refusals.length)} ${WORDS.refused[lang]}`;
    out.write(`\r[${'█'.repeat(full)}${'·'.repeat(30 - full)}] ${percent(share)} ${counts}\u001b[K`);
  };
  return {
    advance(bytes, tally) {
      done += bytes;
      if (Date.now() - drawn >= 100) draw(tally);
    },
    fileDone(_file, tally) {
      draw(tally);
    },
    end() {
      out.write('\r\u001b[K');
    },
  };
}

function lines(out: NodeJS.WriteStream, files: number, lang: Language): Progress {
  let done = 0;
  return {
    advance() {},
    fileDone(file, tally) {
      done++;
      const counts = `${number(stored(tally))} ${WORDS.loaded[lang]}, ${number(tally.refusals.length)} ${WORDS.refused[lang]}`;
      out.write(`[${done}/${files}] ${file}: ${counts}\n`);
    },
    end() {},
  };
}

/** The table at the end. */
export function summary(tally: Tally, files: number, milliseconds: number, lang: Language): string {
  const say = (key: keyof typeof WORDS) => WORDS[key][lang];
  const rows = [...tally.types.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { created, again }]) => [type, number(created), number(again)]);
  const sum = [...tally.types.values()].reduce(
    (all, count) => ({ created: all.created + count.created, again: all.again + count.again }),
    { created: 0, again: 0 },
  );
  const seconds = milliseconds / 1000;
  const rate = Math.round(stored(tally) / Math.max(seconds, 0.001));
  const out = [
    ...table([
      [say('type'), say('created'), say('again')],
      ...rows,
      [say('all'), number(sum.created), number(sum.again)],
    ]),
    '',
    `${number(files)} ${say('file')}, ${seconds.toFixed(1)} ${say('seconds')}, ${number(rate)} ${say('rate')}`,
  ];
  if (tally.refusals.length === 0) return `${[...out, say('nothingRefused')].join('\n')}\n`;
  out.push(`${say('refused')}: ${number(tally.refusals.length)}`);
  for (const refusal of tally.refusals.slice(0, MOST_REFUSALS)) {
    const where = [refusal.file, refusal.place, refusal.expression].filter(Boolean).join('  ');
    out.push(`  ${where}`, `    ${refusal.status ? `${refusal.status} ` : ''}${refusal.reason}`);
  }
  const more = tally.refusals.length - MOST_REFUSALS;
  if (more > 0) out.push(lang === 'zh' ? `  另有 ${number(more)} 条` : `  and ${number(more)} more`);
  return `${out.join('\n')}\n`;
}

/** Columns in line: the first to the left, the rest to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => width(row[column]!))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - width(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join('  '),
  );
}

/** Cells of a terminal: a Chinese character takes two. */
function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (/[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60]/.test(character) ? 2 : 1),
    0,
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`.padStart(4);
}
