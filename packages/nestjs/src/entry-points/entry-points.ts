import { Inject, Injectable, type Type } from '@nestjs/common';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { ContextKind } from '../execution/execution.js';
import { httpRoutesOf } from './http-routes.js';

/** A handler: a method that Nest calls for a request, a message or a field. */
export interface EntryPoint {
  readonly kind: ContextKind;
  readonly type: Type;
  readonly name: string;
  /** The function that Nest calls and that guards receive: for a controller the function of its instance, otherwise the method of the class. */
  readonly handler: object;
  /** The method of the class. */
  readonly declared: object;
  readonly routes: readonly string[];
  /** The paths of HTTP routes. */
  readonly paths: readonly string[];
  /** The HTTP method, in capitals; `undefined` outside HTTP. */
  readonly method: string | undefined;
  /** The kind of a GraphQL resolver. Fields are resolved through their parent; references come from the gateway of a federation. */
  readonly resolves: 'root' | 'field' | 'reference';
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type Host = NonNullable<Wrapper['host']>;
type Found = Omit<EntryPoint, 'type' | 'name' | 'handler' | 'declared'>;

// The metadata keys of Nest's packages, which may not be installed.
const gatewayKey = 'websockets:is_gateway';
const gatewayOptionsKey = 'websockets:gateway_options';
const subscribesKey = 'websockets:message_mapping';
const messageKey = 'message';
const patternKey = 'microservices:pattern';
const patternKindKey = 'microservices:handler_type';
const eventKind = 2;
const resolverTypeKey = 'graphql:resolver_type';
const resolverNameKey = 'graphql:resolver_name';
const propertyKey = 'graphql:resolve_property';
const referenceKey = 'graphql:resolve_reference';
const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);
/** Returns the type of a union, and no data. */
const typeResolver = '__resolveType';

/** Finds the handlers of an application as Nest does: by metadata on the prototypes of controllers and providers. */
@Injectable()
export class EntryPoints {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /** Returns each handler once, also if several modules have its class. */
  all(): readonly EntryPoint[] {
    const byType = new Map<Type, Map<string, EntryPoint>>();
    const add = (entry: EntryPoint): void => {
      let known = byType.get(entry.type);
      if (known === undefined) byType.set(entry.type, (known = new Map()));
      const id = `${entry.kind} ${entry.name}`;
      const { routes = [], paths = [] } = known.get(id) ?? {};
      known.set(id, {
        ...entry,
        routes: [...new Set([...routes, ...entry.routes])],
        paths: [...new Set([...paths, ...entry.paths])],
      });
    };
    for (const wrapper of this.discovery.getControllers())
      for (const entry of this.#methodsOf(wrapper, (type, handler) => [
        this.#http(wrapper, type, handler),
        rpc(handler),
      ]))
        add(entry);
    for (const wrapper of this.discovery.getProviders())
      for (const entry of this.#methodsOf(wrapper, (type, handler, name) => [
        graphql(type, handler, name),
        isGateway(wrapper) ? ws(type, handler) : undefined,
      ]))
        add(entry);
    return [...byType.values()].flatMap((known) => [...known.values()]);
  }

  /** Returns the classes of all controllers and providers. */
  types(): ReadonlySet<Type> {
    const types = new Set<Type>();
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      const prototype = prototypeOf(wrapper);
      if (prototype !== undefined) types.add(typeOf(wrapper, prototype));
    }
    return types;
  }

  /** Returns the modules of each class. */
  hosts(): ReadonlyMap<Type, ReadonlySet<Host>> {
    const hosts = new Map<Type, Set<Host>>();
    for (const wrapper of [...this.discovery.getControllers(), ...this.discovery.getProviders()]) {
      const prototype = prototypeOf(wrapper);
      if (prototype === undefined || wrapper.host === undefined) continue;
      const type = typeOf(wrapper, prototype);
      hosts.set(type, (hosts.get(type) ?? new Set()).add(wrapper.host));
    }
    return hosts;
  }

  *#methodsOf(
    wrapper: Wrapper,
    explore: (type: Type, handler: object, name: string) => readonly (Found | undefined)[],
  ): Generator<EntryPoint> {
    const prototype = prototypeOf(wrapper);
    if (prototype === undefined) return;
    const type = typeOf(wrapper, prototype);
    for (const name of this.scanner.getAllMethodNames(prototype)) {
      const declared = (prototype as Record<string, object>)[name]!;
      for (const found of explore(type, declared, name))
        if (found !== undefined)
          yield { type, name, declared, handler: calledFor(found, wrapper, name) ?? declared, ...found };
    }
  }

  #http(wrapper: Wrapper, type: Type, handler: object): Found | undefined {
    const module = wrapper.host?.metatype as Type | undefined;
    const routes = httpRoutesOf({ type, handler, module }, this.config, this.modules);
    return (
      routes && {
        kind: 'http',
        routes: routes.paths.map((path) => `${routes.method} ${path}${routes.condition}`),
        paths: routes.paths,
        method: routes.method,
        resolves: 'root',
      }
    );
  }
}

