/** A chest radiograph, made in the township and read at the centre: order, images, report. */
import type { DiagnosticReport, ImagingStudy, ServiceRequest } from '@medplum/fhirtypes';
import { CANONICAL } from '../../kernel/canonical.ts';
import { IMAGING_CENTRE, RADIOLOGIST, SECOND_RADIOLOGIST, TOWNSHIP_DOCTOR } from './people.ts';
import {
  chinaTime,
  DICOM,
  HOUR,
  IMAGING_CATEGORY,
  IMAGING_REPORT_NUMBER,
  LOINC,
  ORDER_NUMBER,
  profiled,
  structure,
} from './shapes.ts';
import { type Day, place } from './systems.ts';

const CHEST_RADIOGRAPH = { coding: [{ system: LOINC, code: '30745-4' }], text: '胸部X线摄影' };
const CHEST = { coding: [{ system: 'http://snomed.info/sct', code: '51185008' }], text: '胸部' };
const DIGITAL_RADIOGRAPHY = { system: DICOM, code: 'DX' };

export function imagingOrder(day: Day): ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    meta: profiled('county-imaging-order'),
    identifier: [{ system: ORDER_NUMBER, value: `${day.run}-O2` }],
    status: 'active',
    intent: 'order',
    category: IMAGING_CATEGORY,
    code: CHEST_RADIOGRAPH,
    subject: { reference: place(day, 'patient') },
    authoredOn: chinaTime(day.now),
    requester: { reference: TOWNSHIP_DOCTOR },
    performer: [{ reference: IMAGING_CENTRE }],
    bodySite: [CHEST],
  };
}

export function images(day: Day): ImagingStudy {
  return {
    resourceType: 'ImagingStudy',
    meta: profiled('county-imaging-study'),
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'ACSN' }] },
        system: `${CANONICAL}/NamingSystem/accession`,
        value: `${day.run}-DX1`,
      },
    ],
    status: 'available',
    modality: [DIGITAL_RADIOGRAPHY],
    subject: { reference: place(day, 'patient') },
    started: chinaTime(new Date(day.now.getTime() - HOUR / 4)),
    basedOn: [{ reference: place(day, 'image-order') }],
  };
}

/** The report as it is before it is verified, and after; `verifier` is the second radiologist unless told otherwise. */
export function imagingReport(
  day: Day,
  status: 'preliminary' | 'final',
  verifier = SECOND_RADIOLOGIST,
): DiagnosticReport {
  return {
    resourceType: 'DiagnosticReport',
    meta: profiled('county-imaging-report'),
    extension: [{ url: structure('critical-finding'), valueBoolean: false }],
    identifier: [{ system: IMAGING_REPORT_NUMBER, value: `${day.run}-R2` }],
    basedOn: [{ reference: place(day, 'image-order') }],
    status,
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD' }] }],
    code: CHEST_RADIOGRAPH,
    subject: { reference: place(day, 'patient') },
    effectiveDateTime: chinaTime(new Date(day.now.getTime() - HOUR / 4)),
    issued: chinaTime(day.now),
    performer: [{ reference: IMAGING_CENTRE }, { reference: RADIOLOGIST }],
    ...(status === 'final' ? { resultsInterpreter: [{ reference: verifier }] } : {}),
    imagingStudy: [{ reference: place(day, 'images') }],
    conclusion: '两肺未见明显实变影,心影稍大。',
  };
}
