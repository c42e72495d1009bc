/**
 * `$validate`: would this be acceptable, and if not, why. https://hl7.org/fhir/R4/resource-operation-validate.html
 *
 * The answer is 200 with an OperationOutcome whether the resource is right or not. A 4xx means that nothing was
 * validated: the parameters are wrong, the profile is not known, or the caller may not do what the mode is about.
 */
import { assertMay } from '../access/decide.ts';
import type { Engine, FhirResource } from '../interactions/engine.ts';
import { patientsIn } from '../interactions/patients.ts';
import { checkRules } from '../interactions/prepare.ts';
import type {
  OperationAnswer,
  OperationBinding,
  OperationInput,
  WriteFacts,
} from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { badParameter, FhirError, gone, notFound } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { type Issue, information, isError, problem, warning } from '../kernel/issue.ts';
import { operationOutcome } from '../kernel/outcome.ts';
import type { Stored } from '../store/change.ts';
import { readCurrent } from '../store/read.ts';
import { firstOf, type Parameter, parameterValue } from './parameters.ts';
import { referrersOf } from './referrers.ts';

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const MODES = ['create', 'update', 'delete', 'profile'] as const;
type Mode = (typeof MODES)[number];

/** What is asked, taken apart. */
interface Question {
  readonly type: string;
  readonly id?: string;
  readonly mode?: Mode;
  readonly profiles: readonly string[];
  readonly resource?: FhirResource;
}

export function validateOperation(engine: Engine): OperationBinding {
  return {
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    judges: true,
    run: (ctx, input) => validate(engine, ctx, input),
  };
}

async function validate(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  const question = questionOf(engine, input);
  const { type, id, mode, resource } = question;
  if (mode === 'create') assertMay(ctx, 'c', type);
  if (mode === 'update') assertMay(ctx, 'u', type);
  if (mode === 'delete') assertMay(ctx, 'd', type);
  const looksAtStored = mode === 'update' || mode === 'delete' || resource === undefined;
  const stored =
    id === undefined || !looksAtStored ? undefined : await readCurrent(engine.database, type, id);
  const issues = mode === 'delete' ? await ofDeletion(engine, ctx, question, stored) : undefined;
  const found = issues ?? (await ofContent(engine, ctx, question, stored));
  const outcome = operationOutcome(found.length > 0 ? found : [ALL_RIGHT], ctx.lang);
  return { text: JSON.stringify(outcome), ...(stored ? { patients: patientsIn(engine, ctx, stored) } : {}) };
}

const ALL_RIGHT = information({ en: 'All OK: no issues were found.', zh: '校验通过,未发现问题。' });

function questionOf(engine: Engine, { type, id, parameters }: OperationInput): Question {
  const list = (parameters.parameter ?? []) as readonly Parameter[];
  const mode = parameterValue(firstOf(list, 'mode')) as Mode | undefined;
  const profile = parameterValue(firstOf(list, 'profile')) as string | undefined;
  const resource = firstOf(list, 'resource')?.resource as FhirResource | undefined;
  if (mode !== undefined && !MODES.includes(mode)) {
    throw badParameter('mode', {
      en: `'${mode}' is no mode of $validate. Use one of: ${MODES.join(', ')}; or leave it out.`,
      zh: `“${mode}”不是 $validate 的模式。可用:${MODES.join('、')},或不填。`,
    });
  }
  if (id === undefined && mode !== undefined && mode !== 'create') {
    throw badParameter('mode', {
      en: `The mode '${mode}' is about one resource: call ${type}/[id]/$validate.`,
      zh: `模式“${mode}”针对某一个资源:请调用 ${type}/[id]/$validate。`,
    });
  }
  if (resource === undefined && (id === undefined || mode === 'create' || mode === 'update')) {
    throw badParameter('resource', {
      en: 'The resource to validate is missing: post it alone, or in Parameters as the parameter resource.',
      zh: '缺少待校验的资源:请直接提交资源,或在 Parameters 中以 resource 参数提交。',
    });
  }
  if (mode === 'profile' && (profile === undefined || resource !== undefined)) {
    throw badParameter('mode', {
      en: "The mode 'profile' is about the stored resource and a profile: name the profile, and send no resource.",
      zh: '模式“profile”针对已存储的资源和某个规范:请给出 profile,且不要提交资源。',
    });
  }
  if (profile !== undefined && !engine.definitions.structure(profile)) {
    throw badParameter(
      'profile',
      {
        en: `The profile '${profile}' is not known here, so nothing was validated against it.`,
        zh: `此处没有规范“${profile}”,未能据此校验。`,
      },
      false,
    );
  }
  return { type: type!, id, mode, profiles: profile === undefined ? [] : [profile], resource };
}

