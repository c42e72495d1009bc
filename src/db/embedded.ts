/** A PostgreSQL of our own, in the data directory, for a county that has not set one up. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { findBinaries } from './embedded/binaries.ts';
import { findClusterPlace } from './embedded/cluster-place.ts';
import { initializeCluster } from './embedded/initialize-cluster.ts';
import { takeInstanceLock } from './embedded/instance-lock.ts';
import { clearLeftovers } from './embedded/leftovers.ts';
import type { EmbeddedLog } from './embedded/log.ts';
import { MACHINE_DIRECTORY } from './embedded/machine-store.ts';
import { connectionTo, type Launch, launchServer, type ServerProcess } from './embedded/server-process.ts';
import { type ServerSettings, serverSettings, walCompression } from './embedded/server-settings.ts';
import {
  clearSocketDirectory,
  openSocketDirectory,
  removeSocketDirectory,
} from './embedded/socket-directory.ts';
import { type ServerExit, supervise } from './embedded/supervise.ts';

export interface EmbeddedOptions {
  /** Directory for the cluster and the notes about it; made when missing. */
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** Settings of the server that differ from ours. */
  readonly settings?: ServerSettings;
  /** Where root keeps what the account of PostgreSQL must reach, when DATA_DIR or the programs are not. */
  readonly machineDirectory?: string;
}

export interface EmbeddedPostgres {
  /** For `createDatabase` and `migrate`. */
  readonly connection: ReturnType<typeof connectionTo>;
  /** Stops the server and gives the data directory free. */
  stop(): Promise<void>;
  /** Tells whenever the server ends without having been asked to. It is started again by itself. */
  onExit(callback: (exit: ServerExit) => void): void;
}

const DATABASE = 'xiantong';

/** Starts the server of a data directory, and keeps it running until it is told to stop. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const { log, machineDirectory = MACHINE_DIRECTORY } = options;
  await mkdir(dataDir, { recursive: true });
  const lock = await takeInstanceLock(dataDir);
  const undo: (() => Promise<void>)[] = [async () => lock.release()];
  const unwind = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { cluster, name, account } = await findClusterPlace(dataDir, machineDirectory, log);
    const binaries = await findBinaries(account, machineDirectory);
    await initializeCluster(cluster, binaries, account, log);
    await clearLeftovers(cluster, name, log);
    const socketDirectory = await openSocketDirectory(name, account);
    undo.push(() => removeSocketDirectory(socketDirectory));

    const settings = {
      ...serverSettings(socketDirectory, name),
      wal_compression: await walCompression(binaries, cluster, account),
      ...options.settings,
    };
    const launch: Launch = { program: binaries.postgres, cluster, socketDirectory, settings, account, log };
    const server = await supervise(() => startServer(launch, name), log);
    undo.push(() => server.stop());
    await ensureDatabase(socketDirectory);

    let stopped: Promise<void> | undefined;
    return {
      connection: connectionTo(socketDirectory, DATABASE),
      stop: () => {
        stopped ??= unwind();
        return stopped;
      },
      onExit: (callback) => server.onExit(callback),
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}

async function startServer(launch: Launch, name: string): Promise<ServerProcess> {
  await clearLeftovers(launch.cluster, name, launch.log);
  await clearSocketDirectory(launch.socketDirectory);
  return launchServer(launch);
}

async function ensureDatabase(socketDirectory: string): Promise<void> {
  const client = new pg.Client(connectionTo(socketDirectory, 'postgres'));
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
