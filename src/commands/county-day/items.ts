/** What is measured on the day: eight items of one serum, and one that nobody measured. */
import type { Language, Text } from '../../kernel/issue.ts';
import type { LabItem } from './shapes.ts';

/** An item with the value the township centre found. */
export interface MeasuredItem extends LabItem {
  readonly value: number;
}

export const MEASURED: readonly MeasuredItem[] = [
  {
    loinc: '14771-0',
    zh: '空腹血糖',
    en: 'Fasting glucose [Moles/volume] in Serum or Plasma',
    ucum: 'mmol/L',
    low: 3.9,
    high: 6.1,
    value: 5.6,
  },
  {
    loinc: '1742-6',
    zh: '丙氨酸氨基转移酶',
    en: 'Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma',
    ucum: 'U/L',
    low: 7,
    high: 45,
    value: 31,
  },
  {
    loinc: '14682-9',
    zh: '肌酐',
    en: 'Creatinine [Moles/volume] in Serum or Plasma',
    ucum: 'umol/L',
    low: 57,
    high: 111,
    value: 84,
  },
  {
    loinc: '22664-7',
    zh: '尿素',
    en: 'Urea [Moles/volume] in Serum or Plasma',
    ucum: 'mmol/L',
    low: 3.1,
    high: 8.8,
    value: 6.2,
  },
  {
    loinc: '14933-6',
    zh: '尿酸',
    en: 'Urate [Moles/volume] in Serum or Plasma',
    ucum: 'umol/L',
    low: 208,
    high: 428,
    value: 402,
  },
  {
    loinc: '14647-2',
    zh: '总胆固醇',
    en: 'Cholesterol [Moles/volume] in Serum or Plasma',
    ucum: 'mmol/L',
    low: 2.8,
    high: 5.2,
    value: 5.4,
  },
  {
    loinc: '14927-8',
    zh: '甘油三酯',
    en: 'Triglyceride [Moles/volume] in Serum or Plasma',
    ucum: 'mmol/L',
    low: 0.4,
    high: 1.7,
    value: 1.9,
  },
  {
    loinc: '2823-3',
    zh: '钾',
    en: 'Potassium [Moles/volume] in Serum or Plasma',
    ucum: 'mmol/L',
    low: 3.5,
    high: 5.3,
    value: 3.4,
  },
];

/** Changes within hours in a patient on diuretics: the doctor measures it again. */
export const POTASSIUM = MEASURED.find(({ loinc }) => loinc === '2823-3')!;

/** Decided, taken back, decided again. */
export const SECOND_THOUGHT = MEASURED.find(({ loinc }) => loinc === '14927-8')!;

export const NEVER_MEASURED: LabItem = {
  loinc: '4548-4',
  zh: '糖化血红蛋白',
  en: 'Hemoglobin A1c/Hemoglobin.total in Blood',
  ucum: '%',
};

/** How an item is called in a list: the name without its LOINC detail. */
export function itemName(item: LabItem, lang: Language): string {
  return lang === 'zh' ? item.zh : item.en.replace(/ \[.*|\/Hemoglobin.*/, '');
}

/** Why potassium is measured again, as the doctor writes it. */
export const POTASSIUM_REASON: Text = {
  en: 'potassium changes within hours under diuretics',
  zh: '服用利尿剂期间血钾变化较快',
};
