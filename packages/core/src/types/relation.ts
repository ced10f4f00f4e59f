/**
 * Declares a relation to at most one row of another type: `owner: one('User', { local: 'ownerId', foreign: 'id' })`. A composite key
 * lists its fields in the same order on both sides.
 *
 * @param type the name of the related type
 */
export const one = (type: string, columns: OneColumns): RelationInput => ({ kind: 'one', type, ...columns });

/**
 * Declares a relation to any number of rows of another type: `comments: many('Comment', { local: 'id', foreign: 'documentId' })`.
 *
 * @param type the name of the related type
 */
export const many = (type: string, columns: ManyColumns): RelationInput => ({
  kind: 'many',
  type,
  ...columns,
});

/**
 * Declares a relation to any number of rows of another type through a join table, which needs no type: `tags: manyThrough('Tag',
 * { through: 'document_tags', local: 'id', throughLocal: 'document_id', throughForeign: 'tag_id', foreign: 'id' })`.
 *
 * @param type the name of the related type
 */
export const manyThrough = (type: string, columns: ThroughColumns): RelationInput => ({
  kind: 'many-through',
  type,
  ...columns,
});

/** One field, or the fields of a composite key. */
export type KeyInput = string | readonly string[];

export interface ManyColumns {
  /** The fields of this type that the related row refers to. */
  readonly local: KeyInput;
  /** The fields of the related type. */
  readonly foreign: KeyInput;
  /** Values that a related row must have to belong to the relation, such as `{ deletedAt: null }`. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>;
}
export interface OneColumns extends ManyColumns {
  /** True when a foreign key of the database guarantees that the related row exists. */
  readonly enforced?: boolean;
  /**
   * True when a loaded row without a related row can lack the property, as a document without an embedded document does. The policy then
   * reads `nil`. By default a property that is missing was not loaded, and reading it is undecided.
   */
  readonly optional?: boolean;
}
export interface ThroughColumns extends ManyColumns {
  /** The join table, as the database names it. */
  readonly through: string;
  /** The columns of the join table that hold `local`. */
  readonly throughLocal: KeyInput;
  /** The columns of the join table that hold `foreign`. */
  readonly throughForeign: KeyInput;
}

export type RelationInput =
  | ({ readonly kind: 'one'; readonly type: string } & OneColumns)
  | ({ readonly kind: 'many'; readonly type: string } & ManyColumns)
  | ({ readonly kind: 'many-through'; readonly type: string } & ThroughColumns);

/** A declared relation, with its keys as lists of equal length. */
export interface Relation {
  readonly kind: RelationInput['kind'];
  readonly name: string;
  /** The name of the related type. */
  readonly type: string;
  readonly local: readonly string[];
  readonly foreign: readonly string[];
  readonly through:
    | { readonly table: string; readonly local: readonly string[]; readonly foreign: readonly string[] }
    | undefined;
  readonly enforced: boolean;
  readonly where: ReadonlyMap<string, string | number | boolean | null>;
}

const keyOf = (key: KeyInput): readonly string[] => (typeof key === 'string' ? [key] : [...key]);

const isKey = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

/** Makes a declared relation uniform. Returns the reason when the declaration is not a relation. */
export function linkRelation(name: string, input: RelationInput): Relation | string {
  const isObject = typeof input === 'object' && input !== null;
  if (!isObject || !['one', 'many', 'many-through'].includes(input.kind))
    return `relation \`${name}\` must be one(…), many(…) or manyThrough(…)`;
  const sides: readonly (keyof ThroughColumns)[] =
    input.kind === 'many-through'
      ? ['through', 'local', 'throughLocal', 'throughForeign', 'foreign']
      : ['local', 'foreign'];
  const columns = input as Partial<ThroughColumns>;
  if (!sides.every((side) => isKey(columns[side]))) {
    const call = input.kind === 'many-through' ? 'manyThrough' : input.kind;
    return `relation \`${name}\` must name its fields: ${call}('${input.type}', { ${sides.map((side) => `${side}: '…'`).join(', ')} })`;
  }
  const through =
    input.kind === 'many-through'
      ? { table: input.through, local: keyOf(input.throughLocal), foreign: keyOf(input.throughForeign) }
      : undefined;
  const local = keyOf(input.local);
  const foreign = keyOf(input.foreign);
  const isPaired =
    through === undefined
      ? local.length === foreign.length
      : local.length === through.local.length && foreign.length === through.foreign.length;
  if (!isPaired || local.length === 0)
    return `relation \`${name}\` must name as many fields of its own type as of \`${input.type}\``;
  return {
    kind: input.kind,
    name,
    type: input.type,
    local,
    foreign,
    through,
    enforced: input.kind === 'one' && input.enforced === true,
    where: new Map(Object.entries(input.where ?? {})),
  };
}
