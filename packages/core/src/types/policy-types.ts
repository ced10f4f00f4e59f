import type { TypeToken } from './declared-type.js';
import type { Class } from './type-declaration.js';

/**
 * The names of a policy by declared type. `nanook typegen` writes a declaration file that fills it, and the compiler then checks the
 * actions, types and fields in calls. While it is empty, each of them is a `string`.
 *
 * @example
 * declare module '@nanook/core' {
 *   interface PolicyTypes {
 *     Note: { actions: 'read' | 'edit'; typeActions: 'create'; fieldActions: never; fields: never; roles: 'owner' };
 *   }
 * }
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- the declarations of an application are merged into it
export interface PolicyTypes {}

/** The generated types. The entry `'*'` has the actions on values without a declared type, and the grantable permissions. */
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- there are no keys until an application adds them
type Names = Exclude<keyof PolicyTypes & string, '*'>;

/** Whether no types were generated. */
type IsEmpty = [Names] extends [never] ? true : false;

/** One kind of names of types, or several: `Part<'Note', 'actions'>`. */
type Part<Name, Key extends string> = Name extends keyof PolicyTypes
  ? Key extends string
    ? PolicyTypes[Name] extends { readonly [K in Key]: infer Value }
      ? Value & string
      : never
    : never
  : never;

declare const row: unique symbol;
declare const type: unique symbol;

/** A row of a declared type. `typed` returns it. */
export interface RowOf<Name extends string> {
  readonly [row]?: Name;
}

/** A declared type itself. `authorizer.type(name)` returns it. */
export interface ItselfOf<Name extends string> {
  readonly [type]?: Name;
}

/** A row with the type that `typed` gave to it. */
export type TypedRow<Row, Name extends string> = IsEmpty extends true ? Row : Row & RowOf<Name>;

/** The type of a list: its class, its token or its name. */
export type ListReference<Row, Reference> = IsEmpty extends true
  ? Class<Row> | TypeToken | string
  : Reference;

/** A row of the list of a type. */
export type ListedRow<Row, Reference> = IsEmpty extends true
  ? Row
  : [Reference] extends [Class<infer Instance extends object>]
    ? Instance
    : [Reference] extends [Names]
      ? Row & RowOf<Reference>
      : Row;

/** A class or a token of a declared type. */
export type TypeItself<Name extends string> = IsEmpty extends true
  ? Class | TypeToken
  : (Class | TypeToken) & ItselfOf<Name>;

/** The name of a declared type. */
export type TypeName = IsEmpty extends true ? string : Names;

/** An action that a rule of the policy can allow on anything. */
export type AnyAction = IsEmpty extends true
  ? string
  : Part<keyof PolicyTypes, 'actions' | 'typeActions' | 'fieldActions'>;

/** A permission that customers may put into roles of their own. */
export type GrantablePermission = PolicyTypes extends {
  readonly '*': { readonly grantable: infer Permission };
}
  ? Permission & string
  : string;

/** The types whose class is exactly this one. A superclass or an interface has no type, and neither has `any`. */
type NameOfInstance<Instance> = {
  [Name in Names]: PolicyTypes[Name] extends { readonly instance: infer Declared }
    ? 0 extends 1 & Declared
      ? never
      : [Instance, Declared] extends [Declared, Instance]
        ? Name
        : never
    : never;
}[Names];

type NameOfRow<Row> = Row extends unknown
  ? typeof row extends keyof Row
    ? Exclude<Row[typeof row], undefined>
    : NameOfInstance<Row>
  : never;

/** The types that a reference names: by name, by class, or as the result of `authorizer.type(name)`. */
type NameOfReference<Reference> = Reference extends Names
  ? Reference
  : typeof type extends keyof Reference
    ? Exclude<Reference[typeof type], undefined>
    : Reference extends Class<infer Instance>
      ? NameOfInstance<Instance>
      : never;

/** The names of this kind; for an unknown type, all actions. */
type ActionsFor<Name, Key extends string> = [Name] extends [never] ? AnyAction : Part<Name, Key>;

type IsType<Resource> = typeof type extends keyof Resource ? true : Resource extends Class ? true : false;

/** All actions for `any`, `null` and `undefined`. */
type ActionOnEach<Resource, Key extends string> = Resource extends unknown
  ? 0 extends 1 & Resource
    ? AnyAction
    : Resource extends null | undefined
      ? AnyAction
      : typeof row extends keyof Resource
        ? Part<Exclude<Resource[typeof row], undefined>, Key>
        : IsType<Resource> extends true
          ? ActionsFor<NameOfReference<Resource>, 'typeActions'>
          : ActionsFor<NameOfInstance<Resource>, Key>
  : never;

