/** References, and canonicals of reference parameters. https://hl7.org/fhir/R4/search.html#reference */
import { isId, localReference } from '../../kernel/ids.ts';
import { anyOf } from '../bindings.ts';
import { canonicalBelow } from '../canonical-below.ts';
import { hasCanonicals } from '../canonical-links.ts';
import { type SearchContext, unsupportedModifier } from '../condition.ts';
import { hierarchicalTargets, hierarchyFilter } from '../hierarchy.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter } from '../plan.ts';
import { referenceIdentifierToken, referenceToken, referenceValueToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { FilterOf, SearchType } from './search-type.ts';
import { tokenProbe } from './token.ts';

export const reference: SearchType<FilterOf<'reference'>> = {
  index(rows, parameter, { type, value }, base) {
    if (typeof value === 'string') {
      // canonical and uri: with and without the version
      rows.tokens.add(referenceToken(parameter.key, value));
      const bar = value.indexOf('|');
      if (bar > 0) rows.tokens.add(referenceToken(parameter.key, value.slice(0, bar)));
      return;
    }
    if (type !== 'Reference') return;
    const found = value as { reference?: string; identifier?: { system?: string; value?: string } };
    if (found.identifier?.value !== undefined) {
      const { system = '', value: id } = found.identifier;
      rows.tokens.add(referenceIdentifierToken(parameter.key, system, id));
      rows.tokens.add(referenceValueToken(parameter.key, id));
    }
    if (found.reference === undefined || found.reference.startsWith('#')) return;
    const local = localReference(found.reference, base);
    if (!local) {
      rows.tokens.add(referenceToken(parameter.key, found.reference));
    } else if (parameter.isPatient && local.type === 'Patient') {
      rows.patient = local.id;
    } else {
      rows.tokens.add(referenceToken(parameter.key, `${local.type}/${local.id}`));
    }
  },

  parse(asked) {
    const { context, options, parameter, name, modifier, value } = asked;
    if (modifier === 'identifier') return identifierFilter(parameter, value);
    if (modifier !== undefined && !context.definitions.resourceTypes.has(modifier)) {
      const hierarchical = hierarchicalTargets(context, parameter);
      const isCanonical = hasCanonicals(parameter);
      if (isCanonical && modifier === 'below') return canonicalBelow(asked);
      const levels = hierarchical.length > 0 ? ['above', 'below'] : [];
      if (levels.includes(modifier))
        return hierarchyFilter(asked, modifier as 'above' | 'below', hierarchical);
      throw unsupportedModifier(name, [
        'missing',
        'identifier',
        ...(isCanonical ? ['below'] : levels),
        ...parameter.targets,
      ]);
    }
    const texts: string[] = [];
    const patientIds: string[] = [];
    for (const v of splitEscaped(value, ',').map(unescaped)) {
      const local = localReference(modifier && isId(v) ? `${modifier}/${v}` : v, options.base);
      const references = local
        ? [{ type: local.type, id: local.id }]
        : isId(v)
          ? targetsOf(context, parameter).map((type) => ({ type, id: v }))
          : undefined;
      if (!references) {
        texts.push(referenceToken(parameter.key, v));
        continue;
      }
      for (const r of references) {
        // What is said to be of one type is no reference to another.
        if (modifier !== undefined && r.type !== modifier) continue;
        if (r.type === 'Patient' && parameter.isPatient) patientIds.push(r.id);
        else texts.push(referenceToken(parameter.key, `${r.type}/${r.id}`));
      }
    }
    return { kind: 'reference', patientIds, texts, rank: 1 };
  },

  where({ patientIds, texts }, r, b) {
    const parts: string[] = [];
    if (patientIds.length === 1) parts.push(`${r}.patient = ${b.bind(patientIds[0], 'text')}`);
    else if (patientIds.length > 1) parts.push(`${r}.patient = any(${b.bind(patientIds, 'text[]')})`);
    if (texts.length > 0) parts.push(tokenProbe(texts, r, b));
    return anyOf(parts);
  },
};

function identifierFilter(parameter: Parameter, value: string): Filter {
  const texts = splitEscaped(value, ',').map((v) => {
    const [system, id] = splitEscaped(v, '|').map(unescaped);
    return id === undefined
      ? referenceValueToken(parameter.key, system!)
      : referenceIdentifierToken(parameter.key, system!, id);
  });
  return { kind: 'token', texts, negate: false, rank: 1 };
}

/** The types a reference parameter may point to; a `patient` parameter points to patients only. */
export function targetsOf(context: SearchContext, parameter: Parameter): readonly string[] {
  if (parameter.code === 'patient') return ['Patient'];
  return parameter.targets.length > 0 ? parameter.targets : [...context.definitions.resourceTypes];
}
