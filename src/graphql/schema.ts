/**
 * The GraphQL schema of the definitions: made when first asked for, and kept. There are as many schemas as there
 * are places to start from: the server, and a resource of each type; they share every type.
 */
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import { assertMay } from '../access/decide.ts';
import type { Engine } from '../interactions/engine.ts';
import { notFound } from '../kernel/fhir-error.ts';
import { readReference } from './request.ts';
import { Searches } from './searches.ts';
import { type Fields, REQUIRED_ID, Types } from './types.ts';

/** https://hl7.org/fhir/R4/graphql.html#flattening */
const FLATTENING = [
  new GraphQLDirective({ name: 'flatten', locations: [DirectiveLocation.FIELD] }),
  new GraphQLDirective({ name: 'first', locations: [DirectiveLocation.FIELD] }),
  new GraphQLDirective({ name: 'singleton', locations: [DirectiveLocation.FIELD] }),
  new GraphQLDirective({
    name: 'slice',
    locations: [DirectiveLocation.FIELD],
    args: { path: { type: new GraphQLNonNull(GraphQLString) } },
  }),
];

/** The schema that starts at a resource of a type, or without one at the server. */
export type Schemas = (type?: string) => GraphQLSchema;

export function createSchemas(engine: Engine): Schemas {
  let types: Types | undefined;
  const searches = new Searches(engine, () => typesOf());
  const typesOf = () => {
    types ??= new Types(engine.definitions, (type) => searches.reverse(type));
    return types;
  };
  const made = new Map<string | undefined, GraphQLSchema>();
  return (type) => {
    let schema = made.get(type);
    if (!schema) {
      const all = typesOf();
      const everything = [...engine.definitions.resourceTypes].map((t) => all.object(t));
      schema = new GraphQLSchema({
        query: type === undefined ? rootType(engine, all, searches) : all.object(type),
        types: everything,
        directives: [...specifiedDirectives, ...FLATTENING],
        assumeValid: true,
      });
      made.set(type, schema);
    }
    return schema;
  };
}

function rootType(engine: Engine, types: Types, searches: Searches): GraphQLObjectType {
  return new GraphQLObjectType({
    name: 'Query',
    fields: () => {
      const fields: Fields = {};
      for (const type of engine.definitions.resourceTypes) {
        fields[type] = {
          type: types.object(type),
          args: { id: REQUIRED_ID },
          resolve: async (_source, { id }: { id: string }, request) => {
            assertMay(request.ctx, 'r', type);
            const found = await readReference(request, `${type}/${id}`);
            if (!found) throw notFound(type, id);
            return found;
          },
        };
        Object.assign(fields, searches.root(type));
      }
      return fields;
    },
  });
}
