import type { AbilityTuple, MongoAbility, MongoQuery, RawRuleOf } from '@casl/ability';
import type { Tag } from '../shape.ts';

type Ability = MongoAbility<AbilityTuple, MongoQuery>;
export type CaslRule = RawRuleOf<Ability>;

/**
 * How CASL finds the type of a resource, each as its documentation recommends: the class of an instance, the name that `subject()`
 * gave to a row, or the field `kind` of a row.
 */
export type SubjectTypes = 'class' | 'tag' | 'field';
export type RowSubjectTypes = Exclude<SubjectTypes, 'class'>;

type Rules<A> = (actor: A, types: SubjectTypes) => CaslRule[];

/** Returns a function that builds abilities. */
export async function caslAbilities(types: SubjectTypes): Promise<(rules: CaslRule[]) => Ability> {
  const { createMongoAbility } = await import('@casl/ability');
  if (types === 'tag') return (rules) => createMongoAbility<Ability>(rules);
  const detectSubjectType =
    types === 'class'
      ? (subject: object) => subject.constructor as new () => object
      : (subject: object) => (subject as { readonly kind: string }).kind;
  return (rules) => createMongoAbility<Ability>(rules, { detectSubjectType });
}

/** Builds one ability for each actor ahead of time. Rows of actors are found by their ids. */
export async function caslPrebuilt<A extends { readonly id: string }>(
  actors: Iterable<A>,
  rulesOf: Rules<A>,
  types: SubjectTypes,
): Promise<(actor: A) => Ability> {
  const build = await caslAbilities(types);
  const abilities = new Map<unknown, Ability>();
  const add = (key: (actor: A) => unknown) => {
    for (const actor of actors) abilities.set(key(actor), build(rulesOf(actor, types)));
  };
  if (types === 'class') {
    add((actor) => actor);
    return (actor) => abilities.get(actor)!;
  }
  add(({ id }) => id);
  return ({ id }) => abilities.get(id)!;
}

/** Builds an ability for each check, as a server does that reads the roles of the user for each request. */
export async function caslPerRequest<A>(
  rulesOf: Rules<A>,
  types: SubjectTypes,
): Promise<(actor: A) => Ability> {
  const build = await caslAbilities(types);
  return (actor) => build(rulesOf(actor, types));
}

/** Returns the function that gives a row its subject type. Actors need none. */
export async function caslTag(): Promise<Tag> {
  const { subject } = await import('@casl/ability');
  return (type, row) => (type === 'User' ? row : (subject(type, row as object) as typeof row));
}
