/** Who is behind a reference: the person of a role, the institution of a person, who stands above it. */

import type { Reference } from '../../kernel/elements.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { plain } from './reading.ts';

/** The institution: `Organization/x`. */
export async function institutionOf(
  scene: Scene,
  reference: string | undefined,
): Promise<string | undefined> {
  const { base } = scene.ctx;
  const local = plain(reference, base);
  const [type, id] = local?.split('/') ?? [];
  switch (type) {
    case 'Organization':
      return local;
    case 'PractitionerRole':
      return plain(((await scene.read(local))?.organization as Reference | undefined)?.reference, base);
    case 'HealthcareService':
      return plain(((await scene.read(local))?.providedBy as Reference | undefined)?.reference, base);
    case 'Practitioner': {
      const [role] = await scene.search('PractitionerRole', [['practitioner', `Practitioner/${id}`]]);
      return plain((role?.organization as Reference | undefined)?.reference, base);
    }
    default:
      return undefined;
  }
}

/** Who is told when somebody does not answer: the institution of a person, the head of an institution. */
export async function above(scene: Scene, reference: string | undefined): Promise<string | undefined> {
  const { base } = scene.ctx;
  const local = plain(reference, base);
  if (!local?.startsWith('Organization/')) return institutionOf(scene, local);
  return plain(((await scene.read(local))?.partOf as Reference | undefined)?.reference, base);
}

/** The persons among some references who are known here, by one name each: two roles of one doctor are one person. */
export async function personsOf(scene: Scene, references: readonly Reference[] = []): Promise<Set<string>> {
  const { base } = scene.ctx;
  const found = new Set<string>();
  for (const { reference } of references) {
    const local = plain(reference, base);
    if (local?.startsWith('PractitionerRole/')) {
      const role = await scene.read(local);
      const practitioner = role?.practitioner as Reference | undefined;
      if (role) found.add(plain(practitioner?.reference, base) ?? local);
    } else if (local?.startsWith('Practitioner/') && (await scene.read(local))) found.add(local);
  }
  return found;
}
