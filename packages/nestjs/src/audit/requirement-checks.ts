import { Authorizer, isPolarError, type Class, type TypeToken } from '@nanook/core';
import { isClass, nameOfType, rowSourceOf } from '@nanook/http';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { EntryPoint } from '../entry-points/entry-points.js';
import { isNanookNestError } from '../errors/nanook-nest-error.js';
import type { ContextKind } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';
import { RequirementResources } from '../guard/requirement-resources.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import { hasTestPolicy } from '../options/test-double.js';
import type {
  AuthorizeRequirement,
  HandlerRequirement,
  ResultRequirement,
} from '../requirements/handler-requirement.js';
import { findType } from '../resources/find-type.js';
import { loaderKey } from '../resources/resource-loader.decorator.js';
import { ResourceLoaders, type FoundLoader } from '../resources/resource-loaders.js';
import { finding, type Finding } from './finding.js';
import { graphqlOptionsOf } from './graphql-enhancers.js';

type TypeSource = Class | TypeToken | string;

/** The default path of an id, and the roots of the paths of ids. */
const inputs: Readonly<Record<ContextKind, readonly [defaultId: string, ...roots: string[]]>> = {
  http: ['params.id', 'params', 'query', 'body', 'headers'],
  graphql: ['args.id', 'args', 'parent'],
  ws: ['data.id', 'data'],
  rpc: ['data.id', 'data'],
};

/** Finds requirements of a handler that can never hold, when the application starts. */
@Injectable()
export class RequirementChecks {
  constructor(
    @Inject(Authorizer) private readonly authorizer: Authorizer,
    @Inject(RequirementResources) private readonly resources: RequirementResources,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
  ) {}

  /** Returns the findings for the requirements of a handler. */
  of(entry: EntryPoint, requirements: readonly HandlerRequirement[]): Finding[] {
    return requirements.flatMap((requirement) => {
      switch (requirement.kind) {
        case 'authorize':
          return this.#authorize(requirement, entry);
        case 'request':
          return this.#request(entry);
        case 'result':
          return this.#result(requirement, entry);
        case 'skip':
          return [];
      }
    });
  }

  /** Returns the findings for an `@AuthorizedFields` whose type is unknown, or for which the policy has no rules. */
  ofFields(type: TypeToken | string | undefined, entry: EntryPoint): Finding[] {
    const handler = nameOf(entry);
    const isUnknown = typeof type === 'string' && findType(this.authorizer, type) === undefined;
    const hasRules = hasTestPolicy(this.options) || this.authorizer.policy.hasRule('allow_field');
    return [
      ...(isUnknown ? [finding('NANOOK_NEST_UNKNOWN_TYPE', { handler, type })] : []),
      ...(hasRules ? [] : [finding('NANOOK_NEST_NO_FIELD_RULE', { handler })]),
    ];
  }

