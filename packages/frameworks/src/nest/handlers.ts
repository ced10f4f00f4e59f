import 'reflect-metadata';
import {
  Authorize,
  AuthorizeResult,
  AuthorizedFields,
  AuthorizedResource,
  Authz,
  CurrentActor,
  SkipAuthorization,
  type AuthorizationService,
} from '@nanook/nestjs';
import { createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { Document, Organization, type User } from '../domain.js';
import { isSkip, type Inputs, type Loadable, type Route, type RouteRule } from '../route.js';

type RequestAuthorization = ReturnType<AuthorizationService['of']>;

/** What differs between the protocols. */
export interface Protocol {
  /** What makes the method a handler. */
  readonly handler: (route: Route) => readonly MethodDecorator[];
  /** Where an input is: `params.id`, `args.id`, `data.id`. */
  readonly placeOf: (route: Route, input: string) => string;
  /** More parameters, for a protocol that has to know them. */
  readonly parameters?: (route: Route) => readonly ParameterDecorator[];
  /** What the handler returns for an answer. */
  readonly wrap?: (answer: unknown, inputs: Inputs) => unknown;
  /** Where in that the answer is. */
  readonly at?: string;
}

/** A class with a handler for each route, decorated as it would be by hand. */
export function handlerClass(name: string, routes: readonly Route[], protocol: Protocol): Type {
  const Handlers = { [name]: class {} }[name]!;
  for (const route of routes) addHandler(Handlers.prototype as object, route, protocol);
  return Handlers;
}

function addHandler(prototype: object, route: Route, protocol: Protocol): void {
  const { wrap = (answer: unknown) => answer, at } = protocol;
  const { [route.name]: method } = {
    async [route.name](
      inputs: Inputs,
      authz: RequestAuthorization,
      told: User | undefined,
      resource: unknown,
    ): Promise<unknown> {
      const actor = async (): Promise<User> => {
        if (told !== (await authz.actor())) throw new Error('the handler was told of another actor');
        return told as User;
      };
      const answer = await route.answer({ actor, authz, resource: () => resource, inputs });
      return wrap(answer, inputs);
    },
  };
  Object.defineProperty(prototype, route.name, { value: method, writable: true, configurable: true });
  // Nobody is told who asks where it does not matter.
  const isSkipped = route.rules.length === 0 || route.rules.some(isSkip);
  const parameters = [
    SentInputs(),
    Authz(),
    ...(isSkipped ? [NoParameter(), NoParameter()] : [CurrentActor(), AuthorizedResource()]),
    ...(protocol.parameters?.(route) ?? []),
  ];
  parameters.forEach((decorate, index) => decorate(prototype, route.name, index));
  const where = at === undefined ? {} : { at };
  const decorators = [
    ...protocol.handler(route),
    ...route.rules.map((rule) => decoratorOf(rule, (input) => protocol.placeOf(route, input))),
    ...(route.eachResult === undefined ? [] : [AuthorizeResult(route.eachResult, where)]),
    ...(route.fields === undefined ? [] : [AuthorizedFields(route.fields, where)]),
  ];
  // What the compiler writes down where there is a decorator.
  Reflect.defineMetadata(
    'design:paramtypes',
    parameters.map(() => Object),
    prototype,
    route.name,
  );
  Reflect.defineMetadata('design:returntype', Promise, prototype, route.name);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, route.name)!;
  Reflect.decorate([...decorators], prototype, route.name, descriptor);
}

const typeOf: Readonly<Record<Loadable, Type | string>> = { Organization, Document, Comment: 'Comment' };

function decoratorOf(rule: RouteRule, placeOf: (input: string) => string): MethodDecorator {
  if (isSkip(rule)) return SkipAuthorization(rule.skip);
  if ('load' in rule)
    return Authorize(rule.action, (_request: unknown, context: ExecutionContext) =>
      rule.load(inputsOf(context)),
    );
  const { action, type, id } = rule;
  return Authorize(action, typeOf[type], id === undefined ? {} : { id: placeOf(id) });
}

const SentInputs = createParamDecorator((_: unknown, context: ExecutionContext): Inputs => inputsOf(context));
const NoParameter = createParamDecorator((): undefined => undefined);

function inputsOf(context: ExecutionContext): Inputs {
  switch (context.getType<'http' | 'graphql' | 'ws' | 'rpc'>()) {
    case 'http': {
      const { params, query } = context.switchToHttp().getRequest<{ params: object; query: object }>();
      return { ...query, ...params };
    }
    case 'graphql':
      return context.getArgByIndex(1);
    case 'ws':
      return context.switchToWs().getData();
    case 'rpc':
      return context.switchToRpc().getData();
  }
}
