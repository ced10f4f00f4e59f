import { Authorizer, NotFoundError, type Class, type TypeToken } from '@nanook/core';
import { isClass } from '@nanook/http';
import { BadRequestException, Inject, Injectable, Logger, type ExecutionContext } from '@nestjs/common';
import { NanookNestError, errorText } from '../errors/nanook-nest-error.js';
import type { Execution } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';
import { actionOfMethod, defaultTypeActions } from '../options/method-actions.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import type { AuthorizeRequirement, InlineLoader } from '../requirements/handler-requirement.js';
import { ResourceLoaders } from '../resources/resource-loaders.js';

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
   * @throws {NotFoundError} if the client sent no id
   */
  async load(
    requirement: AuthorizeRequirement,
    action: string,
    execution: Execution,
    context: ExecutionContext,
  ): Promise<unknown> {
    const { source } = requirement;
    const isInline = typeof source === 'function' && !isClass(source);
    if (isInline) return (source as InlineLoader)(execution.request, context);
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
    const { id: path = execution.defaultId, parse = loader.parse } = requirement.options;
    const raw: unknown =
      typeof path === 'function'
        ? await path(execution.request, context)
        : valueAt(execution.inputs, path as string);
    if (raw === undefined || raw === null) {
      if (typeof path === 'string') this.#explainMissingId(path, nameOf(type), execution, context);
      throw new NotFoundError(action);
    }
    // A loader passes the id to a database, where an object from the client could be an operator.
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'bigint')
      throw new BadRequestException();
    const id = parse === undefined ? raw : await parse(String(raw));
    // Some databases return the first row for an undefined id.
    if (id === undefined || id === null || Number.isNaN(id)) throw new NotFoundError(action);
    return this.loaders.load(loader, id, execution);
  }

  /** @throws {NanookNestError} `NANOOK_NEST_NO_ID`, if the application and not the client caused the missing id */
  #explainMissingId(path: string, type: string, execution: Execution, context: ExecutionContext): void {
    const handler = handlerName(context.getClass(), context.getHandler());
    if (path.startsWith('params.')) throw new NanookNestError('NANOOK_NEST_NO_ID', { handler, path, type });
    if (path.startsWith('body.') && hasUnparsedForm(execution)) this.#logOnce(handler, path);
  }

  /** Logs once for each handler that a multipart body was not parsed yet, because the client gets only a 404. */
  #logOnce(handler: string, path: string): void {
    if (process.env['NODE_ENV'] === 'production' || this.#explained.has(handler)) return;
    this.#explained.add(handler);
    new Logger('Nanook').warn(errorText('NANOOK_NEST_UNPARSED_BODY', { handler, path }));
  }
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
