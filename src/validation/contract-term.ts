/** The term of a family-doctor contract: arithmetic with dates, which the compiled FHIRPath leaves out. */
import { periodRange } from '../kernel/dates.ts';
import type { Text } from '../kernel/issue.ts';
import { isObject } from './fhirpath/items.ts';

const TERM_REASON = 'https://xiantong.example/fhir/StructureDefinition/contract-term-reason';
const LOCAL_OFFSET = 8 * 3_600_000;

/** What is wrong with `applies` of a Contract: its last day lies before a full year has passed, and no reason is given. */
export function contractTermFault(contract: Record<string, unknown>): Text | undefined {
  const { applies } = contract;
  if (!isObject(applies) || typeof applies.start !== 'string' || typeof applies.end !== 'string') return;
  const extensions = Array.isArray(contract.extension) ? contract.extension : [];
  if (extensions.some((e) => isObject(e) && e.url === TERM_REASON)) return;
  const range = periodRange({ start: applies.start, end: applies.end });
  if (!range) return;
  const earliest = dayBefore(aYearAfter(localDay(range.lo)));
  if (localDay(range.hi - 1) >= earliest) return;
  return {
    en: `The term from ${applies.start} to ${applies.end} is shorter than a year: it ends on ${earliest} at the earliest, or extension contract-term-reason says why not.`,
    zh: `签约期限 ${applies.start} 至 ${applies.end} 不足一年:结束日期不应早于 ${earliest},否则应以扩展 contract-term-reason 说明原因。`,
  };
}

/** `YYYY-MM-DD` in China. */
function localDay(time: number): string {
  return new Date(time + LOCAL_OFFSET).toISOString().slice(0, 10);
}

/** A year after 29 February is 28 February, as in FHIRPath. */
function aYearAfter(day: string): string {
  const monthDay = day.slice(4) === '-02-29' ? '-02-28' : day.slice(4);
  return `${Number(day.slice(0, 4)) + 1}${monthDay}`;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}
