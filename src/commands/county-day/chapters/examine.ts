/** The township centre orders a chest radiograph, makes the images, and sends them to the imaging centre. */
import type { Task } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { images, imagingOrder } from '../imaging.ts';
import type { Words } from '../say.ts';
import { holdState, step, taskAbout } from '../steps.ts';
import { create, type Day, hold, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  ordered: {
    en: 'The order is placed, and the task to examine is there with it.',
    zh: '申请已提交,检查任务随之生成。',
  },
  imagesStored: { en: 'The images are there, with their accession number.', zh: '影像已保存,带检查号。' },
  sent: {
    en: 'Sent: the imaging centre has a task to read them.',
    zh: '已上传,影像中心收到诊断任务。',
  },
} satisfies Words;

async function live(day: Day): Promise<void> {
  const order = await create(day, 'township-his', imagingOrder(day));
  day.places.set('image-order', order);
  const task = await taskAbout(day, 'township-his', 'based-on', order, 'shared-examination');
  day.say.meaning(WORDS.ordered);
  const study = await create(day, 'township-his', images(day));
  day.places.set('images', study);
  day.say.meaning(WORDS.imagesStored);

  const output = { name: 'output', valueReference: { reference: study } };
  await step(day, 'township-his', task, 'advance-diagnosis', 200, event('register'));
  const uploaded = await step(day, 'township-his', task, 'advance-diagnosis', 200, event('upload'), output);
  const tasks: Task[] = resourcesOf(uploaded, 'Task');
  const reading = tasks.find(({ id }) => `Task/${id}` !== task);
  hold(reading, day, uploaded, SHOULD.contain, { what: 'Task shared-diagnosis' });
  holdState(day, uploaded, 'requested', reading);
  day.places.set('reading-task', `Task/${reading.id}`);
  day.say.meaning(WORDS.sent);
}

function event(valueCode: string) {
  return { name: 'event', valueCode };
}

export const examine: Chapter = {
  heading: {
    en: 'The township centre makes an image and sends it to the imaging centre',
    zh: '乡镇卫生院拍片并上传影像中心',
  },
  words: WORDS,
  live,
};
