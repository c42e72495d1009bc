/** FHIR's primitive types and kinds of search parameters as GraphQL scalars. */
import {
  type ConstValueNode,
  GraphQLBoolean,
  GraphQLError,
  GraphQLID,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
  Kind,
} from 'graphql';

const BUILT_IN: Readonly<Record<string, GraphQLScalarType>> = {
  boolean: GraphQLBoolean,
  integer: GraphQLInt,
  positiveInt: GraphQLInt,
  unsignedInt: GraphQLInt,
  string: GraphQLString,
  markdown: GraphQLString,
  xhtml: GraphQLString,
  id: GraphQLID,
};

const made = new Map<string, GraphQLScalarType>();

/** What an element of a primitive type answers. */
export function primitiveScalar(type: string): GraphQLScalarType {
  return BUILT_IN[type] ?? namedScalar(type);
}

/**
 * A scalar by the name of a FHIR type or parameter kind. As an argument it takes any scalar value, also a bare
 * word: `name(use: official)`, `PatientList(_id: [1, "b"])`; it arrives as text.
 */
export function namedScalar(name: string): GraphQLScalarType {
  let scalar = made.get(name);
  if (!scalar) {
    scalar = new GraphQLScalarType({
      name,
      // Decimals are numbers or, with digits to keep, raw JSON.
      coerceOutputValue: (value) => value,
      coerceInputValue: (value) => text(value, name),
      coerceInputLiteral: (node) => literal(node, name),
    });
    made.set(name, scalar);
  }
  return scalar;
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new GraphQLError(`${name} is a string, number or boolean`);
}

function literal(node: ConstValueNode, name: string): string {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.INT:
    case Kind.FLOAT:
    case Kind.BOOLEAN:
      return String(node.value);
    default:
      throw new GraphQLError(`${name} is a string, number, boolean or word`);
  }
}
