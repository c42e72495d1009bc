/** The sample SMART apps: a fixed set of files, read once, under a policy that lets in their own scripts alone. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
};

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

/** Serves the files of `folder` at `/apps`, and fhirclient beside them. */
export function apps(app: FastifyInstance, folder: string, fhirClient: string): void {
  const files = new Map<string, StaticFile>([['fhir-client.js', fileAt(fhirClient)]]);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || MEDIA_TYPES[extname(entry.name)] === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), fileAt(path));
  }
  app.get<{ Params: { '*': string } }>('/apps/*', (request, reply) => {
    const [path = '', query] = request.url.slice('/apps/'.length).split('?', 2);
    const folderAsked = path === '' || path.endsWith('/');
    const file = files.get(folderAsked ? `${path}index.html` : path);
    if (!file && files.has(`${path}/index.html`)) {
      return reply.redirect(`/apps/${path}/${query === undefined ? '' : `?${query}`}`, 308);
    }
    if (!file) return reply.callNotFound();
    reply.headers(HEADERS).header('etag', file.etag);
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    return reply.type(file.type).send(file.bytes);
  });
}

function fileAt(path: string): StaticFile {
  const bytes = readFileSync(path);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type: MEDIA_TYPES[extname(path)] ?? 'application/octet-stream', bytes, etag };
}
