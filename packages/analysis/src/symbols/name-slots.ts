import type { DeclarationKind } from '../blocks/declarations.js';

/** An argument that is the name of a role, permission, relation or field, and the argument whose type declares it. */
export interface NameSlot {
  readonly kind: DeclarationKind | 'field';
  readonly index: number;
  readonly owner: number;
  /** Whether the name can be one that no block declares. */
  readonly isFree: boolean;
}

const slots: Readonly<Record<string, readonly NameSlot[]>> = {
  allow: [{ kind: 'permission', index: 1, owner: 2, isFree: true }],
  allow_field: [
    { kind: 'permission', index: 1, owner: 2, isFree: true },
    { kind: 'field', index: 3, owner: 2, isFree: true },
  ],
  has_permission: [{ kind: 'permission', index: 1, owner: 2, isFree: false }],
  has_role: [{ kind: 'role', index: 1, owner: 2, isFree: false }],
  has_relation: [{ kind: 'relation', index: 1, owner: 2, isFree: false }],
};

/** Returns the arguments of a rule that are names which blocks declare. */
export const nameSlotsOf = (rule: string): readonly NameSlot[] =>
  Object.hasOwn(slots, rule) ? slots[rule]! : [];

/** The kind of the names that the rules of a name grant: `has_role` grants roles. */
export const grantedKindOf = (rule: string): DeclarationKind | undefined => {
  const kind = nameSlotsOf(rule)[0]?.kind;
  return kind === 'field' ? undefined : kind;
};
