/** A variable in a question, by name: pass one as an argument to ask which values it may have. Unbound ones come back in answers. */
export class QueryVariable {
  constructor(readonly name: string) {}

  toString(): string {
    return this.name;
  }
}
