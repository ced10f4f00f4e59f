import type { RequestAuthorization } from '@nanook/http';
import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { concatMap, filter, type Observable } from 'rxjs';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { isEventStream, isSseHandler, omitted, shapeEvents } from '../execution/event-stream.js';
import { executionOf, type ContextKind } from '../execution/execution.js';
import { seeResult } from '../execution/expected-results.js';
import { scopedAuthorization } from '../execution/graphql-requests.js';
import { callOf, type HandlerCall } from '../execution/handler-call.js';
import { handlerName } from '../execution/handler-location.js';
import { exceptionOf } from '../refusals/exceptions.js';
import { HandlerResponseGuard } from './handler-response-guard.js';
import { maskFields } from './mask-fields.js';
import { describeNonResource } from './resource-shape.js';
import { visitAt, type ResultVisitor } from './result-path.js';
import { resultRequirementsOf, type ResultRequirements } from './result-requirements.js';
import { allowsElement } from './row-filter.js';
import { withType } from './row-type.js';
import { usesRawResponse } from './uses-raw-response.js';

/** One run of a handler. One request can run several handlers, by `next()`. */
interface HandlerRun {
  /** The interceptor that is closest to the handler. Each decorator adds an interceptor, and only this one checks the result. */
  innermost: object | undefined;
  /** The guard of the response, if the run has a response. */
  readonly response: HandlerResponseGuard | undefined;
}

const runs = new WeakMap<HandlerCall, Map<object, HandlerRun>>();

/** Checks the result of a handler: first the resources, then their fields. */
@Injectable()
export class ResultInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const handler = context.getHandler();
    const requirements = resultRequirementsOf(this.reflector, context.getClass(), handler);
    // A skip of the handler removes the requirements of its class, which added this interceptor.
    if (requirements.ofResources.length === 0 && requirements.fields.length === 0) return next.handle();
    const call = await withExceptions(context, async () => {
      const found = callOf(context, '@AuthorizeResult() or @AuthorizedFields()');
      await found.authz.actor(); // a request without an actor loads nothing
      return found;
    });
    seeResult(executionOf(context).callKey, handler);
    if (context.getType() === 'http' && usesRawResponse(context.getClass(), handler))
      throw new NanookNestError('NANOOK_NEST_UNSEEN_RESULT', {
        handler: handlerName(context.getClass(), handler),
      });
    const isSse = isSseHandler(handler);
    const { run, isOutermost } = runOf(call, context, isSse);
    const mine = {};
    run.innermost = mine;
    const handled = run.response?.call(() => next.handle()) ?? next.handle();
    const results = handled.pipe(
      // In order, because a handler can return several results one after the other.
      concatMap(async (result: unknown) => {
        if (run.innermost !== mine) return result;
        const shaped = await withExceptions(context, async () =>
          shapeResult(result, requirements, call.authz, context, run.response),
        );
        run.response?.settle();
        return shaped;
      }),
      filter((shaped) => shaped !== omitted),
    );
    return isOutermost && run.response !== undefined ? run.response.watch(results) : results;
  }
}

/** Returns the run of the handler, and whether this interceptor is the first one of the run. */
function runOf(
  call: HandlerCall,
  context: ExecutionContext,
  isSse: boolean,
): { readonly run: HandlerRun; readonly isOutermost: boolean } {
  const handler = context.getHandler();
  const ofCall = runs.get(call) ?? new Map<object, HandlerRun>();
  runs.set(call, ofCall);
  const known = ofCall.get(handler);
  if (known !== undefined && known.response?.isSettled !== true) return { run: known, isOutermost: false };
  const kind = context.getType<ContextKind>();
  const response =
    kind === 'http'
      ? HandlerResponseGuard.ofHttp(context, isSse)
      : kind === 'graphql'
        ? HandlerResponseGuard.ofGraphql(context)
        : undefined;
  const run: HandlerRun = { innermost: undefined, response };
  ofCall.set(handler, run);
  return { run, isOutermost: true };
}

/** Checks a result, or each event of an event stream. */
async function shapeResult(
  result: unknown,
  requirements: ResultRequirements,
  authz: RequestAuthorization,
  context: ExecutionContext,
  response: HandlerResponseGuard | undefined,
): Promise<unknown> {
  const isSse = isSseHandler(context.getHandler());
  const shapeEvent = async (event: unknown): Promise<unknown> => {
    const payload = Object(event) as object;
    const of = scopedAuthorization(authz, { key: payload, isEvent: true });
    return shape(
      event,
      isSse ? pathInSse(payload) : pathInEvent(payload, context),
      true,
      requirements,
      of,
      context,
    );
  };
  if (isEventStream(result))
    return shapeEvents(
      result,
      (event) => withExceptions(context, async () => shapeEvent(event)),
      async (next) => response?.call(next) ?? next(),
    );
  return isSse ? shapeEvent(result) : shape(result, pathOf, false, requirements, authz, context);
}

/** Returns the path of the resources in a result. @param at the option of the decorator */
type PathOf = (at: string | undefined) => readonly string[];

const pathOf: PathOf = (at) => at?.split('.') ?? [];

/** Returns the path in an event of a subscription, which is an object with the subscribed field, unless the subscription resolves it. */
function pathInEvent(event: object, context: ExecutionContext): PathOf {
  const field = subscribedFieldOf(context);
  return field !== undefined && Object.hasOwn(event, field) ? (at) => [field, ...pathOf(at)] : pathOf;
}

/** Returns the path in a server-sent event, which is a `MessageEvent` with `data`, or the data itself. */
const pathInSse =
  (event: object): PathOf =>
  (at) =>
    at === undefined && 'data' in event ? ['data'] : pathOf(at);

/** Checks the resources at the path of each requirement, then removes refused fields. */
async function shape(
  result: unknown,
  pathIn: PathOf,
  isElement: boolean,
  { ofResources, fields }: ResultRequirements,
  authz: RequestAuthorization,
  context: ExecutionContext,
): Promise<unknown> {
  const handler = handlerName(context.getClass(), context.getHandler());
  const missing = (field: string) => new NanookNestError('NANOOK_NEST_NO_RESULT', { handler, field });
  const checkResource = (value: unknown): void => {
    const found = describeNonResource(value);
    if (found !== undefined) throw new NanookNestError('NANOOK_NEST_NO_RESOURCE', { handler, found });
  };

  let shaped = result;
  for (const { action, at, type } of ofResources) {
    const visit: ResultVisitor['visit'] = async (value, isListed) => {
      checkResource(value);
      const resource = type === undefined ? value : withType(authz, () => type, value);
      if (!isListed) return authz.authorize(action, resource);
      return (await allowsElement(authz, action, resource)) ? resource : omitted;
    };
    shaped = await visitAt(shaped, pathIn(at), { visit, missing }, isElement);
    if (shaped === omitted) return omitted;
  }
  if (fields.length > 0) {
    const requirements = fields.map((requirement) => [pathIn(requirement.at), requirement] as const);
    return maskFields(authz, shaped, requirements, { checkResource, missing });
  }
  return shaped;
}

/** Returns the field of a subscription; `undefined` elsewhere. */
function subscribedFieldOf(context: ExecutionContext): string | undefined {
  if (context.getType<ContextKind>() !== 'graphql') return undefined;
  return context.getArgByIndex<{ readonly fieldName?: string } | undefined>(3)?.fieldName;
}

/** Converts refusals to the exceptions of the transport. */
async function withExceptions<T>(context: ExecutionContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await exceptionOf(error, context);
  }
}
