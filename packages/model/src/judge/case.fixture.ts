import { Policies, type Policy } from './policies.fixture.js';
import { Random } from './random.fixture.js';
import { randomWorld, type World } from './world.fixture.js';

/** The places of an actor and a resource in the items of a world, and an action. */
export interface Question {
  readonly actor: number;
  readonly action: string;
  readonly resource: number;
}

/** A policy, a world, and the questions about them. */
export interface Case {
  readonly policy: Policy;
  readonly world: World;
  readonly questions: readonly Question[];
  /** The only part to judge; undefined for all of them. */
  readonly part?: string | undefined;
}

const resourceTypes: readonly string[] = ['Doc', 'Note', 'Folder', 'Org'];

export function randomCase(seed: number): Case {
  const random = new Random(seed);
  const world = randomWorld(random);
  const policy = new Policies(random, world.declarations, world.isStorable).policy();
  const tagged = (types: readonly string[]) =>
    [...world.items.keys()].filter((i) => types.includes(world.items[i]!.tag ?? ''));
  const actors = tagged(['User']);
  const resources = tagged(resourceTypes);
  if (actors.length === 0 || resources.length === 0) return randomCase(seed + 1_000_000_000);
  const questions = random.times(36, () => ({
    actor: random.of(actors),
    action: random.of(['read', 'read', 'edit', 'see']),
    resource: random.of(resources),
  }));
  return { policy, world, questions };
}
