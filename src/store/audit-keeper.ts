/** Keeps the audit log: seals it every second, and makes its partitions ahead of time. Each process does. */
import type { Database } from '../kernel/ctx.ts';
import { makeAuditParts, readChainEnd, sealAudit } from './audit-chain.ts';

const SEAL_EVERY_MS = 1_000;
const LOOK_AHEAD_EVERY_MS = 3_600_000;

export interface AuditKeeper {
  /** Seals what is there to be sealed, and ends. */
  stop(): Promise<void>;
}

export interface KeeperLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

/**
 * The hash of the last seal goes to the process's own log every hour: whoever keeps that somewhere else can prove
 * that nothing was taken off the end of the chain.
 */
export function keepAudit(database: Database, log: KeeperLog): AuditKeeper {
  let stopped = false;
  let lookedAhead = 0;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function once(): Promise<void> {
    const now = Date.now();
    await sealAudit(database, now);
    failing = false;
    if (now - lookedAhead < LOOK_AHEAD_EVERY_MS) return;
    await makeAuditParts(database, now);
    lookedAhead = now;
    const { end } = await readChainEnd(database);
    if (end) log.info({ seal: end.number, hash: end.hash }, 'audit log sealed');
  }

  function again(): void {
    timer = setTimeout(() => {
      running = once()
        .catch((err: unknown) => {
          // Said once, and not each second while the database is away.
          if (!failing) log.warn({ err }, 'audit log not sealed; tried again every second');
          failing = true;
        })
        .finally(() => {
          if (!stopped) again();
        });
    }, SEAL_EVERY_MS).unref();
  }

  again();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      await sealAudit(database, Date.now()).catch(() => {});
    },
  };
}
