import { fileURLToPath } from 'node:url';
import { Oso, Variable } from '@nanook/oso';
import { Game } from './game.js';

/** Loads the world and the commands. */
export async function loadStation(): Promise<Oso> {
  // A game has no rule `allow`, about which a load would warn.
  process.env['POLAR_IGNORE_NO_ALLOW_WARNING'] = '1';
  const oso = new Oso();
  oso.registerClass(Game);
  await oso.loadFiles(
    ['world.polar', 'commands.polar'].map((file) => fileURLToPath(new URL(file, import.meta.url))),
  );
  return oso;
}

/** Returns each answer of a rule as a list of the values of its variables. */
export async function* answersOf<Values extends readonly unknown[]>(
  oso: Oso,
  rule: string,
  ...args: readonly unknown[]
): AsyncGenerator<Values> {
  for await (const answer of oso.queryRule(rule, ...args))
    yield args.flatMap((arg) => (arg instanceof Variable ? [answer.get(arg.name)] : [])) as unknown as Values;
}

/** Starts a game with the places that the world gives to its things. */
export async function newGame(oso: Oso): Promise<Game> {
  const places = new Map<string, string>();
  const starts = answersOf<[string, string]>(oso, 'start', new Variable('thing'), new Variable('place'));
  for await (const [thing, place] of starts) places.set(thing, place);
  return new Game(places);
}

/** Carries out a command of the player. @returns the lines of the reply */
export async function say(oso: Oso, game: Game, command: string): Promise<string[]> {
  const words = command.toLowerCase().split(/\s+/).filter(Boolean);
  const lines: string[] = [];
  for await (const [line] of answersOf<[string]>(oso, 'turn', game, words, new Variable('line')))
    lines.push(line);
  return lines;
}
