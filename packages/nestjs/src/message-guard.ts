import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { answerOf } from './guard-answer.js';

/** Under this the module provides its guard. */
export const AUTHORIZATION_GUARD = Symbol.for('@nanook/nestjs/guard');

/**
 * Comes along with each rule, and asks the guard about messages: Nest's global guards stand neither before gateways (Nest 11) nor
 * before the messages of a hybrid application that does not inherit them, and a rule that nobody asks for would let everybody in.
 * Where two modules were imported, the guards of both must let it through, as they must for HTTP.
 */
@Injectable()
export class MessageGuard implements CanActivate {
  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const type: string = context.getType();
    if (type !== 'ws' && type !== 'rpc') return true;
    const guards = this.moduleRef.get<CanActivate>(AUTHORIZATION_GUARD, { strict: false, each: true });
    for (const guard of guards) if (!(await answerOf(guard, context))) return false;
    return guards.length > 0;
  }
}
