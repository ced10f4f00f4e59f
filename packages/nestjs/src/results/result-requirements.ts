import type { Reflector } from '@nestjs/core';
import { fieldsKey, requirementsOf, type HandlerRequirement } from '../requirements/handler-requirement.js';

/** What `@AuthorizedFields` asks for. */
export interface FieldsRequirement {
  readonly action: string;
  readonly at: string | undefined;
}

export interface ResultRequirements {
  /** All must hold. */
  readonly requirements: readonly Extract<HandlerRequirement, { kind: 'result' }>[];
  readonly fields: FieldsRequirement | undefined;
}

/** What is demanded of a handler's result. */
export function resultRequirementsOf(
  reflector: Reflector,
  type: object,
  handler: object,
): ResultRequirements {
  return {
    requirements: requirementsOf(reflector, type, handler).filter(
      (requirement) => requirement.kind === 'result',
    ),
    fields: reflector.getAllAndOverride<FieldsRequirement | undefined>(fieldsKey, [
      handler as never,
      type as never,
    ]),
  };
}
