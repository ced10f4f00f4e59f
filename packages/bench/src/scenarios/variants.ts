import type { Mix } from '../mix.ts';
import type { Scenario, World } from '../scenario.ts';

/** Returns a scenario with the denied checks of another one. */
export function deniedChecksOf(given: Scenario): Scenario {
  const { oso, casl } = given.peers;
  return {
    ...given,
    id: `${given.id} denied`,
    title: `${given.title}, denied checks`,
    summary: `the denied checks of ${given.id}`,
    isSpecial: true,
    outcome: 'denied',
    shapes: ['typed', 'instances'],
    variants: ['nanook', 'nanook-hook', 'nanook-ahead', 'nanook-machine'],
    world: (options): World => {
      const world = given.world({ ...options, checks: 2 * options.checks });
      return { ...world, mix: denied(world.mix) };
    },
    peers: { ...(oso === undefined ? {} : { oso }), ...(casl === undefined ? {} : { casl }) },
    notes: [],
  };
}

function denied(mix: Mix): Mix {
  const isDenied = (_: unknown, i: number) => !mix.allowed[i];
  return {
    actors: mix.actors.filter(isDenied),
    actions: mix.actions.filter(isDenied),
    resources: mix.resources.filter(isDenied),
    allowed: mix.allowed.filter(isDenied),
  };
}
