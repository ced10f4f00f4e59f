type RelationKind = 'one' | 'many';

/** A relation to rows of another type, for data filtering. */
export class Relation {
  /**
   * @param kind `'one'` if exactly one row is related, otherwise `'many'`
   * @param otherType the name of the related type
   * @param myField the field of this type
   * @param otherField the field of the related type with the same value
   */
  constructor(
    readonly kind: RelationKind,
    readonly otherType: string,
    readonly myField: string,
    readonly otherField: string,
  ) {}

  serialize(): Record<string, unknown> {
    const { kind, otherType, myField, otherField } = this;
    return {
      Relation: { kind, other_class_tag: otherType, my_field: myField, other_field: otherField },
    };
  }
}
