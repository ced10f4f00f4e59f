import type { AbilityTuple, MongoAbility, MongoQuery, RawRuleOf } from '@casl/ability';

type Ability = MongoAbility<AbilityTuple, MongoQuery>;
export type CaslRule = RawRuleOf<Ability>;

/** Returns a function that builds abilities. Classes are the subject types, as the documentation of CASL recommends. */
export async function caslAbilities(): Promise<(rules: CaslRule[]) => Ability> {
  const { createMongoAbility } = await import('@casl/ability');
  const detectSubjectType = (subject: object) => subject.constructor as new () => object;
  return (rules) => createMongoAbility<Ability>(rules, { detectSubjectType });
}

/** Builds one ability for each actor ahead of time. */
export async function caslPrebuilt<A>(
  actors: Iterable<A>,
  rulesOf: (actor: A) => CaslRule[],
): Promise<(actor: A) => Ability> {
  const build = await caslAbilities();
  const abilities = new Map<A, Ability>();
  for (const actor of actors) abilities.set(actor, build(rulesOf(actor)));
  return (actor) => abilities.get(actor)!;
}

/** Builds an ability for each check, as a server does that reads the roles of the user for each request. */
export async function caslPerRequest<A>(rulesOf: (actor: A) => CaslRule[]): Promise<(actor: A) => Ability> {
  const build = await caslAbilities();
  return (actor) => build(rulesOf(actor));
}
