/** The types of search parameters, by the name that FHIR gives them: writer, reader and SQL work from this. */
import { composite } from './composite.ts';
import { date } from './date.ts';
import { near } from './near.ts';
import { number } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import { uri } from './uri.ts';

export const searchTypes = {
  token,
  string,
  reference,
  date,
  number,
  quantity,
  uri,
  composite,
  /** `near` is the only special parameter of R4 that has rows. */
  special: near,
} as const;
