/** How large a patch may be. */
import { tooCostly } from '../../kernel/fhir-error.ts';

/** As deep as a body may be. */
export const MOST_LEVELS = 100;

const MOST_OPERATIONS = 1000;

export function assertCount(operations: number): void {
  if (operations <= MOST_OPERATIONS) return;
  throw tooCostly({
    en: `The patch has ${operations} operations; ${MOST_OPERATIONS} is the most. Send the whole resource with PUT instead.`,
    zh: `该补丁有 ${operations} 个操作,最多 ${MOST_OPERATIONS} 个。请改用 PUT 提交整个资源。`,
  });
}
