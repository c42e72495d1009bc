/** `npm run pack`: writes every package of this server to `.packages/` as an installable `.tgz`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDefinitions } from '../src/definitions/definitions.ts';
import { pack } from '../src/packages/pack.ts';

const ROOT = join(import.meta.dirname, '..');
const TARGET = join(ROOT, '.packages');

const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
mkdirSync(TARGET, { recursive: true });
for (const owner of definitions.packages().filter((p) => !p.core)) {
  const file = `${owner.name}-${owner.manifest.version}.tgz`;
  const bytes = pack(owner, join(ROOT, 'fixtures', 'valid'));
  writeFileSync(join(TARGET, file), bytes);
  console.log(`.packages/${file}: ${Math.ceil(bytes.length / 1024)} KiB`);
}
