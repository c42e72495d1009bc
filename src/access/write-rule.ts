/** Whether an actor may write what it is about to: by what was there before, and by what is to be there. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Reach } from '../kernel/ctx.ts';

/** A version, by what tells whose it is. */
export interface Written {
  readonly type: string;
  readonly id: string;
  readonly patient: string | null;
  /** See `marks.ts`. */
  readonly marks: ReadonlySet<string>;
  /** Of a new version: marks of the organisations that have a say in it (`askersOf`); all of `marks` when absent. */
  readonly askers?: ReadonlySet<string>;
  /** Texts of its tokens; absent of what was deleted. */
  readonly tokens?: ReadonlySet<string>;
}

/** Of what residents and their guardians wrote first: no id of an organisation. */
const RESIDENTS = '*';

/** `after` is absent for a deletion, `before` for a new resource. */
export function mayWrite(reach: Reach, before: Written | undefined, after: Written | undefined): boolean {
  const { type } = (after ?? before)!;
  if (reach.reserved?.includes(type)) return false;
  const own =
    !before || before.marks.has(`w:${RESIDENTS}`) ? [...reach.writes, ...(reach.adds ?? [])] : reach.writes;
  const of = { ...reach, writes: own };
  if (before && !(isReached(of, before) && isOfPatient(of, before))) return false;
  if (before && after && isShownInPart(reach, before)) return false;
  if (!isOfPart(reach, before, after)) return false;
  if (!after) return type !== 'Communication' || isOwnWord(of, before!.marks);
  if (!isReached(reach, after) && isReached(of, after) && speaksForOthers(after)) return false;
  return isOfPatient(of, after) && (isReached(of, after) || stays(of, before, after));
}

/** Whether a message is the word of who writes: whoever received it, or was told by the server, leaves it as it is. */
export function isOwnWord(reach: Pick<Reach, 'writes'>, marks: Iterable<string>): boolean {
  if (reach.writes.includes('all')) return true;
  const writers = [...marks].filter((m) => m.startsWith('w:'));
  return writers.some((w) =>
    reach.writes.some((h) => h === w || h.endsWith(` ${w}`) || w === `w:${RESIDENTS}`),
  );
}

/** What residents add is their own word, whomever it goes to: no result of a hospital, no message from one. */
function speaksForOthers({ marks, askers = marks }: Written): boolean {
  return [...askers].some((mark) => mark.startsWith('o:'));
}

/** Whoever is shown a part of something cannot write the whole. */
function isShownInPart({ masks, elements }: Reach, { type }: Written): boolean {
  return masks?.[type] !== undefined || elements?.[type] !== undefined;
}

/**
 * What names no organisation, or only whom it asks, is of the one that writes it. What is handed on (a referral to
 * the next institution) stays the writer's who asked for it: some organisation of before must be left.
 */
function stays(reach: Reach, before: Written | undefined, after: Written): boolean {
  const named = [...after.marks].filter((m) => m.startsWith('o:'));
  // What is somebody's by whose record it is alone (a resident's) is theirs in no other record.
  if (before && !isReached(reach, { ...before, id: '', patient: null, marks: withoutPatients(before.marks) }))
    return false;
  if (before) return named.length === 0 || named.some((m) => before.marks.has(m));
  const asking = after.askers ? named.filter((m) => after.askers!.has(m)) : named;
  return asking.length === 0 && reach.writes.some((h) => /^(?:[A-Z]\w+ )?w:/.test(h) && isFor(h, after.type));
}

function withoutPatients(marks: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...marks].filter((m) => !m.startsWith('p:')));
}

function isReached(reach: Reach, { type, id, patient, marks }: Written): boolean {
  const person = type === 'Patient' ? id : patient;
  const handles = ['all', ...(person === null ? [] : [`p:${person}`]), ...marks];
  return handles.some((h) => reach.writes.includes(h) || reach.writes.includes(`${type} ${h}`));
}

function isFor(handle: string, type: string): boolean {
  return !/^[A-Z]/.test(handle) || handle.startsWith(`${type} `);
}

