/** Rows of `resource`, `history` and `audit_event`, as the driver gives them. */
import { methodOf, type Stored } from './change.ts';

export interface Row {
  key: string;
  type: string;
  id: string;
  version: number;
  updated: string;
  deleted: boolean;
  method: string;
  patient: string | null;
  content: string | null;
  date?: string;
  marks?: string[] | null;
}

export function storedOf(row: Row): Stored {
  return { ...row, updated: Number(row.updated), method: methodOf(row.method) };
}
