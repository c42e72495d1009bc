/** The administrator of a new database: there is no default password, so somebody has to be told one. */
import type { Database } from '../../kernel/ctx.ts';
import { accountWithPassword } from './administration.ts';

const LOGIN = 'administrator';

/**
 * Makes the first administrator when there is no account that may administrate. `tell` is given login and one-time
 * password before they are committed: a process that dies in between has told a password that does not work, and the
 * next start tells another. Several processes that start at once tell one.
 */
export async function ensureAdministrator(
  db: Database,
  tell: (login: string, oneTimePassword: string) => void,
): Promise<void> {
  await db.tx(async (tx) => {
    await tx.query({
      name: 'accounts.lockAdministrator',
      text: `select pg_advisory_xact_lock(hashtextextended('first_administrator', 0))`,
      values: [],
    });
    const { count } = await tx.query({
      name: 'accounts.anyAdministrator',
      text: 'select from account where administrator limit 1',
      values: [],
    });
    if (count > 0) return;
    const details = { login: LOGIN, name: '管理员 Administrator', administrator: true };
    const made = await accountWithPassword(tx, details);
    if (made?.oneTimePassword === undefined) {
      throw new Error(`There is no administrator, and the login '${LOGIN}' is taken by somebody else`);
    }
    tell(made.account.login, made.oneTimePassword);
  });
}
