import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/test-database.ts';
it('works', async () => { const t = await createTestDatabase(); console.log(t.connection.host, (await t.database.query<{n:number}>({text:"select count(*)::int n from pg_class where relname='resource'",values:[]})).rows); await t.drop(); expect(1).toBe(1); });
