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
import { isSkip, type Inputs, type Loadable, type Route, type RouteRequirement } from '../route.js';

type RequestAuthorization = ReturnType<AuthorizationService['of']>;

/** The differences between the protocols. */
export interface Protocol {
  /** The decorators that make the method a handler. */
  readonly handler: (route: Route) => readonly MethodDecorator[];
  /** The path of an input: `params.id`, `args.id` or `data.id`. */
  readonly placeOf: (route: Route, input: string) => string;
  /** Decorators of more parameters, where the protocol declares its inputs. */
  readonly parameters?: (route: Route) => readonly ParameterDecorator[];
  /** Wraps the result as the protocol expects it. */
  readonly wrap?: (answer: unknown, inputs: Inputs) => unknown;
  /** The path of the result in the wrapped value. */
  readonly at?: string;
}

/** Makes a class with a handler for each route, decorated as an application would do it. */
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
      actorParameter: User | undefined,
      resource: unknown,
    ): Promise<unknown> {
      const actor = async (): Promise<User> => {
        if (actorParameter !== (await authz.actor())) throw new Error('the handler received another actor');
        return actorParameter as User;
      };
      const answer = await route.answer({ actor, authz, resource: () => resource, inputs });
      return wrap(answer, inputs);
    },
  };
  Object.defineProperty(prototype, route.name, { value: method, writable: true, configurable: true });
  // A handler that skips authorization receives no actor and no resource.
  const isSkipped = route.requirements.length === 0 || route.requirements.some(isSkip);
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
    ...route.requirements.map((requirement) =>
      decoratorOf(requirement, (input) => protocol.placeOf(route, input)),
    ),
    ...(route.eachResult === undefined ? [] : [AuthorizeResult(route.eachResult, where)]),
    ...(route.fields === undefined ? [] : [AuthorizedFields(route.fields, where)]),
  ];
  // The metadata that the compiler emits for a decorated method.
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

function decoratorOf(requirement: RouteRequirement, placeOf: (input: string) => string): MethodDecorator {
  if (isSkip(requirement)) return SkipAuthorization(requirement.skip);
  if ('load' in requirement)
    return Authorize(requirement.action, (_request: unknown, context: ExecutionContext) =>
      requirement.load(inputsOf(context)),
    );
  const { action, type, id } = requirement;
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
