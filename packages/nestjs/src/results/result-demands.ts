import type { Reflector } from '@nestjs/core';
import { fieldsKey, rulesOf, type HandlerRule } from '../handler-rule.js';

/** What `@AuthorizedFields` asks for. */
export interface FieldsDemand {
  readonly action: string;
  readonly at: string | undefined;
}

export interface ResultDemands {
  /** All must hold. */
  readonly rules: readonly Extract<HandlerRule, { kind: 'result' }>[];
  readonly fields: FieldsDemand | undefined;
}

/** What is demanded of a handler's result. */
export function resultDemandsOf(reflector: Reflector, type: object, handler: object): ResultDemands {
  return {
    rules: rulesOf(reflector, type, handler).filter((rule) => rule.kind === 'result'),
    fields: reflector.getAllAndOverride<FieldsDemand | undefined>(fieldsKey, [
      handler as never,
      type as never,
    ]),
  };
}
