/** The order to read recognised images again: a reader gets the images, not the opinion about them. Pure. */
import type { FhirResource } from '../../interactions/engine.ts';
import type { Offer } from './decision-records.ts';

const CATEGORY = { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'imaging' };

export function rereadingOrder(id: string, offer: Offer, reader: string, now: Date): FhirResource {
  return {
    resourceType: 'ServiceRequest',
    id,
    ...(offer.order === undefined ? {} : { replaces: [{ reference: offer.order }] }),
    status: 'active',
    intent: 'order',
    category: [{ coding: [CATEGORY] }],
    // Of its own, so that nobody takes it for a new examination.
    code: { text: '互认影像重新阅片' },
    orderDetail: [offer.item],
    subject: { reference: `Patient/${offer.patientId}` },
    ...(offer.encounter === undefined ? {} : { encounter: { reference: offer.encounter } }),
    authoredOn: now.toISOString(),
    requester: { reference: offer.owner },
    performer: [{ reference: reader }],
    supportingInfo: [{ reference: offer.result }],
  };
}
