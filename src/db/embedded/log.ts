/** Where the embedded PostgreSQL says what it does. A pino logger fits. */
export interface EmbeddedLog {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
}
