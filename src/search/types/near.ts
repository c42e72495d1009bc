/**
 * `near`: places within a distance. https://hl7.org/fhir/R4/location.html#positional
 * A row of `date_range` holds a position: latitude and longitude in units of 10^-7 degrees, about a centimetre.
 */
import { badParameter } from '../../kernel/fhir-error.ts';
import type { Text } from '../../kernel/issue.ts';
import { canonicalQuantity } from '../../terminology/units.ts';
import { anyOf } from '../bindings.ts';
import { unsupportedModifier } from '../condition.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { FilterOf, SearchType } from './search-type.ts';

/** Mean radius of the earth in metres. */
const RADIUS = 6_371_008.8;
const METRES_PER_DEGREE = (Math.PI * RADIUS) / 180;
const SCALE = 1e7;
/** What is near when no distance is said: a township, or a town with what lies around it. */
const DEFAULT_METRES = 10_000;
/** Names of units that are no UCUM codes, but usual. */
const OTHER_NAMES: Readonly<Record<string, string>> = { mi: '[mi_i]', mi_us: '[mi_us]', ft: '[ft_i]' };

export const near: SearchType<FilterOf<'near'>> = {
  index(rows, { key }, { value }) {
    const { latitude, longitude } = value as { latitude?: number; longitude?: number };
    if (typeof latitude !== 'number' || typeof longitude !== 'number') return;
    if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return;
    rows.range(key, { lo: Math.round(latitude * SCALE), hi: Math.round(longitude * SCALE) });
  },

  parse({ parameter, name, modifier, value }) {
    if (modifier !== undefined) throw unsupportedModifier(name, ['missing']);
    return { kind: 'near', key: parameter.key, any: splitEscaped(value, ',').map((v) => circle(name, v)) };
  },

  /** The latitude narrows by the index; the great circle decides, which is right at the poles and at 180° too. */
  where({ key, any }, r, b) {
    const hash = b.hash(key);
    const circles = any.map(({ latitude, longitude, metres }) => {
      const degrees = metres / METRES_PER_DEGREE;
      const lat = b.bind(latitude, 'float8');
      const lon = b.bind(longitude, 'float8');
      const bound = (n: number) => b.bind(Math.round(Math.max(-90, Math.min(90, n)) * SCALE), 'bigint');
      const from = bound(latitude - degrees - 1e-6);
      const to = bound(latitude + degrees + 1e-6);
      const haversine = `sind((d.lo / 1e7::float8 - ${lat}) / 2) ^ 2 + cosd(${lat}) * cosd(d.lo / 1e7::float8) * sind((d.hi / 1e7::float8 - ${lon}) / 2) ^ 2`;
      return `(d.lo between ${from} and ${to} and 2 * ${RADIUS} * asin(least(1, sqrt(${haversine}))) <= ${b.bind(metres, 'float8')})`;
    });
    return b.exists(`date_range d where d.hash = ${hash} and d.key = ${r}.key and ${anyOf(circles)}`);
  },
};

/** `latitude|longitude|distance|unit`: kilometres when no unit is said. */
function circle(name: string, value: string): { latitude: number; longitude: number; metres: number } {
  const [latitude, longitude, distance, unit, ...more] = splitEscaped(value, '|').map(unescaped);
  const [lat, lon] = [numberOf(latitude), numberOf(longitude)];
  if (lat === undefined || lon === undefined || more.length > 0) throw badParameter(name, notAPlace(value));
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) throw badParameter(name, notAPlace(value));
  if (distance === undefined || distance === '') {
    if (unit) throw badParameter(name, notAPlace(value));
    return { latitude: lat, longitude: lon, metres: DEFAULT_METRES };
  }
  const length = numberOf(distance);
  const metre = canonicalQuantity(1, OTHER_NAMES[unit ?? ''] ?? (unit || 'km'));
  if (length === undefined || length < 0 || metre?.unit !== canonicalQuantity(1, 'm')!.unit) {
    throw badParameter(name, notAPlace(value));
  }
  return { latitude: lat, longitude: lon, metres: length * metre.value };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d{1,12}(\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
}

function notAPlace(value: string): Text {
  return {
    en: `'${value}' is no place with a distance. Write latitude|longitude|distance|unit, as in 32.65|110.78|11.2|km: degrees (-90 to 90, -180 to 180), and a unit of length in UCUM, km when left out. Without a distance it is ${DEFAULT_METRES / 1000} km.`,
    zh: `“${value}”不是带距离的位置。格式为 纬度|经度|距离|单位,例如 32.65|110.78|11.2|km:纬度 -90 到 90,经度 -180 到 180,单位为 UCUM 长度单位,省略时为 km;省略距离时为 ${DEFAULT_METRES / 1000} km。`,
  };
}
