/** A transaction that is run again when another client created the same id in the middle of it. */
import type { Ctx, Database, Db } from '../kernel/ctx.ts';
import { conflict, forbidden } from '../kernel/fhir-error.ts';
import { isUuid } from '../kernel/ids.ts';

const ATTEMPTS = 5;

/** On the second run the other client's resource is there and gets locked, as if it had come first. */
export async function inWriteTransaction<T>(database: Database, fn: (db: Db) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.tx(fn);
    } catch (error) {
      if ((error as { code?: string }).code !== '23505') throw error;
      // In the view of somebody, what stays in the way is there and not seen.
      if (database.whole && attempt === 2) throw mayNotWrite();
      if (attempt === ATTEMPTS) throw contended();
    }
  }
}

/**
 * People and their apps let the server choose the ids of what is new, or send UUIDs, as what works offline does.
 * Whoever chooses learns of a refusal that an id is taken by something that is not to be seen: systems, which keep ids
 * of their own, do; anybody with an app does not, for nobody guesses a UUID.
 * R4 leaves to a server for whom it creates by an update: https://hl7.org/fhir/R4/http.html#upsert
 */
export function assertMayChoose({ access, actor }: Pick<Ctx, 'access' | 'actor'>, id: unknown): void {
  if (access.reach && actor.fhirUser !== undefined && !isUuid(String(id))) throw mayNotWrite();
}

function contended() {
  return conflict({
    en: 'Other clients kept creating the same resources at the same moment; nothing was changed. Please try again.',
    zh: '其他客户端不断在同一时刻创建相同的资源,未做任何更改。请重试。',
  });
}

function mayNotWrite() {
  return forbidden({
    en: 'This id is not for the caller to write. Let the server choose one (POST to the type), or send a new UUID.',
    zh: '调用者无权写入该 id。请用 POST 新建,由服务器分配 id,或使用新的 UUID。',
  });
}
