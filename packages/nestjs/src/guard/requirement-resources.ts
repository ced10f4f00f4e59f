import { Authorizer, NotFoundError, type Class, type TypeReference, type TypeToken } from '@nanook/core';
import { callLoader, isClass, nameOfType } from '@nanook/http';
import { BadRequestException, Inject, Injectable, Logger, type ExecutionContext } from '@nestjs/common';
import { NanookNestError, errorText } from '../errors/nanook-nest-error.js';
import type { Execution } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';
import { actionOfMethod, defaultTypeActions } from '../options/method-actions.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import type {
  AuthorizeRequirement,
  InlineLoader,
  ResourceOptions,
} from '../requirements/handler-requirement.js';
import { ResourceLoaders } from '../resources/resource-loaders.js';
import { loaderLimitsOf } from './loader-limits.js';

/** Determines the action and the resource of a requirement in a call. */
@Injectable()
export class RequirementResources {
  /** The handlers whose unparsed body was logged. */
  readonly #explained = new Set<string>();

  constructor(
    @Inject(Authorizer) private readonly authorizer: Authorizer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ResourceLoaders) private readonly loaders: ResourceLoaders,
  ) {}

  /**
   * Returns the action of a requirement.
   *
   * @param method the HTTP method of the call, in capitals
   * @throws {NanookNestError} `NANOOK_NEST_NO_ACTION`
   */
  actionOf({ action: given }: AuthorizeRequirement, method: string | undefined, handler: string): string {
    const action = given ?? (method === undefined ? undefined : actionOfMethod(method, this.options.actions));
    if (action === undefined || action === '')
      throw new NanookNestError('NANOOK_NEST_NO_ACTION', { handler, method: method ?? 'a message' });
    return action;
  }

  /** Returns whether the type itself is the resource of a requirement. */
  isAboutType({ options: { id } }: AuthorizeRequirement, action: string): boolean {
    const { typeActions = defaultTypeActions } = this.options;
    return id === undefined ? typeActions.includes(action) : id === false;
  }

  /**
   * Loads the resource of a requirement. For an action on the type, it returns the type.
   *
   * @returns the resource, or a promise of it
   * @throws {NotFoundError} if the client sent no id
   */
  load(
    requirement: AuthorizeRequirement,
    action: string,
    execution: Execution,
    context: ExecutionContext,
  ): unknown {
    const { source } = requirement;
    const isInline = typeof source === 'function' && !isClass(source);
    const limits = loaderLimitsOf(this.options, context);
    if (isInline) {
      const args = [execution.request, context];
      return callLoader({ loader: source as InlineLoader, args }, limits);
    }
    const type = source as Class | TypeToken | string;
    const loader = this.loaders.find(type);
    if (this.isAboutType(requirement, action))
      return loader?.type ?? (typeof type === 'string' ? this.authorizer.type(type) : type);
    if (loader === undefined)
      throw new NanookNestError('NANOOK_NEST_NO_LOADER', {
        handler: handlerName(context.getClass(), context.getHandler()),
        action,
        type: nameOf(type),
      });
    const id = this.#idOf(requirement, nameOf(type), loader.parse, action, execution, context);
    return id instanceof Promise
      ? id.then((parsed) => this.loaders.load(loader, parsed, execution, limits))
      : this.loaders.load(loader, id, execution, limits);
  }

  /**
   * Returns the key of the row that a requirement with `rowOf(type)` loads, or a promise of it.
   *
   * @throws {NotFoundError} if the client sent no id
   */
  keyOf(
    requirement: AuthorizeRequirement,
    type: TypeReference,
    action: string,
    execution: Execution,
    context: ExecutionContext,
  ): unknown {
    return this.#idOf(requirement, nameOfType(type), undefined, action, execution, context);
  }

  /** Returns the id of a resource, or a promise of it if the application converts it. */
  #idOf(
    { options }: AuthorizeRequirement,
    type: string,
    parseOfLoader: ResourceOptions['parse'],
    action: string,
    execution: Execution,
    context: ExecutionContext,
  ): unknown {
    const { id: path = execution.defaultId, parse = parseOfLoader } = options;
    if (typeof path === 'function' || parse !== undefined)
      return this.#parsedId(type, path as IdPath, parse, action, execution, context);
    const id = valueAt(execution.inputs, path as string);
    if (isMissing(id)) this.#explainMissingId(path as string, type, execution, context);
    return usableId(checkedText(id, action), action);
  }

  async #parsedId(
    type: string,
    path: IdPath,
    parse: ResourceOptions['parse'],
    action: string,
    execution: Execution,
    context: ExecutionContext,
  ): Promise<unknown> {
    const raw: unknown =
      typeof path === 'function' ? await path(execution.request, context) : valueAt(execution.inputs, path);
    if (isMissing(raw) && typeof path === 'string') this.#explainMissingId(path, type, execution, context);
    const text = checkedText(raw, action);
    return usableId(parse === undefined ? text : await parse(String(text)), action);
  }

  /** @throws {NanookNestError} `NANOOK_NEST_NO_ID`, if the application and not the client caused the missing id */
  #explainMissingId(path: string, type: string, execution: Execution, context: ExecutionContext): void {
    const handler = handlerName(context.getClass(), context.getHandler());
    if (path.startsWith('params.'))
      throw new NanookNestError('NANOOK_NEST_NO_ID', {
        handler,
        path,
        type,
        roots: ['params', 'query', 'body', 'headers'],
      });
    if (path.startsWith('body.') && hasUnparsedForm(execution)) this.#logOnce(handler, path);
  }

  /** Logs once for each handler that a multipart body was not parsed yet, because the client gets only a 404. */
  #logOnce(handler: string, path: string): void {
    if (process.env['NODE_ENV'] === 'production' || this.#explained.has(handler)) return;
    this.#explained.add(handler);
    new Logger('Nanook').warn(errorText('NANOOK_NEST_UNPARSED_BODY', { handler, path }));
  }
}

/** A path of the id in the data of the client, or a function that returns the id. */
type IdPath = Exclude<ResourceOptions['id'], false | undefined>;

const isMissing = (id: unknown): boolean => id === undefined || id === null;

/** Returns the id that the client sent. A loader passes it to a database, where an object from the client could be an operator. */
function checkedText(id: unknown, action: string): string | number | bigint {
  if (isMissing(id)) throw new NotFoundError(action);
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint')
    throw new BadRequestException();
  return id;
}

/** Returns the id for the loader. Some databases return the first row for an undefined id. */
function usableId(id: unknown, action: string): unknown {
  if (isMissing(id) || Number.isNaN(id)) throw new NotFoundError(action);
  return id;
}

/** Returns whether the body is a form that an interceptor would parse, after the guards. */
function hasUnparsedForm({ inputs: { body, headers } }: Execution): boolean {
  const { 'content-type': type = '' } = headers as { readonly 'content-type'?: string };
  return body === undefined && /^multipart\//i.test(type);
}

/** Returns the value at a path of own fields. */
function valueAt(inputs: unknown, path: string): unknown {
  let value = inputs;
  for (const field of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    value = (value as Record<string, unknown>)[field];
  }
  return value;
}

const nameOf = (source: { readonly name: string } | string): string =>
  typeof source === 'string' ? source : source.name;
