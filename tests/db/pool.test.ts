import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/db/pool.ts';
import type { Db, Sql } from '../../src/kernel/ctx.ts';
import { FhirError } from '../../src/kernel/fhir-error.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase({ empty: true });
  await test.database.query(sql('create table account (id int primary key, amount int not null)'));
});

afterAll(() => test.drop());

function sql(text: string, values: unknown[] = [], name?: string): Sql {
  return name === undefined ? { text, values } : { text, values, name };
}

/** Ends every other connection to the test's database, as a restart of the server would. */
async function cutConnections(): Promise<void> {
  const client = new pg.Client(test.connection);
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('It should have failed'),
    (error: unknown) => error,
  );
}

function expectTransient(error: unknown): asserts error is FhirError {
  expect(error).toBeInstanceOf(FhirError);
  expect(error).toMatchObject({ category: 'transient', status: 503 });
  expect(Number((error as FhirError).headers['retry-after'])).toBeGreaterThan(0);
}

/** Each starts, then waits for the other, so that both hold their first row when they want the second. */
function meeting(count: number): () => Promise<void> {
  let arrived = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  return () => {
    arrived += 1;
    if (arrived === count) resolve();
    return promise;
  };
}

describe('values', () => {
  it('returns int8 as text and instants as dates', async () => {
    const { rows } = await test.database.query(
      sql(
        "select 9007199254740993::int8 as big, '2026-01-02T03:04:05.678+08'::timestamptz as at, 7 as small",
      ),
    );
    expect(rows).toEqual([{ big: '9007199254740993', at: new Date('2026-01-01T19:04:05.678Z'), small: 7 }]);
  });

  it('leaves the parsers of other users of the driver alone', async () => {
    pg.types.setTypeParser(20, () => 'changed by another');
    try {
      const { rows } = await test.database.query(sql('select 5::int8 as big'));
      expect(rows).toEqual([{ big: '5' }]);
    } finally {
      pg.types.setTypeParser(20, (value) => value);
    }
  });

  it('counts the rows of a change', async () => {
    const { count } = await test.database.query(sql('insert into account values (901, 0), (902, 0)'));
    expect(count).toBe(2);
  });

  it('prepares a statement that has a name', async () => {
    const { rows } = await test.database.tx(async (db) => {
      await db.query(sql('select $1::int as one', [1], 'test.one'));
      return db.query(sql('select name from pg_prepared_statements where name = $1', ['test.one']));
    });
    expect(rows).toEqual([{ name: 'test.one' }]);
  });
});

