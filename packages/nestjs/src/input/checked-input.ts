import { ForbiddenError, isAuthorizationError, isUndecided } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { Execution } from '../execution/execution.js';
import type { InputRequirement } from './input-requirement.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/checked-input');
const registries = globalThis as { [registryKey]?: WeakSet<object> };
const checked = (registries[registryKey] ??= new WeakSet<object>());

type Fields = Record<string, unknown>;

/** Returns the object that the client sent: the body of a request, the arguments of a resolver, or the data of a message. */
export const inputOf = ({ kind, inputs }: Execution): unknown =>
  kind === 'http' ? inputs['body'] : kind === 'graphql' ? inputs['args'] : inputs['data'];

/**
 * Checks the fields at a path of the input, before the handler and its pipes get it.
 *
 * @throws {AuthorizationError} for a field that the actor may not write, unless such fields are dropped
 */
export async function checkInput(
  authz: RequestAuthorization,
  input: unknown,
  action: string,
  resource: unknown,
  { path, refused }: InputRequirement,
): Promise<void> {
  if (input === undefined || input === null) return;
  const fields = fieldsAt(input, path);
  if (fields !== undefined) {
    const names = Object.keys(fields);
    const refusals = await Promise.all(names.map(async (name) => findRefusal(authz, action, resource, name)));
    const refusedNames = names.filter((_, i) => refusals[i] !== undefined);
    const refusal = refusals.find((found) => found !== undefined);
    if (refusal !== undefined && refused === 'refuse') throw refusal;
    if (refusedNames.length > 0) drop(input as Fields, path, refusedNames);
  }
  // Nest reads a parameter from one field of the input. The field of a longer path is hidden, and replaces one that the client sent.
  if (path.length > 1)
    Object.defineProperty(input, path.join('.'), {
      value: fieldsAt(input, path),
      enumerable: false,
      configurable: true,
      writable: true,
    });
  checked.add(input as object);
}

/** Returns the object at a path of own fields. @throws {BadRequestException} for another value than an object */
function fieldsAt(input: unknown, path: readonly string[]): Fields | undefined {
  let value = input;
  for (const name of path) {
    if (value === undefined || value === null) return undefined;
    value = Object.hasOwn(asObject(value), name) ? (value as Fields)[name] : undefined;
  }
  return value === undefined || value === null ? undefined : asObject(value);
}

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRequestException('the input must be an object');
  return value as Fields;
}

/** Removes fields. The inner objects are copied, because GraphQL uses the value of a variable in several fields of a request. */
function drop(input: Fields, path: readonly string[], names: readonly string[]): void {
  const [first, ...rest] = path;
  if (first === undefined) for (const name of names) delete input[name];
  else input[first] = without(input[first] as Fields, rest, names);
}

function without(fields: Fields, path: readonly string[], names: readonly string[]): Fields {
  const [first, ...rest] = path;
  if (first !== undefined) return { ...fields, [first]: without(fields[first] as Fields, rest, names) };
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Finds the refusal of a field that the actor may not write. An undecided field is refused, as in every list of fields. */
async function findRefusal(
  authz: RequestAuthorization,
  action: string,
  resource: unknown,
  field: string,
): Promise<Error | undefined> {
  // `Object.assign` would make this value the prototype of the resource, with fields that are not checked.
  if (field === '__proto__') return new ForbiddenError(action);
  try {
    await authz.authorizeField(action, resource, field);
    return undefined;
  } catch (error) {
    if (isAuthorizationError(error)) return error;
    if (isUndecided(error)) return new ForbiddenError(action);
    throw error;
  }
}

/** Refuses a body that the guard has not checked: one that was parsed, or replaced, after the guards ran. */
class CheckedInputInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { body } = context.getArgByIndex<{ readonly body?: unknown }>(0);
    if (body !== undefined && body !== null && !checked.has(body as object))
      throw new NanookNestError('NANOOK_NEST_UNCHECKED_INPUT', {});
    return next.handle();
  }
}

// The metadata key of Nest.
const interceptorsKey = '__interceptors__';
// An instance, because Nest skips an interceptor class that it did not instantiate.
const checkedInput = new CheckedInputInterceptor();

/** Adds the interceptor to a handler. It is the last one, so that it gets the body that the pipes and the handler get. */
export function requireCheckedInput(handler: object): void {
  const others = ((Reflect.getMetadata(interceptorsKey, handler) ?? []) as readonly unknown[]).filter(
    (one) => one !== checkedInput,
  );
  Reflect.defineMetadata(interceptorsKey, [...others, checkedInput], handler);
}
