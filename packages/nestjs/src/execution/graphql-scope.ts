/** The part of the `info` of GraphQL that this package reads. */
export interface OperationInfo {
  readonly operation?: { readonly operation?: string };
  readonly rootValue?: unknown;
  readonly path?: FieldPath;
}

/** The path of a field, from the field itself to the root. */
interface FieldPath {
  readonly prev?: FieldPath | undefined;
}

/** A part of a GraphQL request that is checked anew. */
export interface RequestPart {
  /** Identifies the part. */
  readonly key: object;
  /** Whether it is an event of a subscription. A subscription can outlive its policy, so that each event takes the current one. */
  readonly isEvent: boolean;
}

/**
 * Returns the part of a GraphQL request that is checked anew: an event of a subscription, or a root field of a mutation, because an
 * earlier event or field may have changed the resource. `undefined` where the checks of the whole request are kept.
 */
export function scopeOf({ operation, rootValue, path }: OperationInfo): RequestPart | undefined {
  switch (operation?.operation) {
    case 'subscription':
      return typeof rootValue === 'object' && rootValue !== null
        ? { key: rootValue, isEvent: true }
        : undefined;
    case 'mutation':
      return path && { key: rootOf(path), isEvent: false };
    default:
      return undefined;
  }
}

/** GraphQL makes one object for each root field, and the paths of its inner fields lead to it. */
function rootOf(path: FieldPath): FieldPath {
  let root = path;
  while (root.prev !== undefined) root = root.prev;
  return root;
}
