import {
  builtInMembersOf,
  staticMethodsOf,
  type DeclaredType,
  type DeclaredTypes,
  type Field,
  type FieldType,
} from '@nanook/core/syntax';

/** A field or a method that a policy can read from a value. */
export interface Member {
  readonly name: string;
  readonly kind: 'field' | 'relation' | 'method';
  /** The declared field; undefined for a member of a class or of a built-in type. */
  readonly field: Field | undefined;
  /** The type that declares it. */
  readonly of: string;
}

/** Returns the members of the values of a type, those of the type itself first. */
export function membersOf(type: FieldType, types: DeclaredTypes): readonly Member[] {
  const { attributes, methods } = builtInMembersOf(type);
  const declared = type.kind === 'named' ? types.find(type.name) : undefined;
  const of = declared?.name ?? '';
  const members = [
    ...(declared === undefined ? [] : types.ancestorsOf(declared).flatMap(ownMembers)),
    ...attributes.map((name): Member => ({ name, kind: 'field', field: undefined, of })),
    ...methods.map((name): Member => ({ name, kind: 'method', field: undefined, of })),
  ];
  const seen = new Set<string>();
  return members.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function ownMembers({ name: of, fields, class: declared, builtIn }: DeclaredType): readonly Member[] {
  const own = [...(fields?.values() ?? [])].map((field): Member => ({
    name: field.name,
    kind: field.kind === 'relation' ? 'relation' : 'field',
    field,
    of,
  }));
  if (declared === undefined || builtIn) return own;
  const ofClass = Object.entries(Object.getOwnPropertyDescriptors(declared.prototype)).flatMap(
    ([name, { value }]): Member[] =>
      name === 'constructor'
        ? []
        : [{ name, kind: typeof value === 'function' ? 'method' : 'field', field: undefined, of }],
  );
  return [...own, ...ofClass];
}

/** Returns the static methods of a built-in type or of `Clock`. */
export const staticMembersOf = (name: string): readonly Member[] =>
  staticMethodsOf(name).map((method) => ({ name: method, kind: 'method', field: undefined, of: name }));

/** Returns the type of a field of a value; undefined if it is not certain. */
export const memberType = (
  type: FieldType | undefined,
  name: string,
  types: DeclaredTypes,
): FieldType | undefined =>
  type && membersOf(type, types).find((member) => member.name === name)?.field?.type;
