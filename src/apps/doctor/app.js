/** A doctor's view of a patient: launched from an EHR, or standalone with a choice of the patient. */
import { session, signIn, signOut } from '../shared/session.js';
import {
  banner,
  dayOf,
  element,
  fail,
  list,
  measured,
  nameOf,
  search,
  show,
  textOf,
} from '../shared/view.js';

const APP = {
  clientId: 'doctor-app',
  patient: true,
  scope: ['Patient', 'Condition', 'MedicationRequest', 'DiagnosticReport', 'Observation']
    .map((type) => `patient/${type}.rs`)
    .concat('user/Practitioner.r')
    .join(' '),
};

async function draw(client) {
  const { id } = client.patient;
  const { need_patient_banner: needsBanner, smart_style_url: style } = client.state.tokenResponse;
  const of = (type) => search(client, `${type}?patient=${id}&_count=20`);
  const [doctor, patient, conditions, drugs, reports, results] = await Promise.all([
    client.user.read(),
    client.patient.read(),
    ...['Condition', 'MedicationRequest', 'DiagnosticReport', 'Observation'].map(of),
  ]);
  element('person').textContent = nameOf(doctor);
  // The EHR may show the patient above the app itself.
  if (needsBanner !== false) banner(patient);
  show('patient', needsBanner !== false);
  if (style) await adopt(style);
  element('record').replaceChildren(
    list(
      '健康问题 Problems',
      conditions,
      (r) => `${textOf(r.code)} ${dayOf(r.onsetDateTime ?? r.recordedDate)}`,
    ),
    list('处方 Prescriptions', drugs, (r) => `${dayOf(r.authoredOn)} ${textOf(r.medicationCodeableConcept)}`),
    list('报告 Reports', reports, (r) => `${dayOf(r.effectiveDateTime)} ${textOf(r.code)}`),
    list('结果 Results', results, (r) => `${dayOf(r.effectiveDateTime)} ${textOf(r.code)} ${measured(r)}`),
  );
}

/** The EHR's colours. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling */
async function adopt(address) {
  const style = await (await fetch(address)).json();
  for (const name of ['color_background', 'color_highlight']) {
    if (/^#[\da-f]{3,8}$/i.test(style[name]))
      document.documentElement.style.setProperty(`--${name}`, style[name]);
  }
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
