import type { RequestAuthorization } from '@nanook/http';
import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { concatMap, type Observable } from 'rxjs';
import { isEventStream, shapeEvents } from './event-stream.js';
import { exceptionOf } from './exceptions.js';
import type { ContextKind } from './execution.js';
import { eventAuthorization } from './graphql-requests.js';
import { answersItself } from './answers-itself.js';
import { callOf, type HandlerCall } from './handler-call.js';
import { handlerName } from './handler-rule.js';
import { whatItIs } from './no-resource.js';
import { NestFault } from './nest-fault.js';
import { pickFields } from './pick-fields.js';
import { resultDemandsOf, type ResultDemands } from './result-demands.js';
import { visitAt, withheld, type ResultVisitor } from './result-path.js';
import { allowsElement } from './row-filter.js';

/**
 * Whose turn it is in a call: each decorator brings its interceptor, and the one that is closest to the handler does the work. A
 * request may come to another handler, by `next()`.
 */
const turns = new WeakMap<HandlerCall, Map<object, object>>();

/** Looks at what a handler returned: first whether the actor may have it, then which of its fields. */
@Injectable()
export class ResultInterceptor implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const handler = context.getHandler();
    const demands = resultDemandsOf(this.reflector, context.getClass(), handler);
    // A handler that skips overrules its class.
    if (demands.rules.length === 0 && demands.fields === undefined) return next.handle();
    const call = await told(context, async () => {
      const found = callOf(context, '@AuthorizeResult() or @AuthorizedFields()');
      await found.authz.actor(); // nobody's requests load nothing
      return found;
    });
    if (context.getType() === 'http' && answersItself(context.getClass(), handler))
      throw new NestFault('NANOOK_NEST_UNSEEN_RESULT', { handler: handlerName(context.getClass(), handler) });
    const turn = {};
    const ofCall = turns.get(call) ?? new Map<object, object>();
    turns.set(call, ofCall.set(handler, turn));
    return next.handle().pipe(
      // In their order, where a handler returns several one after the other.
      concatMap(async (result: unknown) =>
        ofCall.get(handler) === turn
          ? told(context, async () => shapeResult(result, demands, call.authz, context))
          : result,
      ),
    );
  }
}

async function shapeResult(
  result: unknown,
  demands: ResultDemands,
  authz: RequestAuthorization,
  context: ExecutionContext,
): Promise<unknown> {
  if (!isEventStream(result)) return shape(result, [], false, demands, authz, context);
  const fieldName = subscribedFieldOf(context);
  return shapeEvents(result, (event) =>
    told(context, async () => {
      const payload = Object(event) as object;
      const isNamed = fieldName !== undefined && Object.hasOwn(payload, fieldName);
      const of = eventAuthorization(authz, payload);
      return shape(event, isNamed ? [fieldName] : [], true, demands, of, context);
    }),
  );
}

async function shape(
  result: unknown,
  base: readonly string[],
  isElement: boolean,
  { rules, fields }: ResultDemands,
  authz: RequestAuthorization,
  context: ExecutionContext,
): Promise<unknown> {
  const handler = handlerName(context.getClass(), context.getHandler());
  const missing = (field: string) => new NestFault('NANOOK_NEST_NO_RESULT', { handler, field });
  const checked =
    (visit: ResultVisitor['visit']): ResultVisitor['visit'] =>
    (value, isListed) => {
      const found = whatItIs(value);
      if (found !== undefined) throw new NestFault('NANOOK_NEST_NO_RESOURCE', { handler, found });
      return visit(value, isListed);
    };
  const pathOf = (at: string | undefined) => [...base, ...(at?.split('.') ?? [])];

  let shaped = result;
  for (const { action, at } of rules) {
    const visit = checked(async (value, isListed) => {
      if (!isListed) return authz.authorize(action, value);
      return (await allowsElement(authz, action, value)) ? value : withheld;
    });
    shaped = await visitAt(shaped, pathOf(at), { visit, missing }, isElement);
    if (shaped === withheld) return withheld;
  }
  if (fields !== undefined) {
    const { action, at } = fields;
    const visit = checked(async (value) => pickFields(authz, action, value));
    shaped = await visitAt(shaped, pathOf(at), { visit, missing }, isElement);
  }
  return shaped;
}

/** An event of a subscription is an object with the subscribed field, unless the subscription resolves it itself. */
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
