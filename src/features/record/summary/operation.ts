/** `Patient/$summary`: http://hl7.org/fhir/uv/ips/OperationDefinition/summary */
import { assertMayAll } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { searchType } from '../../../interactions/search.ts';
import type { OperationAnswer, OperationInput } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { badParameter, multipleMatches, notFound } from '../../../kernel/fhir-error.ts';
import { firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { linkedPatients } from '../../../store/linked.ts';
import { summaryDocument } from './document.ts';
import { gather } from './gather.ts';
import { PAGE_POLICY, summaryPage } from './page.ts';
import { sectionsOf } from './sections.ts';

const PROFILE = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips';

export async function summaryOperation(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMayAll(ctx, [{ type: 'Patient', permission: 'r' }]);
  const given = (input.parameters.parameter ?? []) as readonly Parameter[];
  assertProfile(parameterValue(firstOf(given, 'profile')));
  const id = input.id ?? (await identified(engine, ctx, parameterValue(firstOf(given, 'identifier'))));
  const gathered = await gather(engine, ctx, id);
  const sections = sectionsOf(gathered, ctx.now);
  const { patients, disclosed } = gathered;
  if (input.page) {
    const headers = { 'content-security-policy': PAGE_POLICY };
    return {
      text: summaryPage(gathered, sections, ctx.now),
      mediaType: 'text/html; charset=utf-8',
      headers,
      patients,
      disclosed,
    };
  }
  return { text: summaryDocument(ctx, gathered, sections), patients, disclosed };
}

function assertProfile(profile: unknown): void {
  if (profile === undefined || String(profile).split('|')[0] === PROFILE) return;
  throw badParameter('profile', {
    en: `Summaries follow ${PROFILE}, not '${String(profile)}'. Leave profile out.`,
    zh: `摘要遵循 ${PROFILE},而不是“${String(profile)}”。请去掉参数 profile。`,
  });
}

async function identified(engine: Engine, ctx: Ctx, identifier: unknown): Promise<string> {
  if (typeof identifier !== 'string' || identifier === '') {
    throw badParameter('identifier', {
      en: 'Say which resident: Patient/<id>/$summary, or identifier=system|value.',
      zh: '请指明居民:Patient/<id>/$summary,或 identifier=system|value。',
    });
  }
  const { matches } = await searchType(engine, ctx, {
    type: 'Patient',
    query: [
      ['identifier', identifier],
      ['_count', '20'],
    ],
    lenient: false,
  });
  const [first] = matches;
  if (!first) throw notFound('Patient', `?identifier=${identifier}`);
  const same = new Set(await linkedPatients(engine.database, [first.id]));
  if (!matches.every((m) => same.has(m.id)))
    throw multipleMatches(`Patient?identifier=${identifier}`, matches.length);
  // Of several records of one person, the one that is in use.
  return (matches.find((m) => !m.content!.includes('"active":false')) ?? first).id;
}
