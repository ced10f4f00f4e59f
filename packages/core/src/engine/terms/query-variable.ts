/** A variable in a question, by name: pass one as an argument to ask which values it may have. Unbound ones come back in answers. */
export class QueryVariable {
  constructor(readonly name: string) {}

  toString(): string {
    return this.name;
  }
}

/** Checks for a variable without throwing: a proxy of the application may refuse to be looked at, and is none. */
export function isQueryVariable(value: unknown): value is QueryVariable {
  try {
    return value instanceof QueryVariable;
  } catch {
    return false;
  }
}