describe('transactions', () => {
  it('keep what they did when they succeed', async () => {
    const result = await test.database.tx(async (db) => {
      await db.query(sql('insert into account values (1, 10)'));
      return 'done';
    });
    expect(result).toBe('done');
    expect((await test.database.query(sql('select amount from account where id = 1'))).rows).toHaveLength(1);
  });

  it('undo what they did when they fail, and hand on the failure as it is', async () => {
    const failure = new Error('a rule was broken');
    const caught = await failureOf(
      test.database.tx(async (db) => {
        await db.query(sql('insert into account values (2, 10)'));
        throw failure;
      }),
    );
    expect(caught).toBe(failure);
    expect((await test.database.query(sql('select from account where id = 2'))).count).toBe(0);
  });

  it('run their statements one after the other, even when asked all at once', async () => {
    const order = await test.database.tx((db) =>
      Promise.all([1, 2, 3].map(async (n) => (await db.query(sql('select $1::int as n', [n]))).rows[0])),
    );
    expect(order).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('run again after a deadlock until both have succeeded', async () => {
    await test.database.query(sql('insert into account values (11, 0), (12, 0)'));
    const bothHoldTheirFirst = meeting(2);
    let runs = 0;
    const transfer = (first: number, second: number) =>
      test.database.tx(async (db) => {
        runs += 1;
        await db.query(sql('update account set amount = amount + 1 where id = $1', [first]));
        await bothHoldTheirFirst();
        await db.query(sql('update account set amount = amount + 1 where id = $1', [second]));
      });
    await Promise.all([transfer(11, 12), transfer(12, 11)]);
    const { rows } = await test.database.query(sql('select amount from account where id in (11, 12)'));
    expect(rows).toEqual([{ amount: 2 }, { amount: 2 }]);
    expect(runs).toBeGreaterThan(2);
  });

  it('run again when the failure came wrapped in another', async () => {
    let runs = 0;
    await test.database.tx(async (db) => {
      runs += 1;
      if (runs === 1) {
        await db
          .query(sql("do $$ begin raise exception using errcode = '40001'; end $$"))
          .catch((cause: unknown) => {
            throw new Error('entry 3 failed', { cause });
          });
      }
    });
    expect(runs).toBe(2);
  });

  it('run again when the failure was swallowed, and the next statement refused for it', async () => {
    let runs = 0;
    await test.database.tx(async (db) => {
      runs += 1;
      if (runs === 1) {
        await db.query(sql("do $$ begin raise exception using errcode = '40P01'; end $$")).catch(() => {});
        await db.query(sql('select 1'));
      }
    });
    expect(runs).toBe(2);
  });

  it('give up as transient when they cannot be serialized after five more runs', async () => {
    let runs = 0;
    const error = await failureOf(
      test.database.tx(async (db) => {
        runs += 1;
        await db.query(sql("do $$ begin raise exception using errcode = '40001'; end $$"));
      }),
    );
    expectTransient(error);
    expect(error.message).toContain('did not get its turn');
    expect(runs).toBe(6);
  });

  it('leave a statement outside of them to be asked again until it gets through', async () => {
    await test.database.query(sql('create sequence tries'));
    const asked = `do $$ begin if nextval('tries') < 3 then raise exception using errcode = '40P01'; end if; end $$`;
    await test.database.query(sql(asked));
    const { rows } = await test.database.query<{ n: bigint }>(sql('select last_value as n from tries'));
    expect(Number(rows[0]!.n)).toBe(3);
  });

  it('do not pretend to have succeeded when a failed statement was swallowed', async () => {
    const error = await failureOf(
      test.database.tx(async (db) => {
        await db.query(sql('insert into account values (3, 10)'));
        await db.query(sql('select no_such_column')).catch(() => {});
      }),
    );
    expect(error).toMatchObject({
      message: expect.stringContaining('rolled back'),
      cause: { code: '42703' },
    });
    expect((await test.database.query(sql('select from account where id = 3'))).count).toBe(0);
  });

  it('wait for statements nobody waited for before they undo', async () => {
    const error = await failureOf(
      test.database.tx(async (db) => {
        void db.query(sql('insert into account values (4, 10)'));
        throw new Error('too early');
      }),
    );
    expect(error).toMatchObject({ message: 'too early' });
    expect((await test.database.query(sql('select from account where id = 4'))).count).toBe(0);
  });

  it('let no statement join once they have ended', async () => {
    let kept: Db | undefined;
    await test.database.tx(async (db) => {
      kept = db;
    });
    await expect(kept?.query(sql('select 1'))).rejects.toThrow('This transaction has ended');
  });
});

describe('failures', () => {
  it('stay as they are when they are bugs', async () => {
    const error = await failureOf(test.database.query(sql('select no_such_column')));
    expect(error).not.toBeInstanceOf(FhirError);
    expect(error).toMatchObject({ code: '42703' });
  });

  it('are a timeout when a statement was stopped for taking too long', async () => {
    const error = await failureOf(
      test.database.tx(async (db) => {
        await db.query(sql('set local statement_timeout = 20'));
        await db.query(sql('select pg_sleep(30)'));
      }),
    );
    expect(error).toMatchObject({ category: 'timeout', status: 504 });
  });

  it('are transient when a lock could not be had in time', async () => {
    await test.database.query(sql('insert into account values (21, 0)'));
    await test.database.tx(async (db) => {
      await db.query(sql('select from account where id = 21 for update'));
      expectTransient(
        await failureOf(test.database.query(sql('select from account where id = 21 for update nowait'))),
      );
    });
  });

  it('are transient when the connection is cut while a statement runs', async () => {
    const running = failureOf(test.database.query(sql('select pg_sleep(30)')));
    await expect
      .poll(async () => (await test.database.query(sql(SLEEPERS))).count, { timeout: 30_000 })
      .toBe(1);
    await cutConnections();
    expectTransient(await running);
    await expect.poll(() => test.database.ping().then(() => 'back', String)).toBe('back');
  });

  it('are transient when the connection is cut between two statements of a transaction', async () => {
    const error = await failureOf(
      test.database.tx(async (db) => {
        await db.query(sql('insert into account values (31, 0)'));
        await cutConnections();
        await db.query(sql('insert into account values (32, 0)'));
      }),
    );
    expectTransient(error);
    await expect.poll(() => test.database.ping().then(() => 'back', String)).toBe('back');
    expect((await test.database.query(sql('select from account where id in (31, 32)'))).count).toBe(0);
  });

  it('are transient when the connection is cut before the commit', async () => {
    const error = await failureOf(
      test.database.tx(async (db) => {
        await db.query(sql('insert into account values (33, 0)'));
        await cutConnections();
      }),
    );
    expectTransient(error);
    await expect.poll(() => test.database.ping().then(() => 'back', String)).toBe('back');
  });

  it('of idle connections are told, and the pool heals', async () => {
    const told: Error[] = [];
    const database = createDatabase(test.connection, { max: 3, onError: (error) => told.push(error) });
    await Promise.all([database.ping(), database.ping(), database.ping()]);
    await cutConnections();
    await expect.poll(() => told.length).toBeGreaterThan(0);
    await database.ping();
    await database.close();
  });

  it('of connections that nobody knows to be gone do not reach whoever reads', async () => {
    const database = createDatabase(test.connection, { max: 3 });
    const connections = [0, 1, 2].map(() =>
      database.query<{ pid: number }>(sql('select pg_backend_pid() as pid, pg_sleep(0.05)')),
    );
    const pids = (await Promise.all(connections)).map(({ rows }) => rows[0]!.pid);
    expect(new Set(pids).size).toBe(3);
    // Nothing of this process runs between the cut and the next read: it cannot have heard of it.
    execFileSync(process.execPath, ['--input-type=module', '-e', CUT, JSON.stringify(test.connection)], {
      cwd: import.meta.dirname,
    });
    await database.ping();
    await database.close();
  });

  it('of connections that end themselves reach nobody who reads, told or not', async () => {
    const database = createDatabase(test.connection, { max: 3 });
    for (let round = 0; round < 20; round++) {
      await Promise.all([database.ping(), database.ping(), database.ping()]);
      await cutConnections();
      // Sent while the farewells of the connections are on their way.
      await Promise.all([
        database.ping(),
        database.query(sql('select $1::int as n', [round], 'test.round')),
        database.tx((db) => db.query(sql('select 1'))),
      ]);
    }
    await database.close();
  });

  it('are transient when every connection is taken for too long', async () => {
    const database = createDatabase(test.connection, { max: 1 });
    await database.tx(async () => {
      expectTransient(await failureOf(database.ping()));
    });
    await database.ping();
    await database.close();
  });

  it('are transient once the pool is closed', async () => {
    const database = createDatabase(test.connection);
    await database.close();
    await database.close();
    expectTransient(await failureOf(database.ping()));
  });

  it('are transient when there is no server, by name, by port, or by socket', async () => {
    const nobody = [
      { ...test.connection, host: '/nonexistent/socket' },
      { ...test.connection, host: '127.0.0.1', port: await freePort() },
      `postgres://xiantong@127.0.0.1:${await freePort()}/xiantong`,
    ];
    for (const connection of nobody) {
      const database = createDatabase(connection);
      expectTransient(await failureOf(database.ping()));
      expectTransient(await failureOf(database.tx(async () => {})));
      await database.close();
    }
  });
});

describe('a connection that breaks with no word from the server', () => {
  let broken: Server;
  let directory: string;

  /** Answers like a server until it sees a word, and then hangs up. */
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'xiantong-broken-'));
    const authenticated = Buffer.from('520000000800000000', 'hex');
    const ready = Buffer.from('5a0000000549', 'hex');
    const complete = (tag: string) => {
      const head = Buffer.from([0x43, 0, 0, 0, 5 + tag.length]);
      return Buffer.concat([head, Buffer.from(`${tag}\0`), ready]);
    };
    broken = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(Buffer.concat([authenticated, ready]));
        socket.on('data', (data) => {
          if (data.includes('begin')) socket.write(complete('BEGIN'));
          else socket.destroy();
        });
      });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    broken.listen(join(directory, '.s.PGSQL.5432'), resolve);
    await promise;
  });

  afterAll(async () => {
    broken.close();
    await rm(directory, { recursive: true });
  });

  it('leaves it open whether a change was saved, and says so', async () => {
    const database = createDatabase({ host: directory, user: 'x', database: 'x', ssl: false });
    for (const work of [
      database.query(sql('insert into account values (41, 0)')),
      database.tx(async () => {}),
    ]) {
      const error = await failureOf(work);
      expectTransient(error);
      expect(error.issues[0]?.text.en).toContain('may or may not have been saved');
    }
    await database.close();
  });

  it('promises that nothing was changed by a query, or inside a transaction', async () => {
    const database = createDatabase({ host: directory, user: 'x', database: 'x', ssl: false });
    for (const failure of [
      failureOf(database.query(sql('select 1'))),
      failureOf(database.tx((db) => db.query(sql('insert into account values (42, 0)')))),
    ]) {
      const error = await failure;
      expectTransient(error);
      expect(error.issues[0]?.text.en).toContain('nothing was changed');
    }
    await database.close();
  });
});

/** A program that ends every other connection to the database whose connection is its argument, and waits for it. */
const CUT = `import pg from 'pg';
const client = new pg.Client(JSON.parse(process.argv[1]));
await client.connect();
await client.query('select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()');
await client.end();`;

const SLEEPERS = "select from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'";

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as { port: number };
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return port;
}
