/** `near` against the angle between vectors, all over the globe and most at its poles and date line. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Random } from './random.ts';
import { load } from './world.ts';

const SEED = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const QUERIES = 150;
/** Mean radius of the earth; metres of each unit. */
const RADIUS = 6_371_008.8;
const METRES = { m: 1, km: 1000, '[mi_i]': 1609.344, '[mi_us]': 1609.347219 } as const;

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

let app: TestApp;
let places: { id: string; position: Place }[];
const random = new Random(SEED);

beforeAll(async () => {
  console.log(`ORACLE_SEED=${SEED}`);
  app = await startTestApp({ linking: false });
  places = Array.from({ length: 300 }, (_, i) => ({ id: `p${i}`, position: somewhere() }));
  await load(
    app,
    places.map((place) => ({ resourceType: 'Location', ...place })),
  );
});
afterAll(() => app.close());

const digits = (n: number) => Number(n.toFixed(random.pick([0, 2, 6])));

function somewhere(): Place {
  const p = random.next();
  if (p < 0.15)
    return { latitude: random.pick([90, -90, 89.999, -89.5]), longitude: digits(random.next() * 360 - 180) };
  if (p < 0.4) {
    return {
      latitude: digits(random.next() * 4 - 2),
      longitude: random.pick([180, -180, 179.99, -179.9, 178]),
    };
  }
  if (p < 0.6) return { latitude: digits(32 + random.next()), longitude: digits(110 + random.next()) };
  return { latitude: digits(random.next() * 180 - 90), longitude: digits(random.next() * 360 - 180) };
}

function vector({ latitude, longitude }: Place): [number, number, number] {
  const [lat, lon] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}

/** In metres, on the sphere. */
function distance(a: Place, b: Place): number {
  const [x, y] = [vector(a), vector(b)];
  const cross = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]] as const;
  const dot = x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
  return RADIUS * Math.atan2(Math.hypot(...cross), dot);
}

test('finds the places within a distance', { timeout: 120_000 }, async () => {
  for (let i = 0; i < QUERIES; i++) {
    const from = random.chance(0.5) ? random.pick(places).position : somewhere();
    const unit = random.pick(Object.keys(METRES) as (keyof typeof METRES)[]);
    const length = digits(random.pick([0, 0.5, 2, 60, 500, 3000, 25_000]) * (0.5 + random.next()));
    const metres = length * METRES[unit];
    const query = `Location?near=${from.latitude}|${from.longitude}|${length}|${unit}&_count=1000`;
    const answer = await app.call('GET', query);
    expect(answer.status, `${query} ${answer.text.slice(0, 500)}`).toBe(200);
    const found = new Set((answer.body.entry ?? []).map((e: { resource: { id: string } }) => e.resource.id));
    for (const { id, position } of places) {
      const apart = distance(from, position);
      // On the edge, what either rounds decides.
      if (Math.abs(apart - metres) < 0.1 + metres * 1e-6) continue;
      expect(found.has(id), `${query}: ${id} at ${JSON.stringify(position)} is ${apart} m away`).toBe(
        apart < metres,
      );
    }
  }
});
