/**
 * Days of the county's calendar as text, `2026-02-28`: what law and norms count in. A day begins at midnight in
 * China (`dates.ts`).
 */
import { dateRange } from './dates.ts';

const DAY_MS = 86_400_000;
const CHINA_MS = 8 * 3_600_000;

/** The day on which an instant falls. */
export function dayOf(at: Date | number): string {
  return new Date(Number(at) + CHINA_MS).toISOString().slice(0, 10);
}

/** The day of a FHIR date or time; the first one when it names a month or a year; undefined when it is none. */
export function dayIn(text: unknown): string | undefined {
  const range = typeof text === 'string' ? dateRange(text) : undefined;
  return range && dayOf(range.lo);
}

/** The last day of a FHIR date: of `2026-02` the 28th. */
export function lastDayIn(text: unknown): string | undefined {
  const range = typeof text === 'string' ? dateRange(text) : undefined;
  return range && dayOf(range.hi - 1);
}

/** The instant at which a day begins. */
export function startOf(day: string): Date {
  return new Date(dateRange(day)!.lo);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The same day of another month, or its last one where there is none: 31 January and a month is 28 February. */
export function addMonths(day: string, months: number): string {
  const [year, month, date] = partsOf(day);
  const count = year * 12 + month - 1 + months;
  const [y, m] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
  const last = m === 2 && isLeap(y) ? 29 : LENGTHS[m - 1]!;
  return `${String(y).padStart(4, '0')}-${two(m)}-${two(Math.min(date, last))}`;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function partsOf(day: string): [year: number, month: number, date: number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))];
}

/** From a day to a later one: 0 for the same. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Whole months that have passed. */
export function monthsBetween(from: string, to: string): number {
  const [y1, m1] = from.split('-').map(Number) as [number, number];
  const [y2, m2] = to.split('-').map(Number) as [number, number];
  const months = (y2 - y1) * 12 + m2 - m1;
  return addMonths(from, months) > to ? months - 1 : months;
}

/** Completed years of life. */
export function ageOn(birth: string, day: string): number {
  return Math.floor(monthsBetween(birth, day) / 12);
}

const LENGTH = /^(?:a|mo|wk|d|h|min)$/;

/**
 * A day and a UCUM length of time after it: `3 mo`, `2 wk`, `24 h`. What is shorter than a day ends on the day it
 * ends in. Undefined for other units.
 */
export function addLength(day: string, value: number, unit: string): string | undefined {
  if (!LENGTH.test(unit)) return undefined;
  if (unit === 'a') return addMonths(day, value * 12);
  if (unit === 'mo') return addMonths(day, value);
  const days = { wk: value * 7, d: value, h: value / 24, min: value / 1440 }[
    unit as 'wk' | 'd' | 'h' | 'min'
  ];
  return addDays(day, Math.ceil(days));
}
