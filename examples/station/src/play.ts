// Plays the game in a terminal. `map` writes the state of the game to map.svg.
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { pictureOf } from './picture.js';
import { loadStation, newGame, say } from './station.js';

const oso = await loadStation();
const game = await newGame(oso);
const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' });
let isOpen = true;
// A pipe ends before its last command is carried out.
terminal.once('close', () => (isOpen = false));

const print = (lines: readonly string[]): void => console.log(`${lines.join('\n')}\n`);
print(await say(oso, game, 'look'));
terminal.prompt();
for await (const command of terminal) {
  if (command.trim() === 'quit') break;
  if (command.trim() === 'map') {
    await writeFile('map.svg', await pictureOf(oso, game));
    print(['The map is in map.svg.']);
  } else if (command.trim() !== '') print(await say(oso, game, command));
  if (game.is('won')) break;
  if (isOpen) terminal.prompt();
}
terminal.close();
