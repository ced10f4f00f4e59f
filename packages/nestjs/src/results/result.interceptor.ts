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
import { isEventStream, shapeEvents } from './event-stream.js';
import { exceptionOf } from '../refusals/exceptions.js';
import type { ContextKind } from '../execution/execution.js';
import { scopedAuthorization } from '../execution/graphql-requests.js';
import { usesRawResponse } from './uses-raw-response.js';
import { callOf, type HandlerCall } from '../execution/handler-call.js';
import { handlerName } from '../execution/handler-location.js';
import { describeNonResource } from './resource-shape.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { pickFields } from './pick-fields.js';
import { resultRequirementsOf, type ResultRequirements } from './result-requirements.js';
import { visitAt, omitted, type ResultVisitor } from './result-path.js';
import { allowsElement } from './row-filter.js';
import { HandlerResponseGuard } from './handler-response-guard.js';

/** The call of one handler of a request: a request may reach another handler, by `next()`. */
interface Turn {
  /** Each decorator brings its interceptor; the one that is closest to the handler shapes the result. */
  innermost: object | undefined;
  /** The response of HTTP. */
  readonly response: HandlerResponseGuard | undefined;
}

const turns = new WeakMap<HandlerCall, Map<object, Turn>>();

// As Nest calls it.
const sseKey = '__sse__';

/** Looks at what a handler returned: first whether the actor may have it, then which of its fields. */
@Injectable()
export class ResultInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const handler = context.getHandler();
    const demands = resultRequirementsOf(this.reflector, context.getClass(), handler);
    // A handler that skips overrules its class.
    if (demands.requirements.length === 0 && demands.fields === undefined) return next.handle();
    const call = await told(context, async () => {
      const found = callOf(context, '@AuthorizeResult() or @AuthorizedFields()');
      await found.authz.actor(); // nobody's requests load nothing
      return found;
    });
    if (context.getType() === 'http' && usesRawResponse(context.getClass(), handler))
      throw new NanookNestError('NANOOK_NEST_UNSEEN_RESULT', {
        handler: handlerName(context.getClass(), handler),
      });
    const isSse = Reflect.getMetadata(sseKey, handler) === true;
    const { turn, isOutermost } = turnOf(call, context, isSse);
    const mine = {};
    turn.innermost = mine;
    const handled = turn.response?.call(() => next.handle()) ?? next.handle();
    const results = handled.pipe(
      // In their order, where a handler returns several one after the other.
      concatMap(async (result: unknown) => {
        if (turn.innermost !== mine) return result;
        const shaped = await told(context, async () =>
          shapeResult(result, demands, call.authz, context, isSse),
        );
        turn.response?.settle();
        return shaped;
      }),
      filter((shaped) => shaped !== omitted),
    );
    return isOutermost && turn.response !== undefined ? turn.response.watch(results) : results;
  }
}

function turnOf(
  call: HandlerCall,
  context: ExecutionContext,
  isSse: boolean,
): { readonly turn: Turn; readonly isOutermost: boolean } {
  const handler = context.getHandler();
  const ofCall = turns.get(call) ?? new Map<object, Turn>();
  turns.set(call, ofCall);
  const known = ofCall.get(handler);
  if (known !== undefined && known.response?.isSettled !== true) return { turn: known, isOutermost: false };
  const kind = context.getType<ContextKind>();
  const response =
    kind === 'http'
      ? HandlerResponseGuard.ofHttp(context, isSse)
      : kind === 'graphql'
        ? HandlerResponseGuard.ofGraphql(context)
        : undefined;
  const turn: Turn = { innermost: undefined, response };
  ofCall.set(handler, turn);
  return { turn, isOutermost: true };
}

async function shapeResult(
  result: unknown,
  demands: ResultRequirements,
  authz: RequestAuthorization,
  context: ExecutionContext,
  isSse: boolean,
): Promise<unknown> {
  const shapeEvent = async (event: unknown): Promise<unknown> => {
    const payload = Object(event) as object;
    const of = scopedAuthorization(authz, payload);
    return shape(
      event,
      isSse ? pathInSse(payload) : pathInEvent(payload, context),
      true,
      demands,
      of,
      context,
    );
  };
  if (isEventStream(result))
    return shapeEvents(result, (event) => told(context, async () => shapeEvent(event)));
  return isSse ? shapeEvent(result) : shape(result, pathOf, false, demands, authz, context);
}

/** Where in a result the resources are. @param at as the decorator has it */
type PathOf = (at: string | undefined) => readonly string[];

const pathOf: PathOf = (at) => at?.split('.') ?? [];

/** An event of a subscription is an object with the subscribed field, unless the subscription resolves it itself. */
function pathInEvent(event: object, context: ExecutionContext): PathOf {
  const field = subscribedFieldOf(context);
  return field !== undefined && Object.hasOwn(event, field) ? (at) => [field, ...pathOf(at)] : pathOf;
}

/** A server-sent event is a `MessageEvent` with `data`, or the data itself. */
const pathInSse =
  (event: object): PathOf =>
  (at) =>
    at === undefined && 'data' in event ? ['data'] : pathOf(at);

async function shape(
  result: unknown,
  pathIn: PathOf,
  isElement: boolean,
  { requirements, fields }: ResultRequirements,
  authz: RequestAuthorization,
  context: ExecutionContext,
): Promise<unknown> {
  const handler = handlerName(context.getClass(), context.getHandler());
  const missing = (field: string) => new NanookNestError('NANOOK_NEST_NO_RESULT', { handler, field });
  const checked =
    (visit: ResultVisitor['visit']): ResultVisitor['visit'] =>
    (value, isListed) => {
      const found = describeNonResource(value);
      if (found !== undefined) throw new NanookNestError('NANOOK_NEST_NO_RESOURCE', { handler, found });
      return visit(value, isListed);
    };

  let shaped = result;
  for (const { action, at } of requirements) {
    const visit = checked(async (value, isListed) => {
      if (!isListed) return authz.authorize(action, value);
      return (await allowsElement(authz, action, value)) ? value : omitted;
    });
    shaped = await visitAt(shaped, pathIn(at), { visit, missing }, isElement);
    if (shaped === omitted) return omitted;
  }
  if (fields !== undefined) {
    const { action, at } = fields;
    const visit = checked(async (value) => pickFields(authz, action, value));
    shaped = await visitAt(shaped, pathIn(at), { visit, missing }, isElement);
  }
  return shaped;
}

/** The field of a subscription; `undefined` elsewhere. */
function subscribedFieldOf(context: ExecutionContext): string | undefined {
  if (context.getType<ContextKind>() !== 'graphql') return undefined;
  return context.getArgByIndex<{ readonly fieldName?: string } | undefined>(3)?.fieldName;
}

/** Errors as the context has them. */
async function told<T>(context: ExecutionContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await exceptionOf(error, context);
  }
}
