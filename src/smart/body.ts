/** Request bodies of the authorization server's own endpoints: small, and read once. */
import type { IncomingMessage } from 'node:http';
import { errors } from 'oidc-provider';

const MAX_BYTES = 64 * 1024;

/** The text of a body. Throws `invalid_request` when it is of another media type, or too large. */
export async function readText(req: IncomingMessage, mediaType: string): Promise<string> {
  const type = req.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== mediaType) throw new errors.InvalidRequest(`send ${mediaType}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new errors.InvalidRequest('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A form, as browsers and OAuth clients send it. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(req, 'application/x-www-form-urlencoded'));
}

/** Lets the library read a body that was read before, as if it came now. */
export function putBack(req: IncomingMessage, text: string): void {
  const bytes = Buffer.from(text);
  req.headers['content-length'] = String(bytes.length);
  delete req.headers['transfer-encoding'];
  Object.defineProperty(req, 'readable', { value: true });
  Object.defineProperty(req, 'iterator', {
    value: async function* () {
      yield bytes;
    },
  });
}