function isOfPatient(
  { patient, unconfined = [] }: Reach,
  { type, id, patient: of, marks }: Written,
): boolean {
  if (patient === undefined || unconfined.includes(type)) return true;
  const person = type === 'Patient' ? id : of;
  return patient.some((one) => one === person || marks.has(`p:${one}`));
}

/** Whether narrowed scopes let both versions be; a new one may come by an update as well. */
function isOfPart({ narrowWrites }: Reach, before: Written | undefined, after: Written | undefined): boolean {
  if (!narrowWrites) return true;
  const within = (letter: 'c' | 'u' | 'd', { type, tokens }: Written) => {
    const alternatives = narrowWrites[letter][type];
    if (!alternatives) return true;
    return alternatives.some((conditions) => conditions.every((c) => c.some((text) => tokens?.has(text))));
  };
  if (before?.tokens && after) return within('u', before) && within('u', after);
  return after ? within('c', after) || within('u', after) : within('d', before!);
}

/**
 * The organisation that what is written first belongs to, or that residents added it; a county-wide client writes for
 * others.
 */
export function writerOf(reach: Reach | undefined, type: string): { readonly writer?: string } {
  const own = reach?.writes.map((h) => /^(?:[A-Z]\w+ )?w:(.+)$/.exec(h)?.[1]).find((id) => id !== undefined);
  if (own !== undefined) return { writer: own };
  return reach?.adds?.some((h) => isFor(h, type)) ? { writer: RESIDENTS } : {};
}

/** Whether what somebody writes of a type is what residents, or their guardians, add to a record. */
export function addsToOwn(reach: Reach | undefined, type: string): boolean {
  return writerOf(reach, type).writer === RESIDENTS;
}

type Resource = Readonly<Record<string, unknown>>;

/**
 * Who answers for a resource: the writer of its first version. What the server or a county-wide client brought in is
 * answered for by whoever first makes it say something else, so that nobody's word passes for the county's. A Task
 * that is carried on, and asks for what it asked before, stays whose it was; a message does, which says what it said.
 */
export function answersFor(
  reach: Reach | undefined,
  type: string,
  before?: { readonly marks: readonly string[] | null | undefined; readonly resource: Resource | undefined },
  after?: Resource,
): { readonly writer?: string } {
  if (before?.marks?.some((mark) => mark.startsWith('w:'))) return {};
  if (type === 'Task' && isCarriedOn(before?.resource, after)) return {};
  if (type === 'Communication' && before?.resource) return {};
  return writerOf(reach, type);
}

/** https://hl7.org/fhir/R4/valueset-task-status.html */
const OPEN_TASK = ['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'];

function isCarriedOn(before: Resource | undefined, after: Resource | undefined): boolean {
  if (!before || !after || !OPEN_TASK.includes(String(before.status))) return false;
  return ['for', 'owner', 'code'].every((name) => isDeepStrictEqual(before[name], after[name]));
}

/**
 * Whether the caller is among the parties of something (`Organization/x`, `Patient/x`) and may write `after` for one
 * of them. What a resident does in a workflow is for the workflow to say, not for what residents write otherwise.
 * What names other organisations alone is no part of it.
 */
export function isPartyTo(
  reach: Reach,
  parties: readonly string[],
  before: Written | undefined,
  after: Written,
): boolean {
  const own = new Set(parties.flatMap(handleOf));
  const asResident = [...own].some(
    (h) => h.startsWith('p:') && reach.writes.some((w) => w.endsWith(` ${h}`)),
  );
  const marks = before && [...before.marks, ...(asResident ? [`p:${before.patient}`] : [])];
  const isTheirs = !marks?.some((m) => m.startsWith('o:')) || marks.some((m) => own.has(m));
  return (
    isOfPatient(reach, after) &&
    isOfPart(reach, before, after) &&
    (isTheirs || isReached(reach, before!)) &&
    (asResident || isReached(reach, { type: after.type, id: '', patient: null, marks: own }))
  );
}

function handleOf(party: string): string[] {
  const [type, id] = party.split('/');
  return type === 'Organization' ? [`o:${id}`] : type === 'Patient' ? [`p:${id}`] : [];
}
