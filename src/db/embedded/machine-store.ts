/** The machine-wide place for what an unprivileged account must reach when the checkout is root's alone. */
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { type Account, canEnter } from './account.ts';

export const MACHINE_DIRECTORY = '/var/lib/xiantong';

/** The place, made when missing, and only when nobody but root can change what is in it. */
export async function openMachineStore(directory: string, account: Account, reason: string): Promise<string> {
  try {
    await mkdir(directory).then(
      () => chmod(directory, 0o755), // whatever the umask
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  } catch (cause) {
    throw new Error(`${reason}, and ${directory} cannot be made. ${ADVICE}`, { cause });
  }
  const found = await lstat(directory);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) {
    throw new Error(`${reason}, and ${directory} is not a directory that only root may change. ${ADVICE}`);
  }
  if (!(await canEnter(account, directory))) {
    throw new Error(`${reason}, and neither may it enter ${directory}. ${ADVICE}`);
  }
  return directory;
}

const ADVICE = 'Start Xiantong as an ordinary user, choose another DATA_DIR, or set DATABASE_URL.';
