/** The notifiable diseases and their deadlines: CodeSystem notifiable-disease, data of the county. */
import type { Definitions } from '../../../definitions/definitions.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import { codesOf } from './fhir.ts';

const SYSTEM = `${CANONICAL}/CodeSystem/notifiable-disease`;
/** Where only the class is known. */
const HOURS: Readonly<Record<string, number>> = { a: 2, b: 24, c: 24, other: 24 };

export interface Disease {
  readonly name: string;
  /** From the diagnosis to the report. */
  readonly hours: number;
}

export interface Notifiable {
  /** By the code of the diagnosis, ICD-10, or by the class that it bears; undefined when it is not notifiable. */
  of(condition: Resource, notifiableClass: string | undefined): Disease | undefined;
}

export function notifiableDiseases(definitions: Definitions): Notifiable {
  const system = definitions.codeSystems().find((s) => s.url === SYSTEM);
  if (!system) throw new Error(`Code system ${SYSTEM} is missing`);
  const diseases = new Map(
    (system.concept ?? []).map((c) => {
      const hours = c.property?.find((p) => p.code === 'hours')?.valueInteger ?? 24;
      const name = c.designation?.find((d) => d.language === 'zh-CN')?.value ?? c.display ?? c.code!;
      return [c.code!, { name, hours }] as const;
    }),
  );
  return {
    of(condition, notifiableClass) {
      for (const { code = '', display } of codesOf(condition.code)) {
        // B15.901 is below B15.9, and that below B15.
        for (let length = code.length; length >= 3; length--) {
          const found = diseases.get(code.slice(0, length));
          if (found) return found;
        }
        if (notifiableClass) return { name: display ?? code, hours: HOURS[notifiableClass] ?? 24 };
      }
      return notifiableClass ? { name: '法定传染病', hours: HOURS[notifiableClass] ?? 24 } : undefined;
    },
  };
}
