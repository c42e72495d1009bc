/** A table as a whole: every code once, nothing below what is not there, nothing below itself. */
import { circleIn } from '../circle.ts';
import type { TableConcept } from './columns.ts';
import { TableFault } from './fault.ts';

/** Throws TableFault. `fragment`: what stands above may have been left out. */
export function checkTable(file: string, concepts: readonly TableConcept[], fragment: boolean): void {
  const places = new Map<string, number>();
  concepts.forEach(({ line, concept: { code } }, place) => {
    const first = places.get(code);
    if (first !== undefined) throw twice(file, line, code, concepts[first]!.line);
    places.set(code, place);
  });
  const above = concepts.map(({ line, concept: { code }, parents }) =>
    parents.flatMap((parent) => {
      const place = places.get(parent);
      if (place === undefined && !fragment) throw orphan(file, line, code, parent);
      return place === undefined ? [] : [place];
    }),
  );
  const circle = circleIn(above);
  if (circle) {
    const codes = circle.map((place) => concepts[place]!.concept.code);
    throw new TableFault(file, concepts[circle[0]!]!.line, {
      en: `'${codes[0]}' stands below itself: ${codes.join(' → ')}. Correct one of these parents.`,
      zh: `“${codes[0]}”是自己的下级:${codes.join(' → ')}。请改正其中一个上级。`,
    });
  }
}

function twice(file: string, line: number, code: string, first: number) {
  return new TableFault(file, line, {
    en: `The code '${code}' was there already, in line ${first}.`,
    zh: `代码“${code}”在第 ${first} 行已出现。`,
  });
}

function orphan(file: string, line: number, code: string, parent: string) {
  return new TableFault(file, line, {
    en: `'${code}' stands below '${parent}', which the table does not have. Add it, or say content: fragment.`,
    zh: `“${code}”的上级“${parent}”不在表中。请补充,或将 content 设为 fragment。`,
  });
}
