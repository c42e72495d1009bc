/** One resident, one record (一人一档): identities that belong together, and the record over all of them. */
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { attachments } from './attachment-law.ts';
import { keysOfDocument, WITH_ATTACHMENTS } from './attachments.ts';
import { contributedAmendment, contributedRule } from './contributed.ts';
import { identities } from './linking/workflow.ts';
import { keysOfPatient } from './matching/keys.ts';
import { recordOperations } from './operations.ts';

export const record: Contribution<Engine> = {
  name: 'record',
  operations: recordOperations,
  rules: [contributedRule],
  amendments: [contributedAmendment],
  workflows: () => [identities, attachments],
  keys: [
    { type: 'Patient', keysOf: keysOfPatient },
    ...WITH_ATTACHMENTS.map((type) => ({ type, keysOf: keysOfDocument })),
  ],
};
