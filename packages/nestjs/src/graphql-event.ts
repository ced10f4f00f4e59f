/** What GraphQL tells a resolver, as far as it is looked at. */
export interface OperationInfo {
  readonly operation?: { readonly operation?: string };
  readonly rootValue?: unknown;
}

/** The event whose fields are resolved: one of the many that a subscription yields. */
export const eventOf = ({ operation, rootValue }: OperationInfo): object | undefined =>
  operation?.operation === 'subscription' && typeof rootValue === 'object'
    ? (rootValue ?? undefined)
    : undefined;
