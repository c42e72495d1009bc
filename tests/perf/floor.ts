/**
 * What the machine gives at most, for the benchmark to compare with: bare Fastify and pg doing one statement for
 * each request. A process of its own, as the server is. `node tests/perf/floor.ts <connection as JSON>`; says its
 * address on standard output.
 *
 * `PUT /floor/<name>` stores texts (a JSON array of strings) that the routes below it then answer.
 */
import Fastify from 'fastify';
import pg from 'pg';

const JSON_TYPE = 'application/fhir+json; charset=utf-8';

const pool = new pg.Pool({ ...(JSON.parse(process.argv[2]!) as pg.PoolConfig), max: 16 });
await pool.query(`
create table if not exists floor (id text primary key, version int not null default 1, content text not null);
create table if not exists floor_history (id text, version int, content text not null, primary key (id, version));
create table if not exists floor_range (name text, date bigint, content text not null, primary key (name, date));
`);

const app = Fastify({ bodyLimit: 50 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

type Named = { Params: { name: string } };

app.put<Named>('/floor/:name', async (request) => {
  const { name } = request.params;
  const texts = JSON.parse(request.body as string) as string[];
  await pool.query('insert into floor values ($1, 1, $2) on conflict (id) do update set content = $2', [
    name,
    texts[0],
  ]);
  await pool.query('delete from floor_range where name = $1', [name]);
  await pool.query(
    'insert into floor_range select $1, u.date, u.content from unnest($2::text[]) with ordinality u(content, date)',
    [name, texts],
  );
  return 'stored';
});

app.get<Named>('/floor/:name/select', async (request, reply) => {
  const { rows } = await pool.query<{ content: string }>({
    name: 'floor.select',
    text: 'select content from floor where id = $1',
    values: [request.params.name],
  });
  return reply.header('content-type', JSON_TYPE).send(rows[0]!.content);
});

app.get<Named>('/floor/:name/range', async (request, reply) => {
  const { rows } = await pool.query<{ content: string }>({
    name: 'floor.range',
    text: 'select content from floor_range where name = $1 order by date desc limit 100',
    values: [request.params.name],
  });
  return reply.header('content-type', JSON_TYPE).send(`[${rows.map((r) => r.content).join(',')}]`);
});

let next = 0;
app.post<Named>('/floor/:name/insert', async (request, reply) => {
  await pool.query({
    name: 'floor.insert',
    text: 'with h as (insert into floor_history values ($1, 1, $2)) insert into floor values ($1, 1, $2)',
    values: [`${process.pid}-${next++}`, request.body],
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
