/** A resident's own record: standalone launch. */
import { session, signIn, signOut } from '../shared/session.js';
import { banner, dayOf, element, fail, list, measured, search, show, textOf } from '../shared/view.js';

const TYPES = [
  'Patient',
  'AllergyIntolerance',
  'Condition',
  'Encounter',
  'Immunization',
  'MedicationRequest',
  'Observation',
];
const APP = {
  clientId: 'resident-app',
  patient: true,
  scope: TYPES.map((type) => `patient/${type}.rs`).join(' '),
};

async function draw(client) {
  const { id } = client.patient;
  const of = (type, more = '') => search(client, `${type}?patient=${id}&_count=20${more}`);
  const [patient, allergies, conditions, encounters, shots, drugs, results] = await Promise.all([
    client.patient.read(),
    ...TYPES.slice(1).map((type) => of(type)),
  ]);
  banner(patient);
  element('record').replaceChildren(
    list('过敏 Allergies', allergies, (r) => textOf(r.code)),
    list(
      '健康问题 Problems',
      conditions,
      (r) => `${textOf(r.code)} ${dayOf(r.onsetDateTime ?? r.recordedDate)}`,
    ),
    list(
      '检验和体征 Results',
      results,
      (r) => `${dayOf(r.effectiveDateTime)} ${textOf(r.code)} ${measured(r)}`,
    ),
    list('用药 Medication', drugs, (r) => `${dayOf(r.authoredOn)} ${textOf(r.medicationCodeableConcept)}`),
    list('接种 Vaccinations', shots, (r) => `${dayOf(r.occurrenceDateTime)} ${textOf(r.vaccineCode)}`),
    list('就诊 Visits', encounters, (r) => `${dayOf(r.period?.start)} ${r.serviceProvider?.display ?? ''}`),
  );
}

async function start() {
  element('sign-in').onclick = () => signIn(APP).catch(fail);
  const client = await session(APP);
  show('welcome', !client);
  show('content', Boolean(client));
  if (!client) return;
  element('sign-out').onclick = () => signOut(client).catch(fail);
  element('refresh').onclick = async () => {
    try {
      await client.refresh();
      await draw(client);
      element('status').textContent = '已刷新 Refreshed';
    } catch (error) {
      fail(error);
    }
  };
  await draw(client);
}

start().catch((error) => {
  show('welcome');
  fail(error);
});
