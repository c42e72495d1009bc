/**
 * What the machine gives at most, for the benchmark to compare with: bare Fastify that answers a constant, one
 * row selected by its primary key, or one row inserted and committed. A process of its own, as the server is.
 * `node tests/perf/floor.ts <connection as JSON>`; says its address on standard output.
 *
 * `PUT /floor/<name>` stores the text that the three routes below it answer or insert.
 */
import Fastify from 'fastify';
import pg from 'pg';

const JSON_TYPE = 'application/fhir+json; charset=utf-8';

const pool = new pg.Pool({ ...(JSON.parse(process.argv[2]!) as pg.PoolConfig), max: 16 });
await pool.query('create table if not exists floor (id text primary key, content text not null)');
await pool.query(
  'create table if not exists floor_insert (id bigint generated always as identity primary key, content text not null)',
);
const texts = new Map<string, string>();

const app = Fastify({ bodyLimit: 50 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

type Named = { Params: { name: string } };

app.put<Named>('/floor/:name', async (request) => {
  const text = request.body as string;
  texts.set(request.params.name, text);
  await pool.query('insert into floor values ($1, $2) on conflict (id) do update set content = $2', [
    request.params.name,
    text,
  ]);
  return 'stored';
});

app.get<Named>('/floor/:name/constant', async (request, reply) =>
  reply.header('content-type', JSON_TYPE).send(texts.get(request.params.name)),
);

app.get<Named>('/floor/:name/select', async (request, reply) => {
  const { rows } = await pool.query<{ content: string }>({
    name: 'floor.select',
    text: 'select content from floor where id = $1',
    values: [request.params.name],
  });
  return reply.header('content-type', JSON_TYPE).send(rows[0]!.content);
});

app.post<Named>('/floor/:name/insert', async (request, reply) => {
  await pool.query({
    name: 'floor.insert',
    text: 'insert into floor_insert (content) values ($1)',
    values: [request.body],
  });
  return reply.code(201).header('content-type', JSON_TYPE).send(request.body);
});

process.on('SIGTERM', () => {
  void app
    .close()
    .then(() => pool.end())
    .then(() => process.exit(0));
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
