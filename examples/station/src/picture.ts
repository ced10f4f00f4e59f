import { Variable, type Oso } from '@nanook/oso';
import type { Game } from './game.js';
import { answersOf } from './station.js';

const [width, height, gap] = [150, 90, 30];

/** Draws the rooms, the ways, the things and the player as SVG. */
export async function pictureOf(oso: Oso, game: Game): Promise<string> {
  const variables = (...names: readonly string[]): Variable[] => names.map((name) => new Variable(name));
  const centers = new Map<string, readonly [x: number, y: number]>();
  const boxes: string[] = [];
  const things: string[] = [];
  for await (const [thing] of answersOf<[string, string]>(oso, 'thing', ...variables('thing', 'name')))
    things.push(thing);
  const rooms = answersOf<[string, string, number, number, string]>(
    oso,
    'room',
    ...variables('key', 'name', 'column', 'row', 'text'),
  );
  for await (const [key, name, column, row] of rooms) {
    const [x, y] = [gap + column * (width + gap), gap + row * (height + gap)];
    centers.set(key, [x + width / 2, y + height / 2]);
    const here = things.filter((thing) => game.place_of(thing) === key);
    boxes.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" class="${key === game.here ? 'here' : 'room'}"/>`,
      text(x + width / 2, y + 28, name, 'name'),
      ...here.map((thing, i) => text(x + width / 2, y + 48 + i * 16, thing, 'thing')),
      ...(key === game.here ? [text(x + width / 2, y + height - 8, 'you', 'you')] : []),
    );
  }
  const lines: string[] = [];
  for await (const [from, , to] of answersOf<[string, string, string]>(
    oso,
    'way',
    ...variables('from', 'direction', 'to'),
  )) {
    const [[x1, y1], [x2, y2]] = [centers.get(from)!, centers.get(to)!];
    lines.push(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`);
  }
  const [right, bottom] = [0, 1].map(
    (axis) =>
      Math.max(...[...centers.values()].map((center) => center[axis]!)) + [width, height][axis]! / 2 + gap,
  );
  const pockets = things.filter((thing) => game.has(thing)).join(', ') || 'nothing';
  boxes.push(text(right! / 2, bottom! - 8, `In your pockets: ${pockets}`, 'thing'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right} ${bottom}" font-family="sans-serif" text-anchor="middle">
<style>
  svg { background: #fff } line { stroke: #456; stroke-width: 3 }
  .room { fill: #eef4f8; stroke: #456 } .here { fill: #ffe9b0; stroke: #a60; stroke-width: 3 }
  .name { font-size: 15px; font-weight: bold } .thing { font-size: 12px } .you { font-size: 12px; fill: #a60 }
</style>
${[...lines, ...boxes].join('\n')}
</svg>
`;
}

const text = (x: number, y: number, content: string, kind: string): string =>
  `<text x="${x}" y="${y}" class="${kind}">${content}</text>`;
