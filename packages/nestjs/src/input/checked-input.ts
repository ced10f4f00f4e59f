import { ForbiddenError, isForbiddenError, isUndecided } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { InputRequirement } from './input-requirement.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/checked-input');
const registries = globalThis as { [registryKey]?: WeakSet<object> };
const checked = (registries[registryKey] ??= new WeakSet<object>());

interface HasBody {
  body?: unknown;
}

/**
 * Checks the fields of the body of a request, before the handler and its pipes get it.
 *
 * @throws {ForbiddenError} for a field that the actor may not write, unless such fields are dropped
 */
export async function checkInput(
  authz: RequestAuthorization,
  request: HasBody,
  action: string,
  resource: unknown,
  { refused }: InputRequirement,
): Promise<void> {
  const { body } = request;
  if (body === undefined || body === null) return;
  if (typeof body !== 'object' || Array.isArray(body))
    throw new BadRequestException('the body must be an object');
  const fields = Object.keys(body);
  const isWritable = await Promise.all(fields.map(async (field) => mayWrite(authz, action, resource, field)));
  const isWhole = isWritable.every(Boolean);
  if (!isWhole && refused === 'refuse') throw new ForbiddenError(action);
  if (!isWhole) request.body = Object.fromEntries(Object.entries(body).filter((_, i) => isWritable[i]));
  checked.add(request.body as object);
}

/** Returns whether the actor may write a field. An undecided field is refused, as in every list of fields. */
async function mayWrite(
  authz: RequestAuthorization,
  action: string,
  resource: unknown,
  field: string,
): Promise<boolean> {
  // `Object.assign` would make this value the prototype of the resource, with fields that are not checked.
  if (field === '__proto__') return false;
  try {
    await authz.policy.authorizeField(await authz.actor(), action, resource, field);
    return true;
  } catch (error) {
    if (isForbiddenError(error) || isUndecided(error)) return false;
    throw error;
  }
}

/** Refuses a body that the guard has not checked: one that was parsed, or replaced, after the guards ran. */
@Injectable()
export class CheckedInput implements PipeTransform {
  transform(body: unknown): unknown {
    if (body === undefined || body === null || checked.has(body as object)) return body;
    throw new NanookNestError('NANOOK_NEST_UNCHECKED_INPUT', {});
  }
}
