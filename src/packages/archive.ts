/** A FHIR package as it is sent: its manifest and its resources. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import { createHash } from 'node:crypto';
import type { Manifest } from '../definitions/packages.ts';
import type { Body, FhirResource } from '../interactions/engine.ts';
import { type FhirError, unprocessable } from '../kernel/fhir-error.ts';
import { problem, type Text } from '../kernel/issue.ts';
import { hasFalseEscape, shapeOf } from '../kernel/json-text.ts';
import { readTgz, TarError, type TarFile } from '../kernel/tar.ts';
import type { Named } from '../store/read.ts';

/** Of the largest packages that are published, the terminology of HL7 has some 5,000 files and 60 MB. */
const LIMITS = { bytes: 128_000_000, files: 20_000 };

/** As in the body of a request. */
const MAX_DEPTH = 100;

export interface PackagedResource extends Named {
  /** `StructureDefinition-x.json` */
  readonly file: string;
  /** Parsed when it is asked for: all of a large package would fill the memory. */
  readonly read: () => Body;
}

export interface Archive {
  readonly manifest: Manifest;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
  /** What stands in the folder `package` itself: the examples are in folders of their own. */
  readonly resources: readonly PackagedResource[];
}

/** Throws unprocessable for what is no FHIR package for R4. */
export function readArchive(bytes: Uint8Array): Archive {
  const files = unpacked(bytes)
    .map((file) => ({ ...file, path: file.path.replace(/^\.\//, '') }))
    .filter(({ path }) => /^package\/[^/]+\.json$/.test(path));
  const manifest = manifestOf(files.find(({ path }) => path === 'package/package.json'));
  const resources = files
    .filter(({ path }) => path !== 'package/package.json' && !path.startsWith('package/.'))
    .flatMap(resourceOf);
  return { manifest, resources, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function unpacked(bytes: Uint8Array): TarFile[] {
  try {
    return readTgz(bytes, LIMITS);
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw refused({
      en: `What was sent is no FHIR package (.tgz): ${error.message}.`,
      zh: `提交的内容不是 FHIR 包(.tgz):${error.message}。`,
    });
  }
}

function manifestOf(file: TarFile | undefined): Manifest {
  const manifest = file && parsed(file).value;
  if (!isObject(manifest) || typeof manifest.name !== 'string' || typeof manifest.version !== 'string') {
    throw refused({
      en: 'A FHIR package has a file package/package.json with a name and a version.',
      zh: 'FHIR 包须包含 package/package.json,并写明 name 与 version。',
    });
  }
  const { name, version } = manifest;
  if (!/^[a-z0-9][a-z0-9.\-_]{0,213}$/i.test(name) || !/^[\w.+-]{1,64}$/.test(version)) {
    throw refused({
      en: `'${name}#${version}' is not the name and version of a package.`,
      zh: `“${name}#${version}”不是合法的包名与版本。`,
    });
  }
  const versions = fhirVersionsOf(manifest);
  if (!versions.some((v) => v.startsWith('4.0'))) {
    throw refused({
      en: `The package ${name}#${version} is for FHIR ${versions.join(', ') || 'of an unnamed version'}; this server is R4 (4.0.1).`,
      zh: `包 ${name}#${version} 适用于 FHIR ${versions.join('、') || '(未写明版本)'};本服务器为 R4(4.0.1)。`,
    });
  }
  return manifest as unknown as Manifest;
}

/** `fhirVersions`, under all the names it has had. */
function fhirVersionsOf(manifest: Record<string, unknown>): string[] {
  const named = manifest.fhirVersions ?? manifest['fhir-version-list'] ?? manifest.fhirVersion;
  return [named ?? []].flat().filter((v): v is string => typeof v === 'string');
}

function resourceOf(file: TarFile): PackagedResource[] {
  const { value } = parsed(file);
  if (!isObject(value) || typeof value.resourceType !== 'string') return [];
  const { resourceType: type, id } = value;
  const read = () => {
    const { value: resource, text } = parsed(file);
    return { resource: resource as FhirResource, text };
  };
  return [{ file: file.path.slice('package/'.length), type, id: typeof id === 'string' ? id : '', read }];
}

function parsed({ path, bytes }: TarFile): { readonly value: unknown; readonly text: string } {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  try {
    const value: unknown = JSON.parse(text);
    if (shapeOf(text).depth <= MAX_DEPTH && !hasFalseEscape(text)) return { value, text };
  } catch {}
  throw refused({
    en: `${path} cannot be read as JSON. Nothing was installed.`,
    zh: `${path} 无法按 JSON 读取。未安装任何内容。`,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(text: Text): FhirError {
  return unprocessable([problem('invalid', text, { expression: 'package' })]);
}
