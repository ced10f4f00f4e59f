/** A variable of a query, by name. */
export class Variable {
  constructor(readonly name: string) {}
}
