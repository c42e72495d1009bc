import { execFileSync, spawn } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, waitUntilGone } from '../../src/db/embedded/process-identity.ts';
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { createDatabase } from '../../src/db/pool.ts';
import {
  copyCheckout,
  type EmbeddedProcess,
  type EmbeddedProcessOptions,
  startEmbeddedProcess,
} from '../support/embedded-process.ts';

type Connection = EmbeddedPostgres['connection'];

const ROOT = process.getuid?.() === 0;
const A_MINUTE = 60_000;

let folder: string;
let dataDir: string;
/** What is still running at the end of a test, by how it is ended. */
let cleanup: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'xiantong-embedded-')));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  cleanup = [];
});

afterEach(async () => {
  for (const end of cleanup.reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

async function start(directory = dataDir, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const quiet = { debug() {}, info() {}, warn() {} };
  const settings = { shared_buffers: '16MB' };
  const server = await startEmbeddedPostgres({ dataDir: directory, log: quiet, settings, ...options });
  cleanup.push(() => server.stop());
  return server;
}

async function startProcess(options: Partial<EmbeddedProcessOptions> = {}): Promise<EmbeddedProcess> {
  const running = await startEmbeddedProcess({ dataDir, ...options });
  cleanup.push(async () => {
    if (running.child.exitCode === null && running.child.signalCode === null) await running.stop();
  });
  return running;
}

async function query<R>(connection: Connection, text: string): Promise<R[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(text)).rows as R[];
  } finally {
    await client.end();
  }
}

const remember = (connection: Connection, what: string) =>
  query(connection, `create table if not exists note (what text); insert into note values ('${what}')`);

async function recall(connection: Connection): Promise<string[]> {
  const known = await query(connection, "select from pg_class where relname = 'note'");
  if (known.length === 0) return [];
  return (await query<{ what: string }>(connection, 'select what from note order by what')).map(
    ({ what }) => what,
  );
}

async function clusterOf(connection: Connection): Promise<string> {
  const [row] = await query<{ place: string }>(
    connection,
    "select current_setting('data_directory') as place",
  );
  return row?.place ?? '';
}

async function postmasterOf(connection: Connection): Promise<number> {
  const file = join(await clusterOf(connection), 'postmaster.pid');
  return Number.parseInt(await readFile(file, 'utf8'), 10);
}

/** A process that lives for as long as the test, and has nothing to do with any database. */
function bystander(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  cleanup.push(async () => child.kill());
  return child.pid ?? 0;
}

const copy = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);

