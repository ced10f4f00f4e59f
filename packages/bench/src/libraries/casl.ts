import type { AbilityTuple, MongoAbility, MongoQuery, RawRuleOf } from '@casl/ability';

type Ability = MongoAbility<AbilityTuple, MongoQuery>;
export type CaslRule = RawRuleOf<Ability>;

/** What makes an ability of rules. Classes are the subject types, as CASL's documentation has it. */
export async function caslAbilities(): Promise<(rules: CaslRule[]) => Ability> {
  const { createMongoAbility } = await import('@casl/ability');
  const detectSubjectType = (subject: object) => subject.constructor as new () => object;
  return (rules) => createMongoAbility<Ability>(rules, { detectSubjectType });
}

/** Abilities built beforehand, one for each actor. */
export async function caslPrebuilt<A>(
  actors: Iterable<A>,
  rulesOf: (actor: A) => CaslRule[],
): Promise<(actor: A) => Ability> {
  const build = await caslAbilities();
  const abilities = new Map<A, Ability>();
  for (const actor of actors) abilities.set(actor, build(rulesOf(actor)));
  return (actor) => abilities.get(actor)!;
}

/** An ability built for each check, as a server does that reads the roles of its user for each request. */
export async function caslPerRequest<A>(rulesOf: (actor: A) => CaslRule[]): Promise<(actor: A) => Ability> {
  const build = await caslAbilities();
  return (actor) => build(rulesOf(actor));
}
