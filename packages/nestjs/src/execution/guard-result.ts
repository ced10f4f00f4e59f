import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';

/** Calls a guard, and returns whether it lets the call through. */
export const guardResultOf = async (guard: CanActivate, context: ExecutionContext): Promise<boolean> =>
  guardAnswer(guard.canActivate(context));

/** Returns the answer of a guard: a boolean, a promise or an observable. */
export async function guardAnswer(given: ReturnType<CanActivate['canActivate']>): Promise<boolean> {
  const answer = await given;
  return isObservable(answer) ? lastValueFrom(answer) : answer;
}
