/** An argument of a fact that callers send: an entity of this type of the wire, or one of these values. */
export type SentFactArgument =
  | { readonly entity: string }
  | { readonly values: readonly (string | number | boolean)[] };

/** The facts that callers with the scope `facts` may send, by their names in the policy. */
export type FactOptions = Readonly<Record<string, readonly SentFactArgument[]>>;
