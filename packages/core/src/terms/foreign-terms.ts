/** A call of a rule, as an object of another library. */
export interface ForeignCall {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Returns the object for other arguments. */
  with(args: readonly unknown[]): object;
}

/** The objects of another library for terms of a policy. Functions of the application receive and return them. */
export interface ForeignTerms {
  /** Returns the object for an unbound variable. */
  variable(name: string): object;
  /** Returns the name of a variable, and undefined for other values. */
  nameOf(value: unknown): string | undefined;
  /** Returns the parts of a call, and undefined for other values. */
  callOf(value: unknown): ForeignCall | undefined;
}
