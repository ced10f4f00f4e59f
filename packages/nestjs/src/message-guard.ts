import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';

/** Under this the module provides its guard. */
export const AUTHORIZATION_GUARD = Symbol.for('@nanook/nestjs/guard');

/**
 * Comes along with each rule, and asks the guard about messages: Nest's global guards stand neither before gateways (Nest 11) nor
 * before the messages of a hybrid application that does not inherit them, and a rule that nobody asks for would let everybody in.
 */
@Injectable()
export class MessageGuard implements CanActivate {
  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    const type: string = context.getType();
    if (type !== 'ws' && type !== 'rpc') return true;
    return this.moduleRef.get<CanActivate>(AUTHORIZATION_GUARD, { strict: false }).canActivate(context);
  }
}