describe('a data directory', () => {
  it('keeps what was written when the server is stopped and started again', async () => {
    const first = await start();
    await remember(first.connection, '张三');
    await first.stop();
    expect(await recall((await start()).connection)).toEqual(['张三']);
  });

  it('has a durable UTF-8 database that only its own socket leads to', async () => {
    const { connection } = await start();
    const [settings] = await query(
      connection,
      `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
              current_setting('listen_addresses') as addresses, current_setting('jit') as jit,
              current_database()::text as name, current_user::text as user_name,
              (select datlocale from pg_database where datname = current_database()) as locale`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      fsync: 'on',
      addresses: '',
      jit: 'off',
      name: 'xiantong',
      user_name: 'xiantong',
      locale: 'C.UTF-8',
    });
    const socketDirectory = await lstat(connection.host);
    expect(socketDirectory.isDirectory()).toBe(true);
    expect(socketDirectory.mode & 0o777).toBe(0o700);
    expect(await clusterOf(connection)).toBe(join(dataDir, 'postgres'));
  });

  it('has no lock, no socket and no process left once the server is stopped', async () => {
    const server = await start();
    const pid = await postmasterOf(server.connection);
    await server.stop();
    await server.stop();
    expect(await isAlive(pid)).toBe(false);
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.json']);
    await expect(lstat(server.connection.host)).rejects.toThrow('ENOENT');
  });

  it('shares nothing with another that runs at the same time', async () => {
    const [one, other] = await Promise.all([start(join(folder, 'one')), start(join(folder, 'other'))]);
    await remember(one.connection, 'one');
    await remember(other.connection, 'other');
    expect(await recall(one.connection)).toEqual(['one']);
    expect(await recall(other.connection)).toEqual(['other']);
  });

  it('shares nothing with a copy of it, even one taken while it runs', async () => {
    const original = await start();
    await remember(original.connection, 'both');
    await query(original.connection, 'checkpoint');
    copy(dataDir, join(folder, 'copy'));
    const second = await start(join(folder, 'copy'));
    await remember(second.connection, 'copy');
    expect(await recall(original.connection)).toEqual(['both']);
    expect(await recall(second.connection)).toEqual(['both', 'copy']);
  });

  it('starts empty when it is deleted and made again at the same path', async () => {
    const first = await start();
    await remember(first.connection, 'first');
    await first.stop();
    await rm(dataDir, { recursive: true });
    const second = await start();
    expect(await recall(second.connection)).toEqual([]);
    expect(second.connection.host).not.toBe(first.connection.host);
  });

  it('is refused while another process uses it, with the process named', async () => {
    const running = await startProcess();
    await expect(start()).rejects.toThrow(
      `in use by another Xiantong (process ${running.child.pid}). Stop that one, or set DATA_DIR`,
    );
    await remember(running.connection, 'undisturbed');
  });

  it('is free again after a start that failed, and the failure shows what the server said', async () => {
    await expect(start(dataDir, { settings: { max_connections: 'many' } })).rejects.toThrow(
      'invalid value for parameter "max_connections": "many"',
    );
    await start();
  });

  it('takes over the lock of a process that is gone, and of one whose number was given to another', async () => {
    await mkdir(dataDir);
    for (const holder of [
      { pid: 2 ** 22 + 1, start: 'long ago' },
      { pid: bystander(), start: 'long ago' },
    ]) {
      await writeFile(join(dataDir, 'instance.lock'), JSON.stringify(holder));
      await (await start()).stop();
    }
  });

  it('gives its lock to one of many that come for it', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'instance.lock'), JSON.stringify({ pid: 2 ** 22 + 1, start: '' }));
    const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => start()));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not hurt by an initdb that died in the middle', async () => {
    await mkdir(join(dataDir, 'postgres.new-123', 'base'), { recursive: true });
    await start();
    expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
  });

  it('is refused when it holds something else where the database should be', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'letter.txt'), '');
    await expect(start()).rejects.toThrow('is not empty, and not a database either');
  });

  it('is refused when another version of PostgreSQL made it', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '16\n');
    await expect(start()).rejects.toThrow('was made by PostgreSQL 16, and this is PostgreSQL');
  });
});

