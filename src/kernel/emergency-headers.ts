/** Headers of a request in an emergency: `http/emergency.ts`. */

/** The reason, percent-encoded where it is not ASCII. */
export const BREAK_GLASS_HEADER = 'X-Break-Glass';
/** Whose record it is, where the address does not say: `Patient/x`. */
export const BREAK_GLASS_PATIENT_HEADER = 'X-Break-Glass-Patient';
