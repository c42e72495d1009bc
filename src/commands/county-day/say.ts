/** Everything the script says, in both languages of the county, and the lines it is said on. */
import type { Language, Text } from '../../kernel/issue.ts';

export const MESSAGES = {
  // Headings.
  title: {
    en: 'A resident and one laboratory result across the county and back, at {base}',
    zh: '一位居民、一份检验结果走遍全县,服务器 {base}',
  },
  stepReport: { en: 'The township centre reports', zh: '乡镇卫生院上报检验结果' },
  stepRefer: {
    en: 'The township centre refers the resident up, with the record',
    zh: '乡镇卫生院携病历资料上转',
  },
  stepHome: {
    en: 'The hospital discharges, the township centre takes over and follows up',
    zh: '县医院出院下转,乡镇卫生院接收并随访',
  },
  stepFind: { en: 'The county hospital finds the resident and the record', zh: '县医院查找居民与健康档案' },
  stepCheck: {
    en: 'Before ordering, the hospital asks what need not be repeated',
    zh: '开单前查询哪些项目不必重复',
  },
  stepDecide: { en: 'The doctor decides', zh: '医生作出互认决定' },
  stepWatch: { en: 'Who may not look, and who looked', zh: '谁无权查看,谁查看过' },
  stepSaved: { en: 'What was saved', zh: '省下了什么' },

  // What an answer means.
  stored: {
    en: 'All {count} entries were stored together, or none would have been.',
    zh: '{count} 条内容一次性全部保存;若有一条不成,则全部不保存。',
  },
  readBack: { en: '{what} is where the answer said.', zh: '{what} 已在应答所示位置。' },
  foundById: { en: 'The identity number finds exactly this resident.', zh: '凭身份证号准确找到该居民。' },
  foundByName: { en: 'The pinyin of the name finds 张三 too.', zh: '用姓名全拼也能找到张三。' },
  foundByInitials: { en: 'So do the initials.', zh: '用姓名首字母也能找到。' },
  encounters: {
    en: 'The visit to the township centre is there, newest first; {count} in all.',
    zh: '乡镇就诊在列,按时间倒序,共 {count} 次。',
  },
  reports: {
    en: 'The report comes with its eight results in one answer.',
    zh: '一次应答同时取得报告及其八项结果。',
  },
  results: {
    en: 'All eight results are in the timeline of laboratory results, newest first.',
    zh: '八项结果均在检验时间线上,按时间倒序。',
  },
  visitOpened: { en: "Today's visit at the county hospital is open.", zh: '县医院今日就诊已登记。' },
  checked: {
    en: '{recognise} of {all} items can be recognised; nothing was stored by asking.',
    zh: '{all} 项中有 {recognise} 项可互认;查询本身不保存任何内容。',
  },
  refusedReason: {
    en: 'A reason that is not listed is refused, and nothing was stored: {message}',
    zh: '目录之外的原因被拒绝,未保存任何内容:{message}',
  },
  decided: {
    en: '{recognized} results recognised, {denied} to be repeated: {tasks} Tasks and {provenances} Provenances.',
    zh: '互认 {recognized} 项,复检 {denied} 项:生成 {tasks} 个 Task 和 {provenances} 个 Provenance。',
  },
  tasksFound: {
    en: 'The decisions of this visit: {completed} recognised, {rejected} denied, {cancelled} revoked.',
    zh: '本次就诊的决定:互认 {completed}、不予互认 {rejected}、已撤销 {cancelled}。',
  },
  provenanceFound: {
    en: 'Each of the {count} decisions says where it came from.',
    zh: '{count} 个决定均可追溯来源。',
  },
  revoked: { en: 'The doctor took back the decision on {item}.', zh: '医生撤销了对“{item}”的决定。' },
  decidedAgain: { en: 'And made it again: {item} is recognised.', zh: '随后重新决定:“{item}”予以互认。' },
  searchRefused: {
    en: 'Disease control has no right to laboratory results: refused.',
    zh: '疾控中心无权查看检验结果:拒绝。',
  },
  readRefused: { en: 'Nor to this report: refused.', zh: '也无权查看该报告:拒绝。' },
  audited: {
    en: '{found} of {expected} requests of today are in the audit trail of this resident.',
    zh: '今日 {expected} 个请求中,{found} 个已在该居民的审计记录中。',
  },
  auditedReport: {
    en: 'What was asked of the report, the refusal among it.',
    zh: '对该报告的访问记录,含被拒绝的一次。',
  },

  capacity: { en: 'A clinic appointment is free, kept for family doctors.', zh: '有一个家庭医生预留号源。' },
  slotFound: { en: 'The township centre finds it.', zh: '乡镇卫生院查到该号源。' },
  noConsent: {
    en: 'Without consent nothing is submitted: {message}',
    zh: '无知情同意不能提交:{message}',
  },
  referred: {
    en: 'Consent, diagnosis and referral are stored together; the referral is {state}, the slot held.',
    zh: '知情同意、诊断与转诊一次保存;转诊状态 {state},号源已暂留。',
  },
  notYours: { en: 'The township centre cannot accept for the hospital.', zh: '乡镇卫生院不能代县医院受理。' },
  accepted: { en: 'The hospital accepts; the slot is booked.', zh: '县医院受理,号源已预约。' },
  secondAccept: { en: 'Accepted twice is a conflict: {message}', zh: '重复受理被拒:{message}' },
  arrived: { en: 'The resident has arrived.', zh: '患者已到诊。' },
  noHandover: {
    en: 'Treatment does not end without the hand-over document.',
    zh: '没有交接文书不能完成诊疗。',
  },
  discharged: {
    en: 'Discharged to the community: the down-referral and its follow-up task are there.',
    zh: '出院转社区:已自动生成下转单与随访任务。',
  },
  takenOver: {
    en: 'The township centre has read the medication plan; the up-referral is {state}.',
    zh: '乡镇卫生院已核对用药计划;上转单状态 {state}。',
  },
  followedUp: {
    en: 'Followed up at home; the down-referral is {state}.',
    zh: '已上门随访;下转单状态 {state}。',
  },

  // Lines below an answer.
  item: { en: '{item}: {recommendation}. {why}', zh: '{item}:{recommendation}。{why}' },
  recommendRecognise: { en: 'recognise', zh: '建议互认' },
  recommendOrder: { en: 'order', zh: '建议检查' },
  because: {
    en: '{value} of {effective} from {performer}: {reason}',
    zh: '{effective} {performer} 结果 {value}:{reason}',
  },
  noCandidate: { en: 'No earlier result.', zh: '无既往结果。' },
  auditLine: {
    en: 'step {step}  {client}  {method} {path}  {outcome}',
    zh: '第 {step} 步  {client}  {method} {path}  {outcome}',
  },
  auditDone: { en: 'recorded', zh: '已记录' },
  auditRefused: { en: 'refusal recorded', zh: '拒绝已记录' },
  saved: { en: 'not repeated: {item} ({value})', zh: '未重复:{item}({value})' },
  repeated: { en: 'repeated: {item}, because {reason}', zh: '复检:{item},原因:{reason}' },
  ordered: { en: 'newly ordered: {item}', zh: '新开:{item}' },
  total: { en: '{count} tests not repeated.', zh: '共免去 {count} 项重复检验。' },

  // What the doctor writes.
  potassiumReason: {
    en: 'potassium changes within hours under diuretics',
    zh: '服用利尿剂期间血钾变化较快',
  },
  potassiumExplanation: {
    en: 'Told the patient: the medicine he takes moves potassium from day to day, so a value two days old cannot guide the dose today.',
    zh: '已告知患者:所服利尿剂会使血钾逐日变化,两天前的结果不足以指导今天的用药,故需复查。',
  },
  secondThoughts: { en: 'Chosen by mistake', zh: '误选' },

  // What should have held.
  statusExpected: { en: 'expected status {expected}, got {status}', zh: '应为状态 {expected},实为 {status}' },
  shouldLocate: { en: 'the answer should locate every entry stored', zh: '应答应给出每条内容的位置' },
  shouldFindPatient: { en: 'the resident should be found', zh: '应找到该居民' },
  shouldFindOne: {
    en: 'exactly one resident should have this number, got {count}',
    zh: '此身份证号应恰有一人,实有 {count}',
  },
  shouldContain: { en: 'the answer should contain {what}', zh: '应答应包含 {what}' },
  shouldBeSorted: { en: 'the newest should come first', zh: '应按时间倒序' },
  shouldAnswerItem: { en: '{item} should be answered', zh: '“{item}”应有结论' },
  shouldRecommend: {
    en: '{item} should be recommended as {expected}, got {got}',
    zh: '“{item}”应为 {expected},实为 {got}',
  },
  shouldBeEligible: {
    en: 'the result of {item} of the township centre should be an eligible candidate',
    zh: '乡镇卫生院的“{item}”结果应符合互认条件',
  },
  shouldCount: { en: '{what}: expected {expected}, got {got}', zh: '{what}:应为 {expected},实为 {got}' },
  shouldBeState: { en: 'the state should be {expected}, got {got}', zh: '状态应为 {expected},实为 {got}' },
  shouldExplain: { en: 'the refusal should say why', zh: '拒绝应说明原因' },
  shouldBeAudited: {
    en: 'the audit trail should hold {method} {path} of step {step} (request {request})',
    zh: '审计记录应含第 {step} 步的 {method} {path}(请求 {request})',
  },
  shouldBeRefused: {
    en: 'the audit trail should hold {path} as a refusal',
    zh: '审计记录应将 {path} 记为拒绝',
  },

  // Endings.
  held: { en: 'Every step held.', zh: '各步均符合预期。' },
  failed: { en: 'Not as expected in step {step}: {what}', zh: '第 {step} 步不符合预期:{what}' },
  answerWas: { en: 'The answer to {method} {path} was {status}:', zh: '{method} {path} 的应答为 {status}:' },
  runsOpen: {
    en: 'The server gives no tokens, so it runs open; the refusals need a server that checks access.',
    zh: '服务器不签发令牌(开放运行);其中的拒绝需要启用访问控制的服务器。',
  },
} satisfies Record<string, Text>;

export type Message = keyof typeof MESSAGES;
export type Values = Readonly<Record<string, string | number>>;

/** A message with its values filled in. */
export function fill(message: Message, lang: Language, values: Values = {}): string {
  return MESSAGES[message][lang].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? `{${name}}`),
  );
}

/** The lines of the script. */
export class Say {
  readonly lang: Language;
  readonly #write: (text: string) => void;

  constructor(lang: Language, write: (text: string) => void) {
    this.lang = lang;
    this.#write = write;
  }

  text(message: Message, values?: Values): string {
    return fill(message, this.lang, values);
  }

  heading(message: Message, values?: Values): void {
    this.#write(`${this.text(message, values)}\n`);
  }

  step(number: number, heading: Message): void {
    this.#write(`\n${number}. ${this.text(heading)}\n`);
  }

  /** A request and its answer, then what the answer means. */
  exchange(client: string, request: string, status: number): void {
    this.#write(`   ${client.padEnd(13)}${request}  ${status}\n`);
  }

  meaning(message: Message, values?: Values): void {
    this.#write(`${' '.repeat(16)}${this.text(message, values)}\n`);
  }

  line(message: Message, values?: Values): void {
    this.#write(`${' '.repeat(18)}${this.text(message, values)}\n`);
  }
}
