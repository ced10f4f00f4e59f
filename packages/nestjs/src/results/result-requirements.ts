import type { Reflector } from '@nestjs/core';
import { fieldsKey, requirementsOf, type ResultRequirement } from '../requirements/handler-requirement.js';
import type { RowType } from './row-type.js';

/** The requirement of `@AuthorizedFields`. */
export interface FieldsRequirement {
  readonly action: string;
  readonly at: string | undefined;
  /** The type of rows that show no type. */
  readonly type: RowType | undefined;
}

/** The requirements for the result of a handler. */
export interface ResultRequirements {
  /** The requirements of `@AuthorizeResult`, which must all hold. */
  readonly ofResources: readonly ResultRequirement[];
  /** The requirements of `@AuthorizedFields`: those of the handler, otherwise those of its class. */
  readonly fields: readonly FieldsRequirement[];
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
    fields:
      reflector.getAllAndOverride<readonly FieldsRequirement[] | undefined>(fieldsKey, [
        handler as never,
        type as never,
      ]) ?? [],
  };
}
