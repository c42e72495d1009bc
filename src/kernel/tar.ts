/**
 * FHIR packages are gzipped tar archives: reading one, and writing one whose bytes depend on nothing but its files.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar)
 */
import { gunzipSync, gzipSync } from 'node:zlib';

export interface TarFile {
  /** `package/package.json`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface TarLimits {
  /** Bytes unpacked, headers included. */
  readonly bytes: number;
  readonly files: number;
}

/** Not a readable archive, or more than the limits allow; the message says which, in English. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

const BLOCK = 512;

/** The regular files of a `.tgz`, in their order. Nothing is written anywhere, whatever the paths say. Throws TarError. */
export function readTgz(tgz: Uint8Array, limits: TarLimits): TarFile[] {
  const tar = unzipped(tgz, limits.bytes);
  const files: TarFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = checkedSize(header);
    const start = at + BLOCK;
    if (start + size > tar.length) throw new TarError('the archive ends in the middle of a file');
    const content = tar.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    const kind = String.fromCharCode(header[156]!);
    if (kind === 'x') longName = paxPath(content) ?? longName;
    else if (kind === 'L') longName = text(content);
    else if (kind !== 'g') {
      if (kind === '0' || kind === '\0') {
        if (files.length === limits.files) throw new TarError(`more than ${limits.files} files`);
        files.push({ path: longName ?? pathOf(header), bytes: content });
      }
      longName = undefined;
    }
  }
  return files;
}

function unzipped(tgz: Uint8Array, most: number): Uint8Array {
  try {
    return gunzipSync(tgz, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TarError(`more than ${Math.floor(most / 1_000_000)} MB unpacked`);
    }
    throw new TarError('it is not compressed with gzip');
  }
}

function checkedSize(header: Uint8Array): number {
  const sum = octal(header, 148, 8);
  const blanked = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  const size = octal(header, 124, 12);
  if (sum !== blanked || size === undefined) throw new TarError('it is not a tar archive');
  return size;
}

function octal(header: Uint8Array, at: number, length: number): number | undefined {
  const digits = text(header.subarray(at, at + length)).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function pathOf(header: Uint8Array): string {
  const prefix = text(header.subarray(345, 500));
  const name = text(header.subarray(0, 100));
  const ustar = text(header.subarray(257, 263)).startsWith('ustar');
  return ustar && prefix !== '' ? `${prefix}/${name}` : name;
}

/** The `path` of an extended header: lines of `<length> <key>=<value>`. */
function paxPath(content: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(Buffer.from(content).toString('utf8'))?.[1];
}

/** Up to the first NUL. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

/** A `.tgz` of these files in this order: no dates, owners or modes but fixed ones. Throws TarError for a path that is too long. */
export function writeTgz(files: readonly TarFile[]): Uint8Array {
  const blocks = files.flatMap(({ path, bytes }) => [
    headerOf(path, bytes.length),
    bytes,
    new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  const tgz = gzipSync(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]), { level: 9 });
  // The system that has compressed it: unknown, everywhere.
  tgz[9] = 255;
  return tgz;
}

function headerOf(path: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(path) > 100) throw new TarError(`the path '${path}' is longer than 100 bytes`);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  // 1985-10-26, as in every package of npm.
  header.write(`${(499_162_500).toString(8).padStart(11, '0')}\0`, 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