  #result({ action, type }: ResultRequirement, entry: EntryPoint): Finding[] {
    return type === undefined ? [] : this.#grantable(action, type, 'instance', nameOf(entry));
  }

  /** Returns the action of a requirement, if it does not depend on the request. */
  actionOf(requirement: AuthorizeRequirement, entry: EntryPoint): string | undefined {
    const action = attempt(nameOf(entry), (handler) =>
      this.resources.actionOf(requirement, entry.method, handler),
    );
    return 'value' in action ? action.value : undefined;
  }

  #request(entry: EntryPoint): Finding[] {
    return this.authorizer.policy.hasRule('allow_request')
      ? []
      : [finding('NANOOK_NEST_NO_REQUEST_RULE', { handler: nameOf(entry) })];
  }

  #authorize(requirement: AuthorizeRequirement, entry: EntryPoint): Finding[] {
    const handler = nameOf(entry);
    const action = attempt(handler, () => this.resources.actionOf(requirement, entry.method, handler));
    const found = 'finding' in action ? [action.finding] : [];
    const { source } = requirement;
    const row = rowSourceOf(source);
    if (row !== undefined) found.push(...this.#idOf(requirement, nameOfType(row.type), entry));
    if (row !== undefined && 'value' in action)
      found.push(...this.#grantable(action.value, row.type, 'instance', handler));
    if (typeof source === 'function' && !isClass(source)) return found;
    const type = source as TypeSource;
    const loader = attempt(handler, () => this.loaders.find(type));
    const areLoadersBroken = this.loaders.errors().length > 0; // reported once, for all handlers
    if ('finding' in loader && !areLoadersBroken) return [...found, loader.finding];
    if ('finding' in action) return found;
    const resource = this.resources.isAboutType(requirement, action.value) ? 'type' : 'instance';
    if ('finding' in loader)
      return isLoader(type) ? [] : this.#grantable(action.value, type, resource, handler);
    return resource === 'type'
      ? this.#grantable(action.value, loader.value?.type ?? type, resource, handler)
      : this.#onOne(action.value, type, loader.value, requirement, entry);
  }

  #onOne(
    action: string,
    type: TypeSource,
    loader: FoundLoader | undefined,
    requirement: AuthorizeRequirement,
    entry: EntryPoint,
  ): Finding[] {
    const handler = nameOf(entry);
    if (loader !== undefined)
      return [
        ...this.#grantable(action, loader.type, 'instance', handler),
        ...this.#idOf(requirement, loader.type.name, entry),
      ];
    const name = typeName(type);
    if (isLoader(type)) {
      const reason = 'is not provided by any module; add it to `providers`';
      return [finding('NANOOK_NEST_INVALID_LOADER', { loader: name, reason })];
    }
    return [
      finding('NANOOK_NEST_NO_LOADER', { handler, action, type: name }),
      ...this.#grantable(action, type, 'instance', handler),
    ];
  }

  /** Finds a path of an id that the handler cannot have. An id that a client leaves out is not a finding. */
  #idOf({ options }: AuthorizeRequirement, type: string, entry: EntryPoint): Finding[] {
    const { kind, paths } = entry;
    const [defaultId, ...roots] = inputs[kind];
    const { id: path = defaultId } = options;
    if (typeof path !== 'string') return [];
    const [root = '', name] = path.split('.');
    const isInPath = root === 'params' && name !== undefined && !/^\d+$/.test(name);
    const isReachable =
      roots.includes(root) &&
      (!isInPath || paths.every((route) => parametersOf(route).has(name))) &&
      (root !== 'args' || name === undefined || this.#hasArgument(entry, name));
    return isReachable ? [] : [finding('NANOOK_NEST_NO_ID', { handler: nameOf(entry), path, type, roots })];
  }

  /** Returns whether a resolver can have an argument. In a schema that is not created from the code, it need not declare its arguments. */
  #hasArgument({ type, name, resolves }: EntryPoint, argument: string): boolean {
    const isFromCode = graphqlOptionsOf(this.discovery).every(
      ({ autoSchemaFile = false }) => autoSchemaFile !== false,
    );
    if (resolves === 'reference' || !isFromCode) return true;
    const known = argumentsOf(type, name);
    return known === undefined || known.includes(argument);
  }

  #grantable(action: string, type: TypeSource, resource: 'instance' | 'type', handler: string): Finding[] {
    // A policy that was compiled ahead of time has no rules to compare with.
    if (hasTestPolicy(this.options) || typeof this.authorizer.policy.requireGrant !== 'function') return [];
    const result = attempt(handler, () => this.#nearNames(action, type, resource));
    if ('finding' in result) return [result.finding];
    const near = result.value;
    return near === undefined
      ? []
      : [finding('NANOOK_NEST_NOT_GRANTABLE', { handler, action, type: typeName(type), resource, near })];
  }

  /** Returns the grantable actions with a similar name; `undefined` if a rule can grant the action. */
  #nearNames(action: string, type: TypeSource, resource: 'instance' | 'type'): readonly string[] | undefined {
    try {
      this.authorizer.policy.requireGrant(action, type, { resource });
      return undefined;
    } catch (error) {
      if (!isPolarError(error) || error.code !== 'POLAR_TYPE_NOT_GRANTABLE') throw error;
      return (error.data as { readonly near: readonly string[] }).near;
    }
  }
}

const isLoader = (type: TypeSource): boolean =>
  typeof type === 'function' && Reflect.hasMetadata(loaderKey, type);

const typeName = (type: TypeSource): string => (typeof type === 'string' ? type : type.name);

const nameOf = ({ type, declared }: EntryPoint): string => handlerName(type, declared);

/** Returns the parameters of a path, in the syntax of Express and Fastify: `:id`, `{/:id}`, `*rest`, `*`. */
const parametersOf = (path: string): ReadonlySet<string> =>
  new Set([...path.matchAll(/[:*]([\p{L}_$][\p{L}\p{N}_$]*)|\*/gu)].map(([all, name]) => name ?? all));

// The metadata of the parameters of a method, in which `@Args` has the kind 3.
const parametersKey = '__routeArguments__';
const argumentKey = /^3:/;

/** Returns the arguments that `@Args` names in a resolver; `undefined` if it has a class with all arguments. */
function argumentsOf(type: object, name: string): readonly string[] | undefined {
  const parameters = (Reflect.getMetadata(parametersKey, type, name) ?? {}) as Readonly<
    Record<string, { readonly data?: unknown }>
  >;
  const names = Object.entries(parameters).flatMap(([key, { data }]) =>
    argumentKey.test(key) ? [data] : [],
  );
  return names.every((one) => typeof one === 'string') ? names : undefined;
}

type Attempt<T> = { readonly value: T } | { readonly finding: Finding };

/** Returns the value, or the finding that its error becomes. Throws all other errors. */
function attempt<T>(handler: string, compute: (handler: string) => T): Attempt<T> {
  try {
    return { value: compute(handler) };
  } catch (error) {
    if (isNanookNestError(error)) return { finding: { code: error.code, message: error.message } };
    if (!isPolarError(error) || error.code !== 'POLAR_TYPE_UNKNOWN_TYPE') throw error;
    const { name } = error.data as { readonly name: string };
    return { finding: finding('NANOOK_NEST_UNKNOWN_TYPE', { handler, type: name }) };
  }
}
