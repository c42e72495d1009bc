/** A stand-in for an EHR: the doctor signs in, opens a patient, and launches the app for them. */
import { session, signIn, signOut } from '../shared/session.js';
import { element, fail, make, nameOf, search, show } from '../shared/view.js';

const APP = { clientId: 'demo-ehr', scope: 'user/Patient.rs user/Practitioner.r' };
/** What is launched, and where it begins: an EHR has a list of its apps. */
const LAUNCHED = { id: 'doctor-app', at: '/apps/doctor/' };

async function launch(client, patient) {
  const answer = await fetch('/launches', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: client.getAuthorizationHeader() },
    body: JSON.stringify({
      client_id: LAUNCHED.id,
      patient: patient.id,
      need_patient_banner: true,
      smart_style_url: `${location.origin}/apps/ehr/style.json`,
    }),
  });
  const { launch: value, issue } = await answer.json();
  if (!answer.ok) throw new Error(issue?.[0]?.diagnostics ?? answer.statusText);
  location.assign(`${LAUNCHED.at}?${new URLSearchParams({ iss: client.state.serverUrl, launch: value })}`);
}

async function find(client, name) {
  const patients = await search(client, `Patient?name=${encodeURIComponent(name)}&_count=20`);
  const lines = patients.map((patient) => {
    const open = make('button', `${nameOf(patient)} · ${patient.birthDate ?? ''}`);
    open.type = 'button';
    open.onclick = () => launch(client, patient).catch(fail);
    return make('li', open);
  });
  element('patients').replaceChildren(...(lines.length > 0 ? lines : [make('li', '无 None')]));
}

async function start() {
  element('sign-in').onclick = () => signIn(APP).catch(fail);
  const client = await session(APP);
  show('welcome', !client);
  show('content', Boolean(client));
  if (!client) return;
  element('person').textContent = nameOf(await client.user.read());
  element('sign-out').onclick = () => signOut(client).catch(fail);
  element('refresh').onclick = () =>
    client.refresh().then(() => {
      element('status').textContent = '已刷新 Refreshed';
    }, fail);
  element('search').onsubmit = (event) => {
    event.preventDefault();
    find(client, element('name').value).catch(fail);
  };
}

start().catch((error) => {
  show('welcome');
  fail(error);
});
