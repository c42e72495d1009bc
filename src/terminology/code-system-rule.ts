/** A CodeSystem whose hierarchy can be asked: no concept stands above itself. */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';
import type { WriteRule } from '../kernel/contribution.ts';
import { problem } from '../kernel/issue.ts';
import { circleIn } from './circle.ts';
import { flatConcept } from './concept-rows.ts';

export const codeSystemRule: WriteRule = ({ type, after }) => {
  if (type !== 'CodeSystem' || !after) return [];
  const parents = new Map<string, string[]>();
  const walk = (concepts: readonly CodeSystemConcept[], above: readonly string[]) => {
    for (const concept of concepts) {
      const { code } = concept;
      if (code === undefined) continue;
      parents.set(code, [...(parents.get(code) ?? []), ...flatConcept(concept, above).parents]);
      walk(concept.concept ?? [], [code]);
    }
  };
  walk((after as unknown as CodeSystem).concept ?? [], []);
  const codes = [...parents.keys()];
  const places = new Map(codes.map((code, place) => [code, place]));
  const above = [...parents.values()].map((list) => list.flatMap((parent) => places.get(parent) ?? []));
  const circle = circleIn(above)?.map((place) => codes[place]!);
  if (!circle) return [];
  const way = circle.join(' → ');
  return [
    problem(
      'invalid',
      {
        en: `'${circle[0]}' stands above itself: ${way}. Correct one of these parents.`,
        zh: `“${circle[0]}”是自己的上级:${way}。请改正其中一个上级。`,
      },
      { expression: 'CodeSystem.concept' },
    ),
  ];
};
