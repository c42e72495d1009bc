/**
 * The people of the demo county who can sign in. Their passwords are drawn anew for every database and written to one
 * file that only its owner can read.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Db } from '../../kernel/ctx.ts';
import { writePrivateFile } from '../private-file.ts';
import { type AccountDetails, createAccount, findByLogin, keepPassword } from './account.ts';
import { oneTimePassword } from './one-time-password.ts';
import { hashPassword } from './password.ts';

/** Its name in the data folder. */
export const DEMO_ACCOUNTS_FILE = 'demo-accounts.txt';

/** Staff and residents of `fixtures/county`. */
export const DEMO_ACCOUNTS: readonly AccountDetails[] = [
  practitioner('doctor', '沈明远', 'county-hospital-physician-1'),
  practitioner('township-doctor', '石永庆', 'township-centre-east-physician-1'),
  practitioner('village-doctor', '贺长生', 'village-clinic-1-doctor'),
  practitioner('nurse', '范玉洁', 'county-hospital-nurse'),
  practitioner('public-health', '雷燕', 'township-centre-east-public-health'),
  practitioner('laboratory', '黎雪', 'laboratory-centre-technician'),
  practitioner('disease-control', '史可心', 'disease-control-centre-physician'),
  { login: 'resident', name: '王广田', fhirUser: 'Patient/resident-001' },
  { login: 'guardian', name: '周静怡', fhirUser: 'Patient/resident-009' },
];

const HEADING =
  '# Accounts of the demo county: login, password, name, person. 演示账号:登录名、密码、姓名、人员。\n';

/**
 * Makes the demo accounts that are missing, and sees to it that the file in `dataDir` has a line for each: one without
 * a line gets a new password. Answers the path of the file when it was written.
 */
export async function seedDemoAccounts(db: Database, dataDir: string): Promise<string | undefined> {
  return db.tx(async (tx) => {
    // The file is read and written under the same lock, so that processes of one data folder agree.
    await tx.query({
      name: 'accounts.lockDemo',
      text: `select pg_advisory_xact_lock(hashtextextended('demo_account', 0))`,
      values: [],
    });
    const path = join(dataDir, DEMO_ACCOUNTS_FILE);
    const lines = linesOf(await readFile(path, 'utf8').catch(absent));
    let changed = false;
    for (const details of DEMO_ACCOUNTS) {
      if (lines.has(details.login) && (await findByLogin(tx, details.login))) continue;
      const password = await newPassword(tx, details);
      lines.set(details.login, [details.login, password, details.name, details.fhirUser].join('\t'));
      changed = true;
    }
    if (!changed) return undefined;
    await writePrivateFile(path, `${HEADING}${[...lines.values()].join('\n')}\n`);
    return path;
  });
}

/** It stays: who tries the demo is not asked to choose one. */
async function newPassword(db: Db, details: AccountDetails): Promise<string> {
  const password = oneTimePassword();
  const hash = await hashPassword(password);
  const account = (await createAccount(db, details, hash)) ?? (await findByLogin(db, details.login))?.account;
  if (account) await keepPassword(db, account.id, hash, false);
  return password;
}

function linesOf(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.split('\t')[0] ?? '', line]));
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function practitioner(login: string, name: string, id: string): AccountDetails {
  return { login, name, fhirUser: `Practitioner/${id}` };
}
