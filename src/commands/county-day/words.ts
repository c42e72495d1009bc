/** What the script says outside its chapters, and what any of them may expect of an answer. */
import type { Words } from './say.ts';

export const FRAME = {
  title: {
    en: 'A resident across the county and back, at {base}',
    zh: '一位居民走遍全县再回家,服务器 {base}',
  },
  held: { en: 'Every step held.', zh: '各步均符合预期。' },
  failed: { en: 'Not as expected in step {step}: {what}', zh: '第 {step} 步不符合预期:{what}' },
  answerWas: { en: 'The answer to {method} {path} was {status}:', zh: '{method} {path} 的应答为 {status}:' },
  runsOpen: {
    en: 'The server gives no tokens, so it runs open; the refusals need a server that checks access.',
    zh: '服务器不签发令牌(开放运行);其中的拒绝需要启用访问控制的服务器。',
  },
} satisfies Words;

export const SHOULD = {
  haveStatus: { en: 'expected status {expected}, got {status}', zh: '应为状态 {expected},实为 {status}' },
  locate: { en: 'the answer should say where what was stored is', zh: '应答应给出所存内容的位置' },
  contain: { en: 'the answer should contain {what}', zh: '应答应包含 {what}' },
  count: { en: '{what}: expected {expected}, got {got}', zh: '{what}:应为 {expected},实为 {got}' },
  beState: { en: 'the state should be {expected}, got {got}', zh: '状态应为 {expected},实为 {got}' },
  explain: { en: 'the refusal should say why', zh: '拒绝应说明原因' },
} satisfies Words;
