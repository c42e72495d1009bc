/** Sections of http://hl7.org/fhir/uv/ips/ that are there when the record has something for them. Pure. */
import { newId } from '../../../kernel/ids.ts';
import { type Gathered, type Item, PREGNANCY_CODES, SOCIAL_CODES } from './gather.ts';
import { sourceOf } from './mentioned.ts';
import { optional, type Section } from './section.ts';
import {
  conceptText,
  DATA_ABSENT,
  day,
  effectiveOf,
  hasCode,
  hasLabel,
  PATIENT_REPORTED,
  referenceIn,
  statusText,
  valueText,
} from './words.ts';

const LOINC = 'http://loinc.org';

export function optionalSections(g: Gathered): (Section | undefined)[] {
  const { parts } = g;
  const measured = {
    head: ['项目', '结果', '日期', '来源'],
    row: ({ resource: r }: Item) => [conceptText(r.code), valueText(r), day(effectiveOf(r)), sourceOf(g, r)],
  };
  return [
    optional(['医疗器械 (Medical devices)', '46264-8', 'History of medical device use'], devicesOf(g), {
      head: ['器械', '部位', '使用时间', '状态'],
      row: ({ resource: r }) => {
        const { start, end } = (r.timingPeriod ?? {}) as { start?: string; end?: string };
        const when = end === undefined ? day(start) : `${day(start)} 至 ${day(end)}`;
        return [
          deviceName(g, r.device),
          conceptText(r.bodySite),
          day(r.timingDateTime) || when,
          statusText(r.status),
        ];
      },
    }),
    optional(
      ['预立医疗指示 (Advance directives)', '42348-3', 'Advance healthcare directives'],
      parts.directives,
      {
        head: ['类别', '日期'],
        row: ({ resource: r }) => [conceptText((r.category as object[] | undefined)?.[0]), day(r.dateTime)],
      },
    ),
    optional(
      ['功能状态 (Functional status)', '47420-5', 'Functional status assessment note'],
      parts.assessments,
      {
        head: ['评估', '结论', '日期'],
        row: ({ resource: r }) => [
          conceptText(r.code) || String(r.description ?? ''),
          String(r.summary ?? ''),
          day(r.effectiveDateTime ?? (r.effectivePeriod as { start?: string } | undefined)?.start ?? r.date),
        ],
      },
    ),
    optional(
      ['妊娠史 (History of pregnancy)', '10162-6', 'History of pregnancies Narrative'],
      latestOf(parts.history, PREGNANCY_CODES),
      measured,
    ),
    optional(
      ['社会史 (Social history)', '29762-2', 'Social history note'],
      latestOf(parts.history, SOCIAL_CODES),
      measured,
    ),
  ];
}

function latestOf(items: readonly Item[] | undefined, codes: readonly string[]): Item[] {
  return codes.flatMap(
    (code) => items?.find((i) => isDone(i) && hasCode(i.resource.code, LOINC, code)) ?? [],
  );
}

function isDone({ resource: { status } }: Item): boolean {
  return status !== 'cancelled' && status !== 'registered';
}

/** Statements of use, and the devices of the resident of which nobody stated the use. */
function devicesOf({ parts, patient }: Gathered): Item[] {
  const stated = parts.devices ?? [];
  const named = new Set(stated.map(({ resource }) => referenceIn(resource.device)));
  // What residents measure with at home is no device that they live by.
  const others = (parts.owned ?? []).filter((d) => !named.has(d.reference) && !isHomeDevice(d));
  return [...stated, ...others.map((device) => useOf(device, patient))];
}

function isHomeDevice({ resource }: Item): boolean {
  const { profile = [] } = (resource.meta ?? {}) as { profile?: readonly string[] };
  return hasLabel(resource, PATIENT_REPORTED) || profile.some((p) => p.includes('/county-home-device'));
}

/** That it is used, without a date: stored nowhere. */
function useOf(device: Item, patient: Item): Item {
  const resource = {
    resourceType: 'DeviceUseStatement',
    id: newId(),
    status: 'active',
    subject: { reference: patient.reference },
    _timingDateTime: { extension: [DATA_ABSENT] },
    device: { reference: device.reference },
  };
  return { reference: `urn:uuid:${resource.id}`, text: JSON.stringify(resource), resource };
}

function deviceName({ mentioned, parts }: Gathered, device: unknown): string {
  const reference = referenceIn(device) ?? '';
  const found = mentioned.get(reference) ?? parts.owned?.find((d) => d.reference === reference);
  const { deviceName: names = [], type } = (found?.resource ?? {}) as {
    deviceName?: readonly { readonly name?: string }[];
    type?: object;
  };
  return names[0]?.name ?? (conceptText(type) || (device as { display?: string } | undefined)?.display) ?? '';
}
