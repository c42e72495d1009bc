/** The day, chapter after chapter. */
import type { Chapter } from './chapter.ts';
import { arrive } from './chapters/arrive.ts';
import { check } from './chapters/check.ts';
import { critical } from './chapters/critical.ts';
import { decide } from './chapters/decide.ts';
import { discharge } from './chapters/discharge.ts';
import { examine } from './chapters/examine.ts';
import { find } from './chapters/find.ts';
import { followUp } from './chapters/follow-up.ts';
import { readImage } from './chapters/read-image.ts';
import { refer } from './chapters/refer.ts';
import { report } from './chapters/report.ts';
import { saved } from './chapters/saved.ts';
import { watch } from './chapters/watch.ts';

export const STORY: readonly Chapter[] = [
  report,
  examine,
  refer,
  find,
  arrive,
  check,
  decide,
  readImage,
  critical,
  discharge,
  followUp,
  watch,
  saved,
];
