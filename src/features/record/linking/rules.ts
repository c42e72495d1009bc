/** What stands in the way of a merge, in words. Pure. */
import type { Resource } from '../../../kernel/contribution.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import { patientLinks, replacedBy } from '../links.ts';

/** Of an Encounter that goes on: https://hl7.org/fhir/R4/valueset-encounter-status.html */
export const OPEN_ENCOUNTER = ['arrived', 'triaged', 'in-progress', 'onleave'];

/** `main` is to replace `other`; both as they are. `isOpen`: an encounter of the person goes on. */
export function mergeIssues(main: Resource, other: Resource, isOpen: boolean): Issue[] {
  const issues: Issue[] = [];
  const [to, from] = [`Patient/${main.id as string}`, `Patient/${other.id as string}`];
  const survivor = replacedBy(main);
  if (survivor !== undefined && survivor !== other.id) {
    issues.push(
      broken('replaces-and-replaced', {
        en: `${to} is itself replaced by Patient/${survivor}. Merge ${from} into that one.`,
        zh: `${to} 已被 Patient/${survivor} 取代。请将 ${from} 合并到后者。`,
      }),
    );
  }
  const already = replacedBy(other);
  if (already !== undefined && already !== main.id) {
    issues.push(
      broken('replaced-twice', {
        en: `${from} is replaced by Patient/${already} already. Undo that first: Patient/$unmerge.`,
        zh: `${from} 已被 Patient/${already} 取代。请先撤销:Patient/$unmerge。`,
      }),
    );
  }
  if (patientLinks(other).some((l) => l.type === 'replaces')) {
    issues.push(
      broken('replaces-and-replaced', {
        en: `${from} replaces other records. Merge those into ${to} first, or merge ${to} into ${from}.`,
        zh: `${from} 已取代其他档案。请先将那些档案合并到 ${to},或将 ${to} 合并到 ${from}。`,
      }),
    );
  }
  if (isOpen) {
    // Which it is may not be for who decides.
    const query = `Encounter?patient=Patient/${other.id as string},Patient/${main.id as string}&status=${OPEN_ENCOUNTER.join(',')}`;
    issues.push(
      problem(
        'business-rule',
        {
          en: `An encounter of the person is open, here or at another institution (${query}). Records are merged when none is; link them meanwhile: Patient/$link.`,
          zh: `居民在本机构或其他机构有未结束的就诊(${query})。就诊进行中不得合并档案;可先关联:Patient/$link。`,
        },
        { expression: 'Patient.link', rule: 'merge-during-encounter' },
      ),
    );
  }
  return issues;
}

/** A record that is not there, or not for who decides. */
export function notThere(id: string): Issue {
  return problem(
    'not-found',
    {
      en: `Patient/${id} is not known here. A decision about identities is made by who sees both records.`,
      zh: `此处没有 Patient/${id}。身份关联由能够查看两份档案者决定。`,
    },
    { expression: 'Linkage.item' },
  );
}

function broken(rule: string, text: Issue['text']): Issue {
  return problem('business-rule', text, { expression: 'Patient.link', rule });
}
