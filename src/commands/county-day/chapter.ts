/** A part of the day: what one or two systems do, one after the other. */
import type { Text } from '../../kernel/issue.ts';
import type { Words } from './say.ts';
import type { Day } from './systems.ts';

export interface Chapter {
  readonly heading: Text;
  /** Everything it may say beside the heading and `words.ts`. */
  readonly words: Words;
  /** Throws `Unmet` where an answer is not what it should be. What later chapters need it leaves in `day.places`. */
  live(day: Day): Promise<void>;
}
