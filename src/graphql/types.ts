/** FHIR's types as GraphQL object types, made when first asked for. https://hl7.org/fhir/R4/graphql.html#fields */
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { ChildElement, Definitions } from '../definitions/definitions.ts';
import { resolveList, resolveReference } from './elements.ts';
import type { GraphRequest } from './request.ts';
import { namedScalar, primitiveScalar } from './scalars.ts';

export type Fields = GraphQLFieldConfigMap<unknown, GraphRequest>;

/** Fields of a resource type besides its elements: searches for what refers to it. */
export type MoreFields = (type: string) => Fields;

export class Types {
  /** What a reference, or a list of contained resources, resolves to. */
  readonly resource: GraphQLInterfaceType;
  readonly #definitions: Definitions;
  readonly #more: MoreFields;
  readonly #objects = new Map<string, GraphQLObjectType>();

  constructor(definitions: Definitions, more: MoreFields) {
    this.#definitions = definitions;
    this.#more = more;
    this.resource = new GraphQLInterfaceType({
      name: 'Resource',
      fields: () => ({ resourceType: RESOURCE_TYPE, ...this.#elements('Resource') }),
      resolveType: (value: { resourceType: string }) => value.resourceType,
    });
  }

  /** By FHIR type (`Patient`, `HumanName`) or path of an element with content of its own (`Patient.contact`). */
  object(typeOrPath: string): GraphQLObjectType {
    let object = this.#objects.get(typeOrPath);
    if (!object) {
      const isResource = this.#definitions.resourceTypes.has(typeOrPath);
      object = new GraphQLObjectType({
        name: graphName(typeOrPath),
        interfaces: isResource ? [this.resource] : [],
        fields: () => ({
          ...(isResource ? { resourceType: RESOURCE_TYPE } : {}),
          ...this.#elements(typeOrPath),
          ...(typeOrPath === 'Reference' ? { resource: this.#referred() } : {}),
          ...(isResource ? this.#more(typeOrPath) : {}),
        }),
      });
      this.#objects.set(typeOrPath, object);
    }
    return object;
  }

  #elements(typeOrPath: string): Fields {
    const fields: Fields = {};
    for (const [name, child] of this.#definitions.children(typeOrPath)) {
      fields[name] = this.#element(child);
      if (this.#definitions.isPrimitive(child.type) && name !== 'id') {
        const extensions = this.object('Element');
        fields[`_${name}`] = { type: child.element.array ? new GraphQLList(extensions) : extensions };
      }
    }
    return fields;
  }

  #element({ element, type }: ChildElement): GraphQLFieldConfig<unknown, GraphRequest> {
    const one = this.#typeOf(type);
    if (!element.array) return { type: one };
    const args = this.#definitions.isPrimitive(type) ? undefined : this.#listArguments(type);
    return { type: new GraphQLList(one), args, resolve: resolveList(type) };
  }

  #typeOf(type: string): GraphQLOutputType {
    if (this.#definitions.isPrimitive(type)) return primitiveScalar(type);
    return type === 'Resource' ? this.resource : this.object(type);
  }

  /** https://hl7.org/fhir/R4/graphql.html#list; the parts of a choice are no names to filter by. */
  #listArguments(type: string) {
    const parts = [...this.#definitions.children(type)].filter(
      ([, child]) =>
        this.#definitions.isPrimitive(child.type) && !child.element.array && !child.element.choice,
    );
    return {
      fhirpath: { type: GraphQLString },
      _offset: { type: GraphQLInt },
      _count: { type: GraphQLInt },
      ...Object.fromEntries(parts.map(([name, child]) => [name, { type: namedScalar(child.type) }])),
    };
  }

  #referred(): GraphQLFieldConfig<unknown, GraphRequest> {
    return {
      type: this.resource,
      args: { optional: { type: GraphQLBoolean }, type: { type: namedScalar('code') } },
      resolve: resolveReference,
    };
  }
}

const RESOURCE_TYPE = { type: new GraphQLNonNull(GraphQLString) };

/** The id argument of a resource. */
export const REQUIRED_ID = { type: new GraphQLNonNull(namedScalar('id')) };

/** `Patient.contact` -> `PatientContact`. */
function graphName(typeOrPath: string): string {
  return typeOrPath
    .split('.')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('');
}
