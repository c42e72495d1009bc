/** Cards about results that may be recognised. https://cds-hooks.hl7.org/2.0/#card-attributes Pure. */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { CdsAction, CdsCard, CdsCoding } from '../../kernel/cds-hooks.ts';
import type { Concept } from '../../kernel/elements.ts';
import type { Language, Text } from '../../kernel/issue.ts';
import type { Assessed } from './check.ts';
import { type DecisionTask, uuidOf } from './decision-records.ts';
import { explain } from './explain.ts';
import { REASON_SYSTEM } from './rules.ts';

/** "fewer than 140 characters" */
const MAX_SUMMARY = 139;

export interface CardFacts {
  /** What is ordered, by name. */
  readonly name: string;
  /** The eligible result. */
  readonly assessed: Assessed;
  /** Name of the institution that answers for it. */
  readonly performer?: string;
  /** The offer that the card shows. */
  readonly offer: DecisionTask;
  /** The decision that accepting makes of the offer. */
  readonly accepted: DecisionTask;
  /** Id of the draft order, where it has one. */
  readonly draft?: string;
  /** The client keeps its orders and decisions on this server. */
  readonly ours: boolean;
  readonly signing: boolean;
  readonly reasons: ReadonlyMap<string, Text>;
  readonly base: string;
}

export function cardOf(facts: CardFacts, lang: Language): CdsCard {
  const { name, assessed, offer, performer, signing, reasons, base } = facts;
  const say = (text: Text) => text[lang];
  const date = dayOf(assessed.effective);
  const value = valueText(assessed, lang);
  const from = performer ?? say({ en: 'another institution', zh: '其他机构' });
  return {
    uuid: uuidOf(offer.id, 'card'),
    summary: cut(
      say({
        en: `${name}: a result that may be recognised exists${value ? `, ${value}` : ''} (${from}, ${date})`,
        zh: `${name}:已有可互认结果${value ? ` ${value}` : ''}(${from},${date})`,
      }),
    ),
    detail: detailOf(facts, { value, from, date }, lang),
    indicator: signing ? 'warning' : 'info',
    source: {
      label: say({ en: 'Mutual recognition of examination results', zh: '检查检验结果互认' }),
      url: `${base}/CodeSystem/recognition-item`,
      topic: {
        system: `${CANONICAL}/CodeSystem/county-detected-issue`,
        code: 'duplicate-order',
        display: say({ en: 'Duplicate order', zh: '重复检查检验' }),
      },
    },
    selectionBehavior: 'at-most-one',
    suggestions: [
      {
        uuid: uuidOf(offer.id, 'recognise'),
        label: say({ en: 'Recognise this result, do not examine again', zh: '互认该结果,不再重复检查' }),
        isRecommended: true,
        actions: actionsOf(facts, lang),
      },
    ],
    overrideReasons: [...reasons].map(
      ([code, text]): CdsCoding => ({ system: REASON_SYSTEM, code, display: say(text) }),
    ),
    links: [
      {
        label: say({ en: 'The result', zh: '查看结果' }),
        url: `${base}/${assessed.report ? `DiagnosticReport/${assessed.report.id}` : assessed.reference}`,
        type: 'absolute',
      },
    ],
  };
}

/** The draft goes, the decision comes: on this server as the next state of the offer, elsewhere as a new Task. */
function actionsOf({ accepted, draft, ours, name }: CardFacts, lang: Language): CdsAction[] {
  const { id: _, ...fresh } = accepted;
  const decision = {
    en: `Record that the earlier result is recognised (${name})`,
    zh: `记录互认决定(${name})`,
  };
  return [
    ...(draft === undefined
      ? []
      : [
          {
            type: 'delete' as const,
            description: { en: `Remove the order (${name})`, zh: `取消申请(${name})` }[lang],
            resourceId: `ServiceRequest/${draft}`,
          },
        ]),
    ours
      ? { type: 'update', description: decision[lang], resource: accepted }
      : { type: 'create', description: decision[lang], resource: fresh },
  ];
}

function detailOf(
  { assessed, name }: CardFacts,
  { value, from, date }: { value: string; from: string; date: string },
  lang: Language,
): string {
  const rows: readonly (readonly [Text, string])[] = [
    [{ en: 'Item', zh: '项目' }, name],
    [{ en: 'Result', zh: '结果' }, value || '—'],
    [{ en: 'Institution', zh: '出具机构' }, from],
    [{ en: 'Examined', zh: '检查时间' }, date],
  ];
  const table = rows.map(([label, text]) => `| ${label[lang]} | ${plain(text)} |`);
  return ['| | |', '|---|---|', ...table, '', explain(assessed.findings, lang)].join('\n');
}

/** As text in a cell of a table. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');
}

function valueText({ observation, study, report }: Assessed, lang: Language): string {
  if (study) return { en: 'images', zh: '影像' }[lang];
  if (!observation) {
    const count = report?.result?.length ?? 0;
    return { en: `${count} results`, zh: `共 ${count} 项` }[lang];
  }
  const { valueQuantity, valueString, valueCodeableConcept } = observation;
  if (valueQuantity)
    return `${valueQuantity.value ?? ''} ${valueQuantity.unit ?? valueQuantity.code ?? ''}`.trim();
  return valueString ?? valueCodeableConcept?.text ?? valueCodeableConcept?.coding?.[0]?.display ?? '';
}

/** The day in the county. */
function dayOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '?' : new Date(milliseconds + 8 * 3_600_000).toISOString().slice(0, 10);
}

function cut(text: string): string {
  const letters = [...text];
  return letters.length <= MAX_SUMMARY ? text : `${letters.slice(0, MAX_SUMMARY - 1).join('')}…`;
}

/** What is ordered, in words. */
export function nameOf(code: Concept, known: string | undefined): string {
  return known ?? code.text ?? code.coding?.[0]?.display ?? code.coding?.[0]?.code ?? '?';
}