describe('the socket directory', () => {
  it('is never one that somebody else put in its place', async () => {
    const first = await start();
    const place = first.connection.host;
    await first.stop();
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o777 });
    await symlink(elsewhere, place);
    try {
      const second = await start();
      expect(second.connection.host).not.toBe(place);
      expect((await lstat(second.connection.host)).isDirectory()).toBe(true);
      expect(await readdir(elsewhere)).toEqual([]);
    } finally {
      await rm(place);
    }
  });

  it('has a short name even where temporary files have a long one', async () => {
    const long = join(folder, 'long'.repeat(25));
    await mkdir(long);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = long;
    try {
      const { connection } = await start();
      expect(connection.host.startsWith(long)).toBe(false);
      expect(await recall(connection)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});

describe('after an accident', () => {
  it('a server whose Xiantong was killed is stopped, and started afresh with its data', async () => {
    const killed = await startProcess();
    await remember(killed.connection, 'kept');
    const orphan = await postmasterOf(killed.connection);
    await killed.kill();
    expect(await isAlive(orphan)).toBe(true);
    const { connection } = await start();
    expect(await isAlive(orphan)).toBe(false);
    expect(await recall(connection)).toEqual(['kept']);
  });

  it('a server that was killed together with its Xiantong recovers its data', async () => {
    const killed = await startProcess();
    await remember(killed.connection, 'kept');
    const postmaster = await postmasterOf(killed.connection);
    await killed.kill();
    process.kill(postmaster, 'SIGKILL');
    expect(await recall((await start()).connection)).toEqual(['kept']);
  });

  it('a pid file that names another living process is removed, and the process is left alone', async () => {
    const server = await start();
    const cluster = await clusterOf(server.connection);
    await remember(server.connection, 'kept');
    await server.stop();
    const stranger = bystander();
    const lines = [stranger, cluster, 1_700_000_000, 5432, server.connection.host, '', '1 1', 'ready   '];
    await writeFile(join(cluster, 'postmaster.pid'), `${lines.join('\n')}\n`);
    expect(await recall((await start()).connection)).toEqual(['kept']);
    expect(await isAlive(stranger)).toBe(true);
  });

  it('a copy made while its original ran does not stop the original', async () => {
    const original = await startProcess();
    const postmaster = await postmasterOf(original.connection);
    copy(dataDir, join(folder, 'copy'));
    await rm(join(folder, 'copy', 'instance.lock'));
    await start(join(folder, 'copy'));
    expect(await isAlive(postmaster)).toBe(true);
    await remember(original.connection, 'undisturbed');
  });

  it('a server that dies is started again; meanwhile queries fail as transient', async () => {
    const server = await start();
    await remember(server.connection, 'kept');
    const exits: string[] = [];
    server.onExit(({ how }) => exits.push(how));
    const database = createDatabase(server.connection);
    cleanup.push(() => database.close());
    await database.ping();

    for (const name of ['SIGKILL', 'SIGINT'] as const) {
      const before = exits.length;
      process.kill(await postmasterOf(server.connection), name);
      await expect.poll(() => exits.length, { timeout: A_MINUTE }).toBeGreaterThan(before);
      const met = new Set<unknown>();
      await expect
        .poll(
          () =>
            database.ping().then(
              () => 'back',
              (error: { category?: string }) => met.add(error.category ?? error) && 'away',
            ),
          { timeout: A_MINUTE },
        )
        .toBe('back');
      expect([...met].filter((category) => category !== 'transient')).toEqual([]);
    }
    expect(exits[0]).toBe('signal SIGKILL');
    expect(exits).toContain('exit code 0');
    expect(await recall(server.connection)).toEqual(['kept']);
  });

  it('a server ends with a process that exits without stopping it', async () => {
    const careless = await startProcess();
    await remember(careless.connection, 'kept');
    const postmaster = await postmasterOf(careless.connection);
    await careless.exit();
    expect(await waitUntilGone(postmaster, A_MINUTE)).toBe(true);
    expect(await recall((await start()).connection)).toEqual(['kept']);
  });
});

describe.runIf(ROOT)('under root', () => {
  let checkouts: string;
  let open: string;
  let nobody: { uid: number; gid: number };

  beforeAll(async () => {
    checkouts = await realpath(await mkdtemp(join(tmpdir(), 'xiantong-checkout-')));
    open = join(checkouts, 'open');
    await chmod(checkouts, 0o755);
    await copyCheckout(open);
    const id = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
    nobody = { uid: id('-u'), gid: id('-g') };
  });

  afterAll(() => rm(checkouts, { recursive: true }));

  /** A checkout below a folder that only root may enter, and the place for what must be reached. */
  async function hiddenCheckout() {
    const hidden = join(folder, 'hidden');
    await mkdir(hidden, { mode: 0o700 });
    await rename(open, join(hidden, 'checkout'));
    dataDir = join(hidden, 'checkout', '.data');
    cleanup.unshift(async () => {
      await rm(join(hidden, 'checkout', '.data'), { recursive: true, force: true });
      await rename(join(hidden, 'checkout'), open);
    });
    const machineDirectory = join(folder, 'machine');
    return { checkout: join(hidden, 'checkout'), machineDirectory, hidden };
  }

  it('the server runs as an account without privileges', async () => {
    const { connection } = await start();
    expect((await lstat(await clusterOf(connection))).uid).not.toBe(0);
    expect((await lstat(connection.host)).uid).toBe((await lstat(await clusterOf(connection))).uid);
  });

  it('a checkout that only root may enter has its database and programs where they can be reached', async () => {
    const { checkout, machineDirectory } = await hiddenCheckout();
    const first = await startProcess({ checkout, machineDirectory });
    await remember(first.connection, 'kept');
    expect(await clusterOf(first.connection)).toMatch(
      new RegExp(`^${machineDirectory}/[0-9a-f]{24}/postgres$`),
    );
    expect(await readdir(dataDir)).not.toContain('postgres');
    await first.stop();
    const second = await startProcess({ checkout, machineDirectory });
    expect(await recall(second.connection)).toEqual(['kept']);
    const programs = (await readdir(machineDirectory)).filter((name) => name.startsWith('pg-'));
    expect(programs).toEqual([expect.stringMatching(/^pg-\d+\.\d+.*-\w+-\w+$/)]);
  });

  it('a copied data directory gets an empty database when the original has one elsewhere', async () => {
    const { checkout, machineDirectory, hidden } = await hiddenCheckout();
    const original = await startProcess({ checkout, machineDirectory });
    await remember(original.connection, 'original');
    const second = join(hidden, 'second');
    copy(dataDir, second);
    const copied = await startProcess({ checkout, machineDirectory, dataDir: second });
    expect(copied.logged.join('\n')).toContain(`${second} is a copy of ${dataDir}`);
    expect(await recall(copied.connection)).toEqual([]);
    await remember(copied.connection, 'copy');
    await Promise.all([original.stop(), copied.stop()]);

    const again = await startProcess({ checkout, machineDirectory });
    expect(await recall(again.connection)).toEqual(['original']);
    const copyAgain = await startProcess({ checkout, machineDirectory, dataDir: second });
    expect(await recall(copyAgain.connection)).toEqual(['copy']);
  });

  it('a moved data directory keeps a database elsewhere, and of two copies only the first gets it', async () => {
    const { checkout, machineDirectory, hidden } = await hiddenCheckout();
    const original = await startProcess({ checkout, machineDirectory });
    await remember(original.connection, 'moved along');
    await original.stop();
    const [first, second] = [join(hidden, 'first'), join(hidden, 'second')];
    copy(dataDir, second);
    await rename(dataDir, first);
    const moved = await startProcess({ checkout, machineDirectory, dataDir: first });
    expect(await recall(moved.connection)).toEqual(['moved along']);
    const copied = await startProcess({ checkout, machineDirectory, dataDir: second });
    expect(await recall(copied.connection)).toEqual([]);
  });

  it('a data directory that moves to where only root may go takes its database along', async () => {
    const before = await start();
    await remember(before.connection, 'kept');
    await before.stop();
    const hidden = join(folder, 'hidden');
    await mkdir(hidden, { mode: 0o700 });
    await rename(dataDir, join(hidden, 'data'));
    const machineDirectory = join(folder, 'machine');
    const after = await start(join(hidden, 'data'), { machineDirectory });
    expect(await recall(after.connection)).toEqual(['kept']);
    expect(await clusterOf(after.connection)).toContain(machineDirectory);
  });

  it('the place for what must be reached is refused when others may change it', async () => {
    const { checkout, machineDirectory } = await hiddenCheckout();
    await mkdir(machineDirectory);
    await chmod(machineDirectory, 0o777);
    await expect(startProcess({ checkout, machineDirectory })).rejects.toThrow('only root may change');
  });

  it('a database copied without its owner runs all the same', async () => {
    const original = await start();
    await remember(original.connection, 'kept');
    await original.stop();
    execFileSync('cp', ['-r', dataDir, join(folder, 'copy')]);
    expect(await recall((await start(join(folder, 'copy'))).connection)).toEqual(['kept']);
  });

  it('an ordinary user has everything in the data directory, which root may then start as that user', async () => {
    await mkdir(dataDir);
    await chown(dataDir, nobody.uid, nobody.gid);
    const first = await startProcess({ checkout: open, ...nobody });
    await remember(first.connection, 'kept');
    expect(await clusterOf(first.connection)).toBe(join(dataDir, 'postgres'));
    expect((await lstat(join(dataDir, 'postgres'))).uid).toBe(nobody.uid);
    await first.stop();
    const byRoot = await start();
    expect(await recall(byRoot.connection)).toEqual(['kept']);
    expect((await lstat(byRoot.connection.host)).uid).toBe(nobody.uid);
  });

  it('an ordinary user whose process was killed finds the orphan and the data', async () => {
    await mkdir(dataDir);
    await chown(dataDir, nobody.uid, nobody.gid);
    const killed = await startProcess({ checkout: open, ...nobody });
    await remember(killed.connection, 'kept');
    const orphan = await postmasterOf(killed.connection);
    await killed.kill();
    const second = await startProcess({ checkout: open, ...nobody });
    expect(await isAlive(orphan)).toBe(false);
    expect(await recall(second.connection)).toEqual(['kept']);
  });

  it('a database that root made is refused to an ordinary user in clear words', async () => {
    await (await start()).stop();
    await chmod(dataDir, 0o777);
    await expect(startProcess({ checkout: open, ...nobody })).rejects.toThrow('belongs to another user');
  });
});
