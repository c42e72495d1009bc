/** What may be stored as a definition: nothing that a package of the server defines, and no profile that cannot be checked by. */
import { isDeepStrictEqual } from 'node:util';
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type { WriteRule } from '../kernel/contribution.ts';
import { type Issue, problem } from '../kernel/issue.ts';
import { isSetting } from '../kernel/setting.ts';
import { type ProfileFault, profileFaults } from '../validation/profile-faults.ts';

type Json = Readonly<Record<string, unknown>>;

export function definitionRule(definitions: Definitions): WriteRule {
  return ({ type, after }) => {
    if (!after) return [];
    const taken = takenIssues(definitions, type, after);
    if (taken.length > 0 || type !== 'StructureDefinition') return taken;
    return profileIssues(definitions, after as unknown as StructureDefinition);
  };
}

/** SearchParameters have their own rule, by what they find: search/custom-parameters.ts. */
export function takenIssues(definitions: Definitions, type: string, after: Json): Issue[] {
  const { url } = after;
  if (typeof url !== 'string' || type === 'SearchParameter') return [];
  const found = definitions.ofPackage(type, url);
  if (!found) return [];
  const { owner, resource } = found;
  const own = resource as unknown as Json;
  // Of a code system that is another's, the package has what it needs: the whole of it is welcome.
  if (type === 'CodeSystem' && own.content !== 'complete' && !isOfTheCounty(url)) return [];
  if (isSetting(own)) return [];
  // The base is in memory without its prose: its version is what can be compared.
  if (owner.core ? own.version === after.version : isDeepStrictEqual(content(own), content(after))) return [];
  const name = `${owner.name}#${owner.manifest.version}`;
  return [
    problem(
      'duplicate',
      {
        en: `'${url}' is defined by the package ${name} of this server, which cannot be replaced. Give your definition a url of its own.`,
        zh: `“${url}”由本服务器的包 ${name} 定义,不能替换。请为您的定义另取 url。`,
      },
      { expression: `${type}.url`, rule: 'canonical-of-package' },
    ),
  ];
}

/** The county's own code systems and the national ones are nobody else's to bring. */
function isOfTheCounty(url: string): boolean {
  return url.startsWith(CANONICAL) || url.startsWith('urn:oid:2.16.156.');
}

/** What it says, without what belongs to its place. */
function content({ id: _id, meta: _meta, text: _text, ...said }: Json): Json {
  return said;
}

export function profileIssues(definitions: Definitions, sd: StructureDefinition): Issue[] {
  if (sd.derivation !== 'constraint' || !definitions.structure(sd.type)) return [];
  return profileFaults(definitions, sd).map((fault) =>
    problem('invalid', textOf(fault), {
      expression: expressionOf(sd, fault.element),
      rule: 'profile-unusable',
    }),
  );
}

function textOf({ element, text }: ProfileFault) {
  if (element === undefined) return text;
  return { en: `${element}: ${text.en}`, zh: `${element}:${text.zh}` };
}

function expressionOf({ snapshot, differential }: StructureDefinition, id: string | undefined): string {
  for (const [name, view] of Object.entries({ differential, snapshot })) {
    const at = view?.element.findIndex((e) => (e.id ?? e.path) === id) ?? -1;
    if (at >= 0) return `StructureDefinition.${name}.element[${at}]`;
  }
  return 'StructureDefinition';
}
