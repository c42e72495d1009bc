/** The page on which a person chooses whose record an application is to work with (`launch/patient`). */
import type { Text } from '../../kernel/issue.ts';
import { type Html, html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';

/** A patient to choose. */
export interface PatientChoice {
  readonly id: string;
  readonly name: string;
  readonly birthDate?: string;
  /** https://hl7.org/fhir/R4/valueset-administrative-gender.html */
  readonly gender?: string;
  /** What distinguishes people of one name: an ID number that is masked. */
  readonly identifier?: string;
}

export interface PatientPage extends PageSettings {
  /** Where the choice goes: it posts `patient`. */
  readonly action: string;
  /** Name of the application. */
  readonly client: string;
  readonly patients: readonly PatientChoice[];
  /** For who sees many patients: what was searched for, and where the search goes (it gets `search`). */
  readonly search?: { readonly action: string; readonly text: string };
  readonly error?: Text;
  readonly cancel?: string;
}

export function patientPage(data: PatientPage): Page {
  const { lang, patients, search, error } = data;
  return page(
    data,
    { zh: '选择居民', en: 'Choose a patient' },
    html`
<p>${{ zh: `“${data.client}”要使用谁的健康档案?`, en: `Whose record is “${data.client}” to work with?` }[lang]}</p>
${error && html`<p class="wrong" role="alert">${error[lang]}</p>`}
${
  search &&
  html`<form method="get" action="${search.action}" role="search">
<label for="search">${{ zh: '姓名或身份证件号码', en: 'Name or ID number' }[lang]}</label>
<input id="search" name="search" type="search" autocomplete="off" required maxlength="64" value="${search.text}">
<button type="submit" class="second">${{ zh: '查找', en: 'Search' }[lang]}</button>
</form>`
}
${patients.length === 0 && search?.text !== '' && html`<p role="status">${NOBODY[lang]}</p>`}
<form method="post" action="${data.action}">
${patients.map((patient) => choice(patient, data))}
</form>
${
  data.cancel !== undefined &&
  html`<form method="post" action="${data.cancel}"><button class="second" type="submit">${{ zh: '取消', en: 'Cancel' }[lang]}</button></form>`
}`,
  );
}

const NOBODY: Text = {
  zh: '没有您可以查看的居民。',
  en: 'There is nobody whose record you may see.',
};

const GENDERS: Readonly<Record<string, Text>> = {
  male: { zh: '男', en: 'male' },
  female: { zh: '女', en: 'female' },
  other: { zh: '其他', en: 'other' },
};

function choice(patient: PatientChoice, { lang }: PageSettings): Html {
  const facts = [GENDERS[patient.gender ?? '']?.[lang], patient.birthDate, patient.identifier];
  const known = facts.filter((fact) => fact !== undefined).join(' · ');
  return html`<button class="row" type="submit" name="patient" value="${patient.id}"><strong>${patient.name}</strong> <span class="soft">${known}</span></button>
`;
}
