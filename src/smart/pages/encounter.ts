/** The page on which a person chooses the encounter that an application is to work with (`launch/encounter`). */
import type { ListedEncounter } from '../accounts/patients.ts';
import { html } from './html.ts';
import { type Page, type PageSettings, page } from './page.ts';

export interface EncounterPage extends PageSettings {
  /** Where the choice goes: it posts `encounter`. */
  readonly action: string;
  /** Name of the application. */
  readonly client: string;
  /** Whose encounters they are. */
  readonly patient: string;
  readonly encounters: readonly ListedEncounter[];
  readonly cancel: string;
}

export function encounterPage(data: EncounterPage): Page {
  const { lang, client, patient, encounters } = data;
  return page(
    data,
    { zh: '选择就诊', en: 'Choose an encounter' },
    html`
<p>${{ zh: `“${client}”要使用${patient}的哪次就诊?`, en: `Which encounter of ${patient} is “${client}” to work with?` }[lang]}</p>
${encounters.length === 0 && html`<p role="status">${{ zh: '没有您可以查看的就诊。', en: 'There is no encounter that you may see.' }[lang]}</p>`}
<form method="post" action="${data.action}">
${encounters.map(
  ({ id, name, start, status }) =>
    html`<button class="row" type="submit" name="encounter" value="${id}"><strong>${name}</strong> <span class="soft">${[start?.slice(0, 10), status].filter((part) => part !== undefined).join(' · ')}</span></button>
`,
)}
</form>
<form method="post" action="${data.cancel}"><button class="second" type="submit">${{ zh: '取消', en: 'Cancel' }[lang]}</button></form>`,
  );
}
