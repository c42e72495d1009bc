/**
 * `PatientList`, `PatientConnection`: searches as fields, at the root and inside of what is referred to.
 * https://hl7.org/fhir/R4/graphql.html#searching
 */
import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { Engine } from '../interactions/engine.ts';
import type { GraphRequest } from './request.ts';
import { namedScalar } from './scalars.ts';
import {
  type Arguments,
  argumentName,
  connection,
  ENGINE_ARGUMENTS,
  list,
  referencesTo,
  reverseQuery,
} from './search-resolvers.ts';
import type { Fields, Types } from './types.ts';

type Field = GraphQLFieldConfig<unknown, GraphRequest>;
/** A parameter that may refer to nearly anything says little about any of it. */
const MANY_TARGETS = 40;

export class Searches {
  readonly #engine: Engine;
  readonly #types: () => Types;
  readonly #arguments = new Map<string, GraphQLFieldConfigArgumentMap>();
  readonly #connections = new Map<string, GraphQLObjectType>();

  constructor(engine: Engine, types: () => Types) {
    this.#engine = engine;
    this.#types = types;
  }

  /** `XList` and `XConnection` of a type. */
  root(type: string): Fields {
    const args = this.#argumentsOf(type);
    return {
      [`${type}List`]: this.#list(type, args),
      [`${type}Connection`]: this.#connection(type, { ...args, _cursor: { type: GraphQLString } }),
    };
  }

  /** The searches inside a resource of type `target`, for every type that may refer to it. */
  reverse(target: string): Fields {
    const fields: Fields = {};
    const reference = { _reference: { type: new GraphQLNonNull(namedScalar('code')) } };
    for (const source of this.#engine.definitions.resourceTypes) {
      const links = referencesTo(this.#engine, source, target);
      if (links.length === 0) continue;
      // What may refer to anything is searched from everywhere: with few arguments, or the schema outgrows its use.
      if (links.every((l) => l.targets.length === 0 || l.targets.length >= MANY_TARGETS)) {
        const { _sort, _count, fhirpath } = this.#argumentsOf(source);
        const few = { ...reference, _sort: _sort!, _count: _count!, fhirpath: fhirpath! };
        fields[`${source}List`] = this.#list(source, few, target);
        continue;
      }
      const { _id, ...others } = this.#argumentsOf(source);
      const args = { ...reference, ...others };
      fields[`${source}List`] = this.#list(source, args, target);
      fields[`${source}Connection`] = this.#connection(source, args, target);
    }
    return fields;
  }

  /** Names of parameters with `_` for `-`. Values of an array are alternatives. */
  #argumentsOf(type: string): GraphQLFieldConfigArgumentMap {
    let args = this.#arguments.get(type);
    if (!args) {
      const kinds = [...this.#engine.parameters(type).byCode.values()].map((p) => [p.code, p.kind] as const);
      args = {
        ...Object.fromEntries(
          [...Object.entries(ENGINE_ARGUMENTS), ...kinds].map(([code, kind]) => [
            argumentName(code),
            { type: new GraphQLList(namedScalar(kind)) },
          ]),
        ),
        fhirpath: { type: GraphQLString },
      };
      this.#arguments.set(type, args);
    }
    return args;
  }

  #list(type: string, args: GraphQLFieldConfigArgumentMap, target?: string): Field {
    return {
      type: new GraphQLList(this.#types().object(type)),
      args,
      resolve: (source, given: Arguments, request, info) =>
        list(
          this.#engine,
          type,
          reverseQuery(this.#engine, type, target, source, given),
          given,
          request,
          info,
        ),
    };
  }

  #connection(type: string, args: GraphQLFieldConfigArgumentMap, target?: string): Field {
    return {
      type: this.#connectionType(type),
      args,
      resolve: (source, given: Arguments, request, info) =>
        connection(
          this.#engine,
          type,
          reverseQuery(this.#engine, type, target, source, given),
          given,
          request,
          info,
        ),
    };
  }

  #connectionType(type: string): GraphQLObjectType {
    let made = this.#connections.get(type);
    if (!made) {
      const edge = new GraphQLObjectType({
        name: `${type}Edge`,
        fields: () => ({
          mode: { type: namedScalar('code') },
          score: { type: GraphQLFloat },
          resource: { type: this.#types().object(type) },
        }),
      });
      made = new GraphQLObjectType({
        name: `${type}Connection`,
        fields: {
          count: { type: GraphQLInt, description: 'Number of all matches' },
          offset: { type: GraphQLInt, description: 'Place of this page; null when it is not the first one' },
          pagesize: { type: GraphQLInt },
          edges: { type: new GraphQLList(edge) },
          first: { type: GraphQLString, description: 'Cursor of the first page' },
          previous: { type: GraphQLString, description: 'Always null: pages are walked forward' },
          next: { type: GraphQLString, description: 'Cursor of the next page; null on the last one' },
          last: { type: GraphQLString, description: 'Always null: pages are walked forward' },
        },
      });
      this.#connections.set(type, made);
    }
    return made;
  }
}
