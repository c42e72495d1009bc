/**
 * The server's own FHIR packages, for anybody: definitions are no secret. As a registry of packages answers, so that
 * npm and FHIR's tools can be pointed at `/packages`.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface ServedPackage {
  readonly name: string;
  readonly version: string;
  /** Its package.json. */
  readonly manifest: object;
  /** The `.tgz`. */
  readonly bytes: () => Uint8Array;
}

interface Sealed extends ServedPackage {
  readonly tgz: Buffer;
  readonly etag: string;
}

/** `base`: of the server, without a slash at the end. */
export function packageRoutes(app: FastifyInstance, base: string, packages: readonly ServedPackage[]): void {
  const sealed = new Map<string, Sealed>();

  /** Packed when it is first asked for. */
  function find(name: string): Sealed | undefined {
    const known = sealed.get(name);
    const served = packages.find((p) => p.name === name);
    if (known || !served) return known;
    const tgz = Buffer.from(served.bytes());
    const etag = `"${createHash('sha256').update(tgz).digest('hex').slice(0, 32)}"`;
    const made = { ...served, tgz, etag };
    sealed.set(name, made);
    return made;
  }

  function documentOf(p: Sealed) {
    const { name, version, manifest, tgz } = p;
    const digest = (algorithm: string) => createHash(algorithm).update(tgz);
    const dist = {
      tarball: `${base}/packages/${name}/${version}`,
      shasum: digest('sha1').digest('hex'),
      integrity: `sha512-${digest('sha512').digest('base64')}`,
    };
    const versions = { [version]: { ...manifest, dist } };
    return { _id: name, name, 'dist-tags': { latest: version }, versions };
  }

  app.get('/packages', async () =>
    packages.map(({ name, version }) => ({ name, version, url: `${base}/packages/${name}/${version}` })),
  );
  app.get<{ Params: { name: string } }>('/packages/:name', async (request, reply) => {
    const { name } = request.params;
    const file = /^(.*?)\.tgz$/.exec(name)?.[1];
    const found = find(file ?? name);
    if (!found) return reply.callNotFound();
    return file === undefined ? documentOf(found) : send(request, reply, found);
  });
  app.get<{ Params: { name: string; version: string } }>(
    '/packages/:name/:version',
    async (request, reply) => {
      const { name, version } = request.params;
      const found = find(name);
      const asked = version.replace(/\.tgz$/, '');
      if (!found || (asked !== found.version && asked !== 'latest')) return reply.callNotFound();
      return send(request, reply, found);
    },
  );
}

function send(request: FastifyRequest, reply: FastifyReply, { name, version, tgz, etag }: Sealed) {
  reply.header('etag', etag);
  if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
  return reply
    .header('content-type', 'application/gzip')
    .header('content-disposition', `attachment; filename="${name}-${version}.tgz"`)
    .send(tgz);
}
