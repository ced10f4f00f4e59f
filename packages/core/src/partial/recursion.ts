import type { Predicate } from '../ir/goal.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { HostReader } from './host-reader.js';
import { Cell, ReferenceValue, RowValue } from './unknown.js';

/** A rule that calls itself for a related row, as the argument at `position`. The other arguments stay the same. */
export class Recursion {
  constructor(
    readonly predicate: Predicate,
    readonly args: readonly unknown[],
    readonly position: number,
    readonly type: DeclaredType,
  ) {}

  matches(predicate: Predicate, args: readonly unknown[], host: HostReader): boolean {
    return (
      predicate === this.predicate &&
      args.length === this.args.length &&
      args.every((arg, i) =>
        i === this.position ? rowTypeOf(arg) === this.type.name : host.isSame(arg, this.args[i]),
      )
    );
  }
}

/** Returns the name of the type of a row, or `undefined` for any other value. */
export function rowTypeOf(value: unknown): string | undefined {
  if (value instanceof RowValue) return value.scope.type.name;
  return value instanceof ReferenceValue ? value.relation.type : undefined;
}

/** Returns whether an argument is the same as in an earlier call, or another row of the same type. */
export function isSameOrRelated(before: unknown, now: unknown, host: HostReader): boolean {
  const type = rowTypeOf(before);
  if (type !== undefined) return type === rowTypeOf(now);
  return host.isSame(before, now) || (before instanceof Cell && now instanceof Cell);
}
