/** The file of the demo clients' secrets, which the server writes and the commands read. */

/** Its name in the data folder. */
export const DEMO_SECRETS_FILE = 'demo-clients.json';

/** A line of it. */
export interface DemoSecret {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly secret: string;
}

/** The lines of its text; throws when it is no such file. */
export function parseDemoSecrets(text: string): DemoSecret[] {
  const { clients } = JSON.parse(text) as { clients?: unknown };
  if (!Array.isArray(clients)) throw new Error(`${DEMO_SECRETS_FILE} holds no clients`);
  return (clients as unknown[]).filter(isDemoSecret);
}

function isDemoSecret(line: unknown): line is DemoSecret {
  const { id, name, scope, secret } = (line ?? {}) as Record<string, unknown>;
  return [id, name, scope, secret].every((member) => typeof member === 'string');
}
