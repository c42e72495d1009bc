/** The imaging centre, which is run by the hospital, receives the images; one doctor reads them, another verifies. */
import type { DiagnosticReport, Task } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { imagingReport } from '../imaging.ts';
import { RADIOLOGIST } from '../people.ts';
import type { Words } from '../say.ts';
import { holdState, step } from '../steps.ts';
import { ask, create, type Day, hold, place, reasonsOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  received: { en: 'The images are received.', zh: '影像已接收。' },
  preliminary: {
    en: 'The report is preliminary; the task is {state}.',
    zh: '初步报告已写,任务状态 {state}。',
  },
  sameDoctor: {
    en: 'Who wrote it cannot verify it: {message}',
    zh: '报告医生不得审核本人报告:{message}',
  },
  published: {
    en: 'A second doctor has verified it: published, and the order is {status}.',
    zh: '第二位医生审核发布;申请单状态 {status}。',
  },
  back: {
    en: 'The township centre, which is responsible for the resident, reads the report.',
    zh: '乡镇卫生院(责任机构)查看诊断报告。',
  },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const [task, order] = [place(day, 'reading-task'), place(day, 'image-order')];
  await step(day, 'county-his', task, 'advance-diagnosis', 200, { name: 'event', valueCode: 'receive' });
  day.say.meaning(WORDS.received);
  const report = await create(day, 'county-his', imagingReport(day, 'preliminary'));
  day.places.set('image-report', report);
  const reading = await ask(day, 'county-his', 'GET', task, 200);
  holdState(day, reading, 'interpreting');
  day.say.meaning(WORDS.preliminary, { state: 'interpreting' });

  const version = (verifier?: string): DiagnosticReport => ({
    ...imagingReport(day, 'final', verifier),
    id: report.split('/')[1],
  });
  const alone = await ask(day, 'county-his', 'PUT', report, 422, version(RADIOLOGIST));
  hold(reasonsOf(alone), day, alone, SHOULD.explain);
  day.say.meaning(WORDS.sameDoctor, { message: reasonsOf(alone) });
  await ask(day, 'county-his', 'PUT', report, 200, version());
  holdState(day, await ask(day, 'county-his', 'GET', task, 200), 'published');
  const placed = await ask(day, 'township-his', 'GET', order, 200);
  const { status } = placed.body as Task;
  hold(status === 'completed', day, placed, SHOULD.beState, { expected: 'completed', got: status });
  day.say.meaning(WORDS.published, { status });
  await ask(day, 'township-his', 'GET', report, 200);
  day.say.meaning(WORDS.back);
}

export const readImage: Chapter = {
  heading: {
    en: 'The imaging centre reads it, and a second doctor verifies',
    zh: '影像中心诊断,第二位医生审核',
  },
  words: WORDS,
  live,
};