/**
 * Returns the prototype of a controller or provider: that of its instance, because the class of a factory is unknown; for a request-scoped
 * provider, which has no instance, that of its class.
 */
function prototypeOf({ instance, metatype, isNotMetatype }: Wrapper): object | undefined {
  const made: unknown = instance;
  if (typeof made === 'object' && made !== null) {
    const prototype = Object.getPrototypeOf(made) as object | null;
    const isOfClass = typeof prototype?.constructor === 'function' && prototype !== Object.prototype;
    return isOfClass ? prototype : undefined;
  }
  return isNotMetatype || typeof metatype !== 'function'
    ? undefined
    : (metatype.prototype as object | undefined);
}

/** Returns the function that Nest calls, if it takes it from the instance: a controller can bind or replace its methods. */
function calledFor({ kind }: Found, { instance }: Wrapper, name: string): object | undefined {
  if (kind !== 'http' && kind !== 'rpc') return undefined;
  const called = (instance as Record<string, unknown> | null | undefined)?.[name];
  return typeof called === 'function' ? called : undefined;
}

/** Returns the class that guards receive. */
const typeOf = ({ metatype }: Wrapper, prototype: object): Type =>
  typeof metatype === 'function' && metatype.prototype === prototype
    ? (metatype as Type)
    : (prototype.constructor as Type);

const read = (key: string, target: object): unknown => Reflect.getMetadata(key, target);

const elsewhere = (kind: ContextKind, routes: readonly string[], resolves: EntryPoint['resolves'] = 'root') =>
  ({ kind, routes, paths: [], method: undefined, resolves }) satisfies Found;

function rpc(handler: object): Found | undefined {
  const kind = read(patternKindKey, handler);
  if (kind === undefined) return undefined;
  const patterns = [read(patternKey, handler)].flat();
  const verb = kind === eventKind ? 'EVENT' : 'MESSAGE';
  return elsewhere(
    'rpc',
    patterns.map((pattern) => `${verb} ${typeof pattern === 'string' ? pattern : JSON.stringify(pattern)}`),
  );
}

const isGateway = ({ metatype, isNotMetatype }: Wrapper): boolean =>
  !isNotMetatype && typeof metatype === 'function' && Reflect.hasMetadata(gatewayKey, metatype);

function ws(type: Type, handler: object): Found | undefined {
  if (read(subscribesKey, handler) === undefined) return undefined;
  const { namespace } = (read(gatewayOptionsKey, type) ?? {}) as { readonly namespace?: string | RegExp };
  const message = read(messageKey, handler);
  const named = typeof message === 'string' ? message : JSON.stringify(message);
  return elsewhere('ws', [`WS ${namespace === undefined ? '' : `${String(namespace)} `}${named}`]);
}

function graphql(type: Type, handler: object, name: string): Found | undefined {
  const parent = (read(resolverTypeKey, handler) ?? read(resolverTypeKey, type)) as string | undefined;
  const isReference = read(referenceKey, handler) === true;
  const isRoot = parent !== undefined && rootTypes.has(parent);
  const isResolver = isReference || isRoot || read(propertyKey, handler) === true;
  if (parent === undefined || !isResolver || name === typeResolver) return undefined;
  const field = isReference ? '__resolveReference' : ((read(resolverNameKey, handler) as string) ?? name);
  return elsewhere('graphql', [`${parent}.${field}`], isReference ? 'reference' : isRoot ? 'root' : 'field');
}
