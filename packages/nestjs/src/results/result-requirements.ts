import type { Reflector } from '@nestjs/core';
import { fieldsKey, requirementsOf, type HandlerRequirement } from '../requirements/handler-requirement.js';

/** The requirement of `@AuthorizedFields`. */
export interface FieldsRequirement {
  readonly action: string;
  readonly at: string | undefined;
}

/** The requirements for the result of a handler. */
export interface ResultRequirements {
  /** The requirements of `@AuthorizeResult`, which must all hold. */
  readonly ofResources: readonly Extract<HandlerRequirement, { kind: 'result' }>[];
  readonly fields: FieldsRequirement | undefined;
}

/** Returns the requirements for the result of a handler. */
export function resultRequirementsOf(
  reflector: Reflector,
  type: object,
  handler: object,
): ResultRequirements {
  return {
    ofResources: requirementsOf(reflector, type, handler).filter(
      (requirement) => requirement.kind === 'result',
    ),
    fields: reflector.getAllAndOverride<FieldsRequirement | undefined>(fieldsKey, [
      handler as never,
      type as never,
    ]),
  };
}
