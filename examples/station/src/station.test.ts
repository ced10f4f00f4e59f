import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Oso } from '@nanook/oso';
import type { Game } from './game.js';
import { pictureOf } from './picture.js';
import { loadStation, newGame, say } from './station.js';

let oso: Oso;
let game: Game;
beforeAll(async () => {
  oso = await loadStation();
});
beforeEach(async () => {
  game = await newGame(oso);
});

/** Says commands one after the other. @returns the reply to the last one */
async function play(...commands: readonly string[]): Promise<string[]> {
  let lines: string[] = [];
  for (const command of commands) lines = await say(oso, game, command);
  return lines;
}

const toTheIce = ['take parka', 'wear parka', 'east', 'east', 'east'];

describe('the game', () => {
  it('ends when the player brings the station back on the air', async () => {
    const last = await play(
      'take the parka',
      'put on the parka',
      'get card',
      'east',
      'take lamp',
      'take herring',
      'north',
      'take matches',
      'take fuel',
      'light lamp',
      'south',
      'e',
      'e',
      'give herring to the bear',
      'north',
      'pour fuel',
      'start the generator',
      'south',
      'south',
      'call the radio',
    );
    expect(last).toEqual(['A voice: "Station, we hear you. The plane leaves at dawn."']);
    expect(game.is('won')).toBe(true);
    expect(await play('look')).toEqual(['The game is over. You are on the way home.']);
  });

  it('describes the room, its things and its exits', async () => {
    expect(await play('look')).toEqual([
      'Bunk room',
      'Four bunks, three of them empty. The others left with the last plane.',
      'You see a red parka.',
      'You see a key card.',
      'To the east: Mess.',
    ]);
  });

  it('moves a thing from the room to the pockets and back', async () => {
    expect(await play('inventory')).toEqual(['You have nothing.']);
    expect(await play('take card')).toEqual(['You take a key card.']);
    expect(await play('i')).toEqual(['You have a key card.']);
    expect(await play('e', 'drop card', 'l')).toContain('You see a key card.');
  });

  it('knows a thing by its whole name', async () => {
    expect(await play('take the red parka')).toEqual(['You take a red parka.']);
    expect(await play('take key card')).toEqual(['You take a key card.']);
  });

  it.each([
    [['north'], 'You cannot go that way.'],
    [['east', 'north'], 'The door of the laboratory is locked. It wants a key card.'],
    [['east', 'east', 'east'], 'Forty degrees below zero, and you wear a shirt. Not without a parka.'],
    [[...toTheIce, 'south'], 'A white bear sits on the rope, and looks at your pockets.'],
    [[...toTheIce, 'give parka to bear'], 'The bear does not want it.'],
    [[...toTheIce, 'north', 'start generator'], 'It coughs once. The tank is empty.'],
    [[...toTheIce, 'north', 'take generator'], 'It is bolted to the ground.'],
    [['take lamp'], 'There is no such thing here.'],
    [['take card', 'take card'], 'You have it already.'],
    [['wear parka'], 'You do not have it.'],
    [['east', 'take lamp', 'light lamp'], 'With what? You have no fire.'],
    ...[['dance'], ['take'], ['go'], ['look parka'], ['help me'], ['take parka now']].map(
      (commands): [string[], string] => [commands, 'I do not know how to do that. Try: help'],
    ),
  ])('refuses the last of %j with a reason', async (commands, reply) => {
    expect(await play(...commands)).toEqual([reply]);
  });
});

describe('the picture', () => {
  const picture = new URL('../station.svg', import.meta.url);

  it('shows the rooms, the things and the player of a new game', async () => {
    const drawn = await pictureOf(oso, game);
    // `STATION_PICTURE=write` writes the picture of the README again.
    if (process.env['STATION_PICTURE'] === 'write') await writeFile(picture, drawn);
    expect(drawn).toBe(await readFile(picture, 'utf8'));
  });

  it('moves the player and the things with the game', async () => {
    const before = await pictureOf(oso, game);
    await play('take parka', 'east');
    const after = await pictureOf(oso, game);
    expect(before).toContain('>parka</text>');
    expect(after).not.toContain('>parka</text>');
    const placeOfPlayer = (svg: string): string | undefined =>
      /class="here"\/>\n<text [^>]*>([^<]*)/.exec(svg)?.[1];
    expect([placeOfPlayer(before), placeOfPlayer(after)]).toEqual(['Bunk room', 'Mess']);
  });
});
