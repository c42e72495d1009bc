/** Drawing: what comes from the server becomes text and never HTML. */

export const element = (id) => document.getElementById(id);

/** An element with text or elements in it. */
export function make(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

export function show(id, visible = true) {
  element(id).hidden = !visible;
}

/** Says what went wrong. */
export function fail(error) {
  element('error').textContent = error.message;
  show('error');
}

/** A list under a heading; `line` makes the text of a resource. */
export function list(heading, resources, line) {
  const items = resources.map((resource) => make('li', line(resource)));
  const body = items.length > 0 ? make('ul', ...items) : make('p', '无 None');
  return make('section', make('h2', `${heading} (${resources.length})`), body);
}

/** The resources of a search. */
export async function search(client, query) {
  const bundle = await client.request(query);
  return (bundle.entry ?? []).map(({ resource }) => resource);
}

export const nameOf = (person) => person.name?.[0]?.text ?? person.id;

export function textOf(concept) {
  return concept?.text ?? concept?.coding?.[0]?.display ?? concept?.coding?.[0]?.code ?? '?';
}

export const dayOf = (text) => text?.slice(0, 10) ?? '';

export function measured({ valueQuantity: quantity, valueCodeableConcept: concept, valueString, component }) {
  if (quantity) return `${quantity.value} ${quantity.unit ?? quantity.code ?? ''}`;
  if (concept) return textOf(concept);
  if (component) return component.map((part) => `${textOf(part.code)} ${measured(part)}`).join(', ');
  return valueString ?? '';
}

/** Name, sex and date of birth of the patient in context. */
export function banner(patient) {
  element('patient').textContent = [nameOf(patient), patient.gender, patient.birthDate]
    .filter(Boolean)
    .join(' · ');
}
