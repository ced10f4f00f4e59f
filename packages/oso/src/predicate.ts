/** A call of a rule: its name and its arguments. */
export class Predicate {
  constructor(
    readonly name: string,
    readonly args: unknown[],
  ) {}
}
