import type { Place } from './columns.js';

export type Side = 'left' | 'right';

/** A name of a card, or the place of a relation in the head of a card. */
export interface End {
  readonly place: Place;
  readonly kind: 'role' | 'permission' | 'head';
  /** The row of the name, or the number of the relation among those of its type. */
  readonly row: number;
}

/** The side of a name or a head at which a line starts or ends. */
export interface Port extends End {
  readonly side: Side;
}

/**
 * A strip of the picture without boxes, which has room for lines. Vertical: before a column, after the last column, and in a card before its
 * names and between roles and permissions. Horizontal: above the cards of a column, below the last card, and in a card above and below its rows.
 */
export type Channel = string;

export const beforeColumn = (column: number): Channel => `column ${column}`;
export const beforeNames = ({ type }: Place): Channel => `before names of ${type.name}`;
export const betweenNames = ({ type }: Place): Channel => `between names of ${type.name}`;
export const aboveCard = (column: number, row: number): Channel => `above card ${column}.${row}`;
export const aboveRow = ({ type }: Place, row: number): Channel => `above row ${row} of ${type.name}`;

/**
 * The way of a line: horizontally from its start into the first channel, then through vertical and horizontal channels in turn, and from the
 * last one, which is vertical, horizontally to its end. It crosses no box.
 */
export interface Route {
  readonly from: Port;
  readonly to: Port;
  readonly channels: readonly Channel[];
}

/** Approximate heights, which decide between channels. */
export interface Heights {
  ofEnd(end: End): number;
  ofChannel(channel: Channel): number;
}

/** Finds the way between two ends. Cards in one column are connected on their left. */
export function routeOf(from: End, to: End, columns: readonly (readonly Place[])[], heights: Heights): Route {
  if (from.place === to.place) return insideCard(from, to);
  const exit: Side = to.place.column > from.place.column ? 'right' : 'left';
  const entry: Side = to.place.column < from.place.column ? 'right' : 'left';
  const [fromHeight, toHeight] = [heights.ofEnd(from), heights.ofEnd(to)];
  return {
    from: { ...from, side: exit },
    to: { ...to, side: entry },
    channels: [
      ...outOfCard(from, exit, toHeight > fromHeight),
      ...betweenCards(),
      ...outOfCard(to, entry, fromHeight > toHeight).toReversed(),
    ],
  };

  function betweenCards(): readonly Channel[] {
    let column = from.place.column + (exit === 'right' ? 1 : 0);
    const last = to.place.column + (entry === 'right' ? 1 : 0);
    const channels = [beforeColumn(column)];
    let height = fromHeight;
    while (column !== last) {
      const crossed = column < last ? column : column - 1;
      const detour = (channel: Channel): number => {
        const at = heights.ofChannel(channel);
        return Math.abs(at - height) + Math.abs(at - toHeight);
      };
      const above = Array.from({ length: columns[crossed]!.length + 1 }, (_, row) => aboveCard(crossed, row));
      const nearest = above.reduce((best, next) => (detour(next) < detour(best) ? next : best));
      height = heights.ofChannel(nearest);
      column += column < last ? 1 : -1;
      channels.push(nearest, beforeColumn(column));
    }
    return channels;
  }
}

/** Connects names of one kind on their left, and a role with a permission between them. */
function insideCard(from: End, to: End): Route {
  const { place } = from;
  if (from.kind === to.kind) {
    const channel =
      from.kind === 'role' || place.roles.length === 0 ? beforeNames(place) : betweenNames(place);
    return { from: { ...from, side: 'left' }, to: { ...to, side: 'left' }, channels: [channel] };
  }
  const [exit, entry]: [Side, Side] = from.kind === 'role' ? ['right', 'left'] : ['left', 'right'];
  return { from: { ...from, side: exit }, to: { ...to, side: entry }, channels: [betweenNames(place)] };
}

/** Returns the channels from a name to the outside. Names of the other kind in the way are passed above or below their row. */
function outOfCard({ place, kind, row }: End, side: Side, isBelow: boolean): readonly Channel[] {
  const others = { role: place.permissions, permission: place.roles, head: [] }[kind];
  const areBetween = side === (kind === 'role' ? 'right' : 'left');
  if (!areBetween || row >= others.length) return [];
  return [betweenNames(place), aboveRow(place, isBelow ? row + 1 : row)];
}
