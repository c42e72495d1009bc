/** A GraphQL text -> its answer: parsed, validated, measured, executed, reshaped. */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { operationOutcome } from '../kernel/outcome.ts';
import { assertAffordable, assertComparable, MAX_TOKENS } from './limits.ts';
import type { GraphRequest } from './request.ts';
import { reshaped } from './reshape.ts';

export interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface Answered {
  readonly status: number;
  /** The answer as GraphQL writes it. */
  readonly body: object;
  /** What stands behind the first error. */
  readonly refusal?: FhirError;
}

/**
 * GraphQL's complaint about a variable of another type than the argument. The scalars of FHIR, whose names begin
 * small, take a variable of any scalar type, and one value where a list goes.
 */
const OTHER_SCALAR = /^Variable "\$\w+" of type "\[?\w+!?\]?!?" used in position expecting type "\[?[a-z]\w*/;
/** Errors that are looked for, and that are told. */
const MAX_FOUND = 100;
const MAX_ERRORS = 20;
const DIRECTIVES = /@(flatten|singleton|slice)\b/;

/**
 * An answer has data, or errors and a status that says so, never both: "in place of the graph".
 * https://hl7.org/fhir/R4/graphql.html#errors Throws what is no fault of the query.
 */
export async function answer(
  schema: GraphQLSchema,
  request: GraphRequest,
  rootValue: unknown,
  asked: Asked,
): Promise<Answered> {
  let result: ExecutionResult;
  try {
    const document = parse(asked.query, { maxTokens: MAX_TOKENS });
    assertComparable(document);
    const errors = validate(schema, document, specifiedRules, { maxErrors: MAX_FOUND }).filter(
      (e) => !OTHER_SCALAR.test(e.message),
    );
    if (errors.length > 0) return failed(errors, request.ctx);
    assertAffordable(document);
    result = await execute({
      schema,
      document,
      rootValue,
      contextValue: request,
      variableValues: asked.variables,
      operationName: asked.operationName,
    });
    if (result.errors?.length) return failed(result.errors, request.ctx);
    const data = DIRECTIVES.test(asked.query)
      ? reshapedData(schema, request, document, asked.operationName, result.data as Record<string, unknown>)
      : result.data;
    return { status: 200, body: { data } };
  } catch (error) {
    if (error instanceof GraphQLError) return failed([error], request.ctx);
    if (error instanceof FhirError) return failed([graphError(error)], request.ctx);
    throw error;
  }
}

/** An error of ours as GraphQL's. */
export function graphError(error: FhirError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}

function reshapedData(
  schema: GraphQLSchema,
  { slices }: GraphRequest,
  document: DocumentNode,
  operationName: string | undefined,
  data: Record<string, unknown>,
): object {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const d of document.definitions) {
    if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d);
    else if (d.kind === Kind.OPERATION_DEFINITION && (!operationName || d.name?.value === operationName)) {
      operation ??= d;
    }
  }
  return reshaped({ schema, fragments, slices }, operation!.selectionSet, data);
}

export function failed(errors: readonly GraphQLError[], ctx: Ctx): Answered {
  for (const { originalError } of errors) {
    if (originalError && !(originalError instanceof FhirError) && !(originalError instanceof GraphQLError)) {
      throw originalError;
    }
  }
  const refusal = errors.map((e) => e.originalError).find((e) => e instanceof FhirError);
  return {
    status: refusal?.status ?? 400,
    body: { data: null, errors: errors.slice(0, MAX_ERRORS).map((e) => formatted(e, ctx)) },
    refusal,
  };
}

function formatted(error: GraphQLError, ctx: Ctx): GraphQLFormattedError {
  const issues =
    error.originalError instanceof FhirError
      ? error.originalError.issues
      : [
          problem('invalid', {
            en: `The GraphQL query is not right: ${error.message}`,
            zh: `GraphQL 查询有误:${error.message}`,
          }),
        ];
  return {
    message: issues[0]!.text[ctx.lang],
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: { resource: operationOutcome(issues, ctx.lang) },
  };
}
