/**
 * Whether a QuestionnaireResponse answers its Questionnaire
 * (https://hl7.org/fhir/R4/questionnaireresponse.html#4.65.4): items known and in order, answers of the right kind
 * and number, what is required answered, and what is not asked left out.
 */
import type { Definitions } from '../../definitions/definitions.ts';
import { isObject, type Json } from '../fhirpath/items.ts';
import type { Run } from '../run.ts';
import { checkAnswer } from './answers.ts';
import { isEnabled, type Scopes } from './enabled.ts';
import * as say from './issues.ts';
import { extensionOf, objects, type Question, questionsOf } from './items.ts';

/** Answers may still be missing while somebody fills in the form. */
const UNFINISHED: ReadonlySet<unknown> = new Set(['in-progress', 'stopped', 'entered-in-error']);

/** Checks a QuestionnaireResponse at its path; asks for the Questionnaire when it is not at hand. */
export function checkResponse(definitions: Definitions, response: Json, run: Run): void {
  const canonical = response.questionnaire;
  if (typeof canonical !== 'string') {
    say.noQuestionnaire(run);
    return;
  }
  if (canonical.startsWith('#')) {
    const contained = objects(response.contained).find((r) => r.id === canonical.slice(1));
    if (contained) new Response(definitions, contained, response).check(run);
    return;
  }
  const judge = (questionnaire: Json | undefined, later: Run) => {
    if (questionnaire) new Response(definitions, questionnaire, response).check(later);
    else say.unknownQuestionnaire(later, canonical);
  };
  if (run.manner.outside.questionnaire) run.ask({ about: 'questionnaire', canonical, judge });
  else judge(packaged(definitions, canonical), run);
}

function packaged(definitions: Definitions, canonical: string): Json | undefined {
  const [url, version] = canonical.split('|');
  const found = definitions
    .resources('Questionnaire')
    .find((q) => q.url === url && (version === undefined || q.version === version));
  return found as unknown as Json | undefined;
}

class Response {
  readonly #definitions: Definitions;
  readonly #questionnaire: Json;
  readonly #response: Json;
  readonly #finished: boolean;

  constructor(definitions: Definitions, questionnaire: Json, response: Json) {
    this.#definitions = definitions;
    this.#questionnaire = questionnaire;
    this.#response = response;
    this.#finished = !UNFINISHED.has(response.status);
  }

  check(run: Run): void {
    this.#items(questionsOf(this.#questionnaire), this.#response, [this.#response], run);
  }

  /** The items of the response, of an item or of an answer; the path stands at what holds them. */
  #items(questions: readonly Question[], holder: Json, scopes: Scopes, run: Run): void {
    const places = new Map(questions.map((q, i) => [q.linkId, i]));
    const counts = questions.map(() => 0);
    let last = 0;
    (Array.isArray(holder.item) ? holder.item : []).forEach((item: unknown, i) => {
      if (!isObject(item) || typeof item.linkId !== 'string') return;
      run.push('item');
      run.at(i);
      const place = places.get(item.linkId);
      if (place === undefined) say.unknownItem(run, item.linkId, this.#questionnaire);
      else {
        const question = questions[place]!;
        if (place < last) say.outOfOrder(run, item.linkId, questions[last]!.linkId);
        last = Math.max(last, place);
        counts[place]!++;
        if (isEnabled(question, scopes)) this.#item(question, item, counts[place]!, scopes, run);
        else if (isAnswered(item)) say.notAsked(run, question, this.#finished);
      }
      run.pop();
    });
    questions.forEach((question, place) => {
      if (
        counts[place] === 0 &&
        question.required &&
        question.type !== 'display' &&
        isEnabled(question, scopes)
      )
        say.unanswered(run, question, this.#finished);
    });
  }

  #item(question: Question, item: Json, count: number, scopes: Scopes, run: Run): void {
    if (
      question.text !== undefined &&
      typeof item.text === 'string' &&
      item.text.trim() !== question.text.trim()
    )
      say.otherText(run, question, item.text);
    if (question.type === 'group') {
      if (item.answer !== undefined) say.groupAnswered(run, question);
      if (count > 1 && !question.repeats) say.repeated(run, question);
      this.#items(question.items, item, [item, ...scopes], run);
      return;
    }
    if (count > 1) say.repeated(run, question);
    const answers = Array.isArray(item.answer) ? item.answer : [];
    if (question.type === 'display') {
      if (answers.length > 0) say.groupAnswered(run, question);
      return;
    }
    if (item.item !== undefined) say.itemsBesideAnswer(run, question);
    if (question.required && !isAnswered(item)) say.unansweredItem(run, question, this.#finished);
    this.#checkNumber(question, answers.length, run);
    answers.forEach((answer: unknown, i) => {
      if (!isObject(answer)) return;
      run.push('answer');
      run.at(i);
      checkAnswer(this.#definitions, this.#questionnaire, question, answer, run);
      this.#items(question.items, answer, [answer, item, ...scopes], run);
      run.pop();
    });
  }

  #checkNumber(question: Question, count: number, run: Run): void {
    if (count > 1 && !question.repeats) {
      say.tooManyAnswers(run, question, 1, count);
      return;
    }
    const most = extensionOf(question.content, 'questionnaire-maxOccurs');
    const least = extensionOf(question.content, 'questionnaire-minOccurs');
    if (typeof most === 'number' && count > most) say.tooManyAnswers(run, question, most, count);
    if (typeof least === 'number' && count > 0 && count < least && this.#finished)
      say.tooFewAnswers(run, question, least, count);
  }
}

/** Whether there is a value in an item, or in the items below. */
function isAnswered(item: Json): boolean {
  return (
    objects(item.answer).some((answer) => Object.keys(answer).some((key) => /^_?value[A-Z]/.test(key))) ||
    objects(item.item).some(isAnswered)
  );
}