/** What is wrong with the content: that which was sent, or that which is stored. */
async function ofContent(
  engine: Engine,
  ctx: Ctx,
  question: Question,
  stored: Stored | undefined,
): Promise<Issue[]> {
  const { type, id, mode, profiles } = question;
  const resource = question.resource ?? contentOf(ctx, question, stored);
  const issues = [...(await engine.validate(ctx, resource, { profiles, expectedType: type }))];
  issues.push(...profiles.flatMap((url) => otherBase(engine, url, resource)));
  if (mode === 'update' && resource.id !== id) {
    issues.push(
      problem(
        'value',
        {
          en: `The id in the resource must be that of the address: '${id}'.`,
          zh: `资源中的 id 必须与地址一致:“${id}”。`,
        },
        { expression: `${type}.id` },
      ),
    );
  }
  // The rules of the county's work rest on a resource that is FHIR.
  if ((mode !== 'create' && mode !== 'update') || issues.some(isError)) return issues;
  const before = stored?.content ? JSON.parse(stored.content) : undefined;
  return [...issues, ...brokenRules(engine, ctx, { type, id: id ?? newId() }, before, resource)];
}

/** A base definition named as profile: the validator has applied it when the type is its own. */
function otherBase(engine: Engine, url: string, { resourceType }: FhirResource): Issue[] {
  const { derivation, abstract, type } = engine.definitions.structure(url)!;
  if (derivation !== 'specialization' || abstract || type === resourceType) return [];
  return [
    problem('value', {
      en: `The profile '${url}' is for ${type}, not for ${resourceType}.`,
      zh: `规范“${url}”用于 ${type},不用于 ${resourceType}。`,
    }),
  ];
}

function contentOf(ctx: Ctx, { type, id }: Question, stored: Stored | undefined): FhirResource {
  assertMay(ctx, 'r', type);
  if (!stored) throw notFound(type, id!);
  if (stored.content === null) throw gone(type, id!, stored.version);
  return JSON.parse(stored.content) as FhirResource;
}

/** Whether it is there, whether the county's work allows that it goes, and what would then refer to nothing. */
async function ofDeletion(
  engine: Engine,
  ctx: Ctx,
  { type, id }: Question,
  stored: Stored | undefined,
): Promise<readonly Issue[]> {
  if (!stored) return notFound(type, id!).issues;
  if (stored.content === null) return gone(type, id!, stored.version).issues;
  const broken = brokenRules(engine, ctx, stored, JSON.parse(stored.content), undefined);
  const referrers = await referrersOf(engine, ctx, engine.database, stored, SHOWN_REFERRERS);
  return referrers.length === 0 ? broken : [...broken, stillReferred(stored, referrers)];
}

const SHOWN_REFERRERS = 5;

function stillReferred({ type, id }: Stored, referrers: readonly string[]): Issue {
  const more = referrers.length === SHOWN_REFERRERS;
  return warning(
    'conflict',
    {
      en: `${type}/${id} is referred to by ${referrers.join(', ')}${more ? ' and perhaps more' : ''}; they would refer to what is gone.`,
      zh: `${type}/${id} 仍被 ${referrers.join('、')}${more ? ' 等' : ''}引用;删除后这些引用将失效。`,
    },
    { rule: 'still-referenced' },
  );
}

function brokenRules(
  engine: Engine,
  ctx: Ctx,
  change: { type: string; id: string },
  before: unknown,
  after: unknown,
): readonly Issue[] {
  try {
    checkRules(engine, { ...change, before, after, ctx } as WriteFacts);
    return [];
  } catch (error) {
    if (error instanceof FhirError) return error.issues;
    throw error;
  }
}
