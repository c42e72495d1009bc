/** `QuestionnaireResponse/$extract`: what a form says as Observations. https://hl7.org/fhir/uv/sdc/extraction.html */

import { bundleText } from '../../../interactions/bundle.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import type { OperationAnswer, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { notFound, unprocessable } from '../../../kernel/fhir-error.ts';
import { problem } from '../../../kernel/issue.ts';
import { nameOf } from './fhir.ts';
import { isOwnWord, observationsOf, type ResponseFields } from './form.ts';
import { formOf } from './visit.ts';

/** Written anew, or as they are when they were written with the form. Answers them as a collection. */
export async function extract(engine: Engine, ctx: Ctx, id: string): Promise<OperationAnswer> {
  await read(engine, ctx, 'QuestionnaireResponse', id);
  const { answer, patients } = await perform(engine, ctx, async (scene) => {
    const response = (await scene.lock(`QuestionnaireResponse/${id}`)) as ResponseFields | undefined;
    if (!response) throw notFound('QuestionnaireResponse', id);
    if (isOwnWord(response)) throw ownWord();
    const form = await formOf(scene, response);
    if (!form) throw formMissing(response.questionnaire);
    const writes: Resource[] = observationsOf(form, response);
    return { answer: writes, writes };
  });
  const entries = answer.map((o) => `{"fullUrl":"${ctx.base}/${nameOf(o)}","resource":${JSON.stringify(o)}}`);
  return { text: bundleText('collection', [], entries), patients, targets: answer.map(nameOf) };
}

function ownWord() {
  return unprocessable([
    problem(
      'business-rule',
      {
        en: 'Residents wrote this form themselves, so no results of a visit are taken from it. Whoever has checked it fills in a form as its author, or changes the author of this one.',
        zh: '该表单由居民自行填写,不能据此生成随访结果。核实者请以本人为 author 另行填写,或更改此表单的 author。',
      },
      { expression: 'QuestionnaireResponse.author', rule: 'form-of-resident' },
    ),
  ]);
}

function formMissing(questionnaire: string | undefined) {
  return unprocessable([
    problem(
      'not-found',
      {
        en: `The form ${questionnaire ?? ''} is not here: store its Questionnaire, and name it by url|version.`,
        zh: `此处没有表单 ${questionnaire ?? ''}:请先保存其 Questionnaire,并以 url|version 引用。`,
      },
      { expression: 'QuestionnaireResponse.questionnaire' },
    ),
  ]);
}
