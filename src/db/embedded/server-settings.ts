/** The settings that the embedded server starts with. */
import { totalmem } from 'node:os';
import { type Account, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { SOCKET_PORT } from './socket-directory.ts';

export type ServerSettings = Readonly<Record<string, string>>;

/** Settings for a county's server beside its application: durable, and reachable by its socket alone. */
export function serverSettings(socketDirectory: string, clusterName: string): ServerSettings {
  return {
    listen_addresses: '',
    port: String(SOCKET_PORT),
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    cluster_name: clusterName,
    max_connections: '60',
    shared_buffers: '256MB',
    effective_cache_size: `${Math.max(512, Math.floor(totalmem() / 2 ** 21))}MB`,
    maintenance_work_mem: '128MB',
    checkpoint_timeout: '15min',
    max_wal_size: '2GB',
    // What commits without a flush is on disk within three times this.
    wal_writer_delay: '10ms',
    wal_compression: 'on',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    lc_messages: 'C',
  };
}

/** The best compression of the write-ahead log that these programs were built with. */
export async function walCompression(
  binaries: Binaries,
  cluster: string,
  account: Account | undefined,
): Promise<string> {
  const args = ['-D', cluster, '-C', 'wal_compression', '-c', 'wal_compression=lz4'];
  return runAs(account, binaries.postgres, args).then(
    () => 'lz4',
    () => 'on',
  );
}

/** Settings as arguments of the server. */
export function settingArguments(settings: ServerSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
