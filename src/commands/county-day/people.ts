/** Who is met on the day: institutions and staff of the demo county, and the resident. */
import { residentCheckCharacter } from '../../kernel/check-digits.ts';

export const TOWNSHIP_CENTRE = 'Organization/township-centre-east';
export const TOWNSHIP_DOCTOR = 'PractitionerRole/township-centre-east-physician-1';
export const TOWNSHIP_LABORATORY = 'PractitionerRole/township-centre-east-laboratory';
export const HOSPITAL = 'Organization/county-hospital';
export const DOCTOR = 'PractitionerRole/county-hospital-physician-1';

export const IMAGING_CENTRE = 'Organization/imaging-centre';
export const RADIOLOGIST = 'PractitionerRole/imaging-centre-radiologist-1';
export const SECOND_RADIOLOGIST = 'PractitionerRole/imaging-centre-radiologist-2';

/** The area does not exist, so the number was never given to anybody. */
export const AREA = '331299';
const FIRST_17 = `${AREA}19790615901`;

/** The identity number of 张三. */
export const ZHANG_SAN = FIRST_17 + residentCheckCharacter(FIRST_17);
