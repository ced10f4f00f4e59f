/** A variable of a query, by name. Pass it as an argument to query its values. Answers contain it where it stays unbound. */
export class QueryVariable {
  /** Not a promise. Compiled code looks closer at every object that has `then`. */
  // oxlint-disable-next-line unicorn/no-thenable -- not a function, so that nothing awaits it
  readonly then = null;

  constructor(readonly name: string) {}

  toString(): string {
    return this.name;
  }
}

/** Checks for a variable without throwing, because a proxy of the application may throw when it is read. */
export function isQueryVariable(value: unknown): value is QueryVariable {
  try {
    return value instanceof QueryVariable;
  } catch {
    return false;
  }
}
