import type { ActionOnRows, ActionOnType, TypeName } from '@nanook/core';

/** A resource in a page: a row by its type and its key, or the name of a type for actions such as *create*. */
export type ClientResource = TypeName | ResourceRow;

/** A row by the name of its type in the policy, and its key. */
export interface ResourceRow<Name extends TypeName = TypeName> {
  readonly type: Name;
  readonly id: string | number;
}

/** The actions on a resource of a page. Without the types of `nanook typegen`, each of them is a `string`. */
export type ClientAction<Resource extends ClientResource> = Resource extends string
  ? ActionOnType<Resource>
  : Resource extends { readonly type: infer Name extends TypeName }
    ? ActionOnRows<Name>
    : never;

/** Returns a text that identifies a resource. No name of a type contains the character between type and key. */
export const nameOf = (
  resource: ClientResource | { readonly type: string; readonly id?: string | undefined },
): string =>
  typeof resource === 'string'
    ? resource
    : resource.id === undefined
      ? resource.type
      : `${resource.type}\0${resource.id}`;
