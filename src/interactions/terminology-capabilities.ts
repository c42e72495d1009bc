/** What the terminology service has and does. https://hl7.org/fhir/R4/terminologycapabilities.html */
import type { TerminologyCapabilities, TerminologyCapabilitiesCodeSystem } from '@medplum/fhirtypes';
import { CANONICAL } from '../kernel/canonical.ts';
import { grammars } from '../terminology/grammar.ts';
import { isComplete, type System } from '../terminology/systems.ts';
import type { Terminology } from '../terminology/terminology.ts';

export interface TerminologyDeclared {
  readonly base: string;
  readonly version: string;
  readonly date: string;
  /** Parameters of `$expand`, as its OperationDefinition has them. */
  readonly expansion: readonly { readonly name?: string; readonly documentation?: string }[];
}

/** The statement of now: code systems are loaded and stored while the server runs. */
export async function terminologyCapabilities(
  terminology: Terminology,
  { base, version, date, expansion }: TerminologyDeclared,
): Promise<TerminologyCapabilities> {
  const systems = await terminology.systems();
  return {
    resourceType: 'TerminologyCapabilities',
    url: `${CANONICAL}/TerminologyCapabilities/xiantong`,
    name: 'Xiantong',
    title: 'Xiantong (县通) terminology service',
    status: 'active',
    date,
    publisher: 'Xiantong',
    kind: 'instance',
    software: { name: 'Xiantong', version },
    implementation: { description: 'Interoperability server of a county medical community', url: base },
    lockedDate: false,
    codeSystem: [...[...systems.values()].map(codeSystem), ...grammars().map((uri) => ({ uri }))],
    expansion: {
      hierarchical: true,
      paging: true,
      incomplete: false,
      parameter: expansion.map(({ name, documentation }) => ({ name: name!, documentation })),
      textFilter:
        'All words of the filter must be found in the displays, designations or the code, in any case; Chinese also by pinyin (gaoxueya) and by initials (gxy).',
    },
    codeSearch: 'all',
    validateCode: { translations: true },
    translation: { needsMap: true },
    closure: { translation: false },
  };
}

/** The first version is the one that a url without version means. */
function codeSystem(versions: readonly System[]): TerminologyCapabilitiesCodeSystem {
  return {
    uri: versions[0]!.url,
    version: versions.map((system, i) => ({
      ...(system.version === undefined ? {} : { code: system.version }),
      isDefault: i === 0,
      compositional: false,
    })),
    subsumption: versions.every(isComplete),
  };
}