type ObjectWithKeys<Keys extends string> = { readonly [Key in Keys]: true };

/** For each member of a union, an object whose keys are the actions. */
type ActionKeys<Resource, Key extends string> = Resource extends unknown
  ? ObjectWithKeys<ActionOnEach<Resource, Key>>
  : never;

// `keyof` a union has the keys of all members only: a check with another action would be wrong for some of the values. And for a type
// parameter, the compiler compares an action with the keys for its constraint. It would accept no action for a conditional type alone.
//
// `NoInfer` keeps the compiler from inferring the type of a resource from an action, which takes time for policies with many types.

/** The actions that each member of a union has. */
type ActionOn<Resource, Key extends string> = IsEmpty extends true
  ? string
  : string & keyof ActionKeys<Resource, Key>;

/** The actions on at least one member of a union. */
type ActionOnSome<Resource> = IsEmpty extends true
  ? string
  : [NonNullable<Resource>] extends [never]
    ? AnyAction
    : ActionOnEach<NonNullable<Resource>, 'actions'>;

/**
 * The actions that a rule can allow on a resource: on an instance of a class, on a row from `typed`, or on a type itself. For a union, it
 * is the actions that a rule can allow on each member. For a resource whose type the compiler does not know, it is {@link AnyAction}.
 *
 * @example
 * function buttons<R>(resource: R, actions: ActionOf<R>[]) { … }
 */
export type ActionOf<Resource> = NoInfer<ActionOn<Awaited<Resource>, 'actions'>>;

/** The actions that a rule `allow_field` can allow on a resource. */
export type FieldActionOf<Resource> = NoInfer<ActionOn<Awaited<Resource>, 'fieldActions'>>;

/** The actions that a rule can allow on a resource or on its fields. */
export type ActionOrFieldActionOf<Resource> = NoInfer<
  ActionOn<Awaited<Resource>, 'actions' | 'fieldActions'>
>;

/** An action in the result of `actions`; `'*'` with the option `allowWildcard`. */
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- the actions are texts until an application adds them
export type ListedAction<Resource> = NoInfer<ActionOnSome<Awaited<Resource>>> | '*';

/** The actions on a type itself, such as *create*, by its name, its class or its token. */
export type ActionOnType<Reference> = NoInfer<
  IsEmpty extends true ? string : ActionsFor<NameOfReference<Reference>, 'typeActions'>
>;

/** The actions on the rows of a type, by its name, its class or its token. */
export type ActionOnRows<Reference> = NoInfer<
  IsEmpty extends true ? string : ActionsFor<NameOfReference<Reference>, 'actions'>
>;

/**
 * The actions of a requirement: on the result of its loader, or on its type.
 *
 * @typeParam Key `'actions'` if the requirement loads a row of its type; default: the type itself is the resource
 */
export type ActionOfSource<
  Source,
  Key extends 'actions' | 'typeActions' = 'typeActions',
> = IsEmpty extends true
  ? string
  : Source extends (...args: never[]) => infer Loaded
    ? ActionOf<Loaded>
    : ActionsFor<NameOfReference<Source>, Key>;

/** The names of this kind of each member of a union; any text for a resource whose type the compiler does not know. */
type NameOnEach<Resource, Key extends string> = Resource extends unknown
  ? 0 extends 1 & Resource
    ? string
    : [NameOfRow<Resource>] extends [never]
      ? string
      : Part<NameOfRow<Resource>, Key>
  : never;

/** For each member of a union, an object whose keys are the fields. */
type FieldKeys<Resource> = Resource extends unknown ? ObjectWithKeys<NameOnEach<Resource, 'fields'>> : never;

/** The fields that a rule `allow_field` can name on a resource. For a union, it is the fields that a rule can name on each member. */
export type FieldOf<Resource> = NoInfer<
  IsEmpty extends true ? string : string & keyof FieldKeys<NonNullable<Awaited<Resource>>>
>;

/** A field in the result of `fields`; `'*'` with the option `allowWildcard`. */
export type ListedField<Resource> =
  // oxlint-disable-next-line typescript/no-redundant-type-constituents -- as for actions
  NoInfer<IsEmpty extends true ? string : NameOnEach<NonNullable<Awaited<Resource>>, 'fields'>> | '*';

/** The roles that an actor can have on a resource. */
export type RoleOf<Resource> = IsEmpty extends true
  ? string
  : NameOnEach<NonNullable<Awaited<Resource>>, 'roles'>;
