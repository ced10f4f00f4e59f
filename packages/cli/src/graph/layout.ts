import { columnsOf, type Place } from './columns.js';
import type { Grant, PolicyGraph, TypeNode } from './policy-graph.js';
import {
  aboveCard,
  aboveRow,
  beforeColumn,
  beforeNames,
  betweenNames,
  routeOf,
  type Channel,
  type End,
  type Heights,
  type Port,
  type Route,
  type Side,
} from './routes.js';
import {
  centerOf,
  horizontalTracks,
  keyOf,
  trackAt,
  trackGap,
  verticalTracks,
  type LineHeights,
  type Strip,
  type Tracks,
} from './tracks.js';

/** The places of a picture, in pixels from its upper left corner. No arrow and no relation crosses a box. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly cards: readonly Card[];
  readonly arrows: readonly Arrow[];
  readonly relations: readonly RelationLine[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A type with its roles on the left and its permissions on the right. */
export interface Card extends Box {
  readonly type: TypeNode;
  readonly names: readonly NameBox[];
}

export interface NameBox extends Box {
  readonly name: string;
  readonly kind: 'role' | 'permission';
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A shorthand rule: horizontal and vertical lines from the name that it needs to the name that it gives. */
export interface Arrow {
  readonly number: number;
  readonly grant: Grant;
  readonly points: readonly Point[];
  /** The place of the number, on the last line. */
  readonly numberAt: Point;
}

/** A relation: horizontal and vertical lines from the head of the related type to the head of the type that has it. */
export interface RelationLine {
  readonly name: string;
  readonly points: readonly Point[];
  /** The end of the name if the line arrives from the left, and otherwise its start. */
  readonly nameAt: Point;
  readonly arrivesFrom: Side;
}

const nameHeight = 26;
const nameGap = 14;
const padding = 16;
const cardGap = 40;
const margin = 24;
/** The height of a relation in a head. */
const relationHeight = 16;
/** The distances of a number from the tip of its arrow, and of numbers from each other. */
const beforeTip = 24;
const numberWidth = 19;

/** The width of a text at 13 pixels, from its number of characters. */
const widthOf = (text: string): number => Math.ceil([...text].length * 7.6) + 24;

/**
 * Finds the way of each line first, then the heights, which depend on the number of lines in horizontal channels, and then the widths, which
 * depend on the lines side by side in vertical ones.
 */
export function layoutOf({ types }: PolicyGraph): Layout {
  const columns = columnsOf(types);
  const places = columns.flat();
  const rough = rowsOf(columns, new Map());
  const heights: Heights = {
    ofEnd: (end) => rough.yOf(end, 'end'),
    ofChannel: (channel) => centerOf(rough.strips.get(channel)!),
  };
  const route = (from: End, to: End): Route => routeOf(from, to, columns, heights);
  const grants = grantsOf(places).map((each) => ({ ...each, route: route(each.from, each.to) }));
  const relations = relationsOf(places).map((each) => ({ ...each, route: route(each.from, each.to) }));
  const routes = [...grants, ...relations].map((each) => each.route);

  const rows = rowsOf(columns, horizontalTracks(routes));
  const across = acrossOf(columns, routes, verticalTracks(routes, rows), relations);
  const pointsOf = ({ from, to, channels }: Route): readonly Point[] => {
    const source = keyOf(from);
    const points: Point[] = [{ x: across.xOf(from), y: rows.yOf(from, 'start') }];
    for (const [i, channel] of channels.entries()) {
      const { x, y } = points.at(-1)!;
      if (i % 2 === 0) points.push({ x: trackAt(across.strips, channel, source), y });
      else points.push({ x, y: trackAt(rows.strips, channel, source) });
    }
    const y = rows.yOf(to, 'end');
    return withoutRepeats([...points, { x: points.at(-1)!.x, y }, { x: across.xOf(to), y }]);
  };
  const arrivals = new Map<string, number>();
  return {
    width: across.width,
    height: rows.height,
    cards: places.map((place) => cardOf(place, rows, across)),
    arrows: grants.map(({ grant, number, route: way }) => {
      const points = pointsOf(way);
      const before = arrivals.get(keyOf(way.to)) ?? 0;
      arrivals.set(keyOf(way.to), before + 1);
      const distance = (beforeTip + before * numberWidth) * (way.to.side === 'left' ? -1 : 1);
      const { x, y } = points.at(-1)!;
      return { number, grant, points, numberAt: { x: x + distance, y } };
    }),
    relations: relations.map(({ name, route: way }) => {
      const points = pointsOf(way);
      const { x, y } = points.at(-1)!;
      const nameAt = { x: x + (way.to.side === 'left' ? -trackGap : trackGap), y: y - 4 };
      return { name, points, nameAt, arrivesFrom: way.to.side };
    }),
  };
}

interface Rows extends LineHeights {
  readonly height: number;
  readonly cards: ReadonlyMap<Place, { readonly y: number; readonly height: number }>;
  rowTop(place: Place, row: number): number;
}

function rowsOf(columns: readonly (readonly Place[])[], tracks: Tracks): Rows {
  const strips = new Map<Channel, Strip>();
  const cards = new Map<Place, { y: number; height: number }>();
  let height = 0;
  for (const [at, column] of columns.entries()) {
    let y = addStrip(aboveCard(at, 0), 0, margin);
    for (const place of column) {
      const top = y;
      const rowCount = Math.max(place.roles.length, place.permissions.length);
      y += headHeight(place);
      for (let row = 0; row < rowCount; row++)
        y = addStrip(aboveRow(place, row), y, row === 0 ? padding : nameGap) + nameHeight;
      if (rowCount > 0) y = addStrip(aboveRow(place, rowCount), y, padding);
      cards.set(place, { y: top, height: y - top });
      const isLast = place.row === column.length - 1;
      y = addStrip(aboveCard(at, place.row + 1), y, isLast ? margin : cardGap);
    }
    height = Math.max(height, y);
  }
  const rowTop = (place: Place, row: number): number => {
    const { start, size } = strips.get(aboveRow(place, row))!;
    return start + size;
  };
  return {
    height,
    strips,
    cards,
    rowTop,
    yOf: ({ place, kind, row }, of) => {
      const isStart = of === 'start';
      if (kind !== 'head') return rowTop(place, row) + nameHeight / 2 + (isStart ? -4 : 4);
      return cards.get(place)!.y + (isStart ? 10 : 22 + row * relationHeight);
    },
  };

  function addStrip(channel: Channel, start: number, least: number): number {
    const own = tracks.get(channel) ?? new Map<string, number>();
    const size = Math.max(least, (own.size + 1) * trackGap);
    strips.set(channel, { start, size, tracks: own });
    return start + size;
  }
}

const headHeight = ({ type }: Place): number =>
  Math.max(36, 24 + relationHeight * relationsToOthers(type).length);

/** Returns the relations that have a line. A relation of a type to itself has none. */
const relationsToOthers = ({ name, relations }: TypeNode): readonly (readonly [string, string])[] =>
  Object.entries(relations).filter(([, related]) => related !== name);

interface Across {
  readonly width: number;
  readonly strips: ReadonlyMap<Channel, Strip>;
  readonly cards: ReadonlyMap<Place, { readonly x: number; readonly width: number }>;
  readonly names: ReadonlyMap<Place, Readonly<Record<NameBox['kind'], { x: number; width: number }>>>;
  xOf(port: Port): number;
}

function acrossOf(
  columns: readonly (readonly Place[])[],
  routes: readonly Route[],
  tracks: Tracks,
  relations: readonly { readonly name: string; readonly route: Route }[],
): Across {
  const strips = new Map<Channel, Strip>();
  const cards = new Map<Place, { x: number; width: number }>();
  const names = new Map<Place, Record<NameBox['kind'], { x: number; width: number }>>();
  let x = 0;
  for (const [at, column] of columns.entries()) {
    x = addStrip(beforeColumn(at), x, labelRoom(at - 1, 'right'), labelRoom(at, 'left'), margin);
    x = Math.max(...column.map((place) => addCard(place, x)));
  }
  x = addStrip(beforeColumn(columns.length), x, labelRoom(columns.length - 1, 'right'), 0, margin);
  return {
    width: x,
    strips,
    cards,
    names,
    xOf: ({ place, kind, side }) => {
      const box = kind === 'head' ? cards.get(place)! : names.get(place)![kind];
      return side === 'left' ? box.x : box.x + box.width;
    },
  };

  function addCard(place: Place, start: number): number {
    const { type, roles, permissions } = place;
    const roleWidth = Math.max(0, ...roles.map(widthOf));
    const permissionWidth = Math.max(0, ...permissions.map(widthOf));
    const hasBoth = roles.length > 0 && permissions.length > 0;
    const [first, last] = [
      roles.length > 0 ? 'role' : 'permission',
      permissions.length > 0 ? 'permission' : 'role',
    ] as const;
    const roleX = addStrip(beforeNames(place), start, padding, numberRoom(place, first, 'left'), 0);
    let right = roleX + roleWidth;
    if (hasBoth)
      right = addStrip(
        betweenNames(place),
        right,
        numberRoom(place, 'role', 'right'),
        numberRoom(place, 'permission', 'left'),
        padding,
      );
    names.set(place, {
      role: { x: roleX, width: roleWidth },
      permission: { x: right, width: permissionWidth },
    });
    const end = Math.max(
      right + permissionWidth + numberRoom(place, last, 'right') + padding,
      start + widthOf(type.name) + 2 * padding + (type.isActor ? 30 : 0),
    );
    cards.set(place, { x: start, width: end - start });
    return end;
  }

  /** Adds a strip with room for numbers and texts on both sides of its lines. */
  function addStrip(channel: Channel, start: number, before: number, after: number, edge: number): number {
    const own = tracks.get(channel) ?? new Map<string, number>();
    const size = own.size === 0 ? 0 : (Math.max(...own.values()) + 2) * trackGap;
    strips.set(channel, { start: start + edge + before, size, tracks: own });
    return start + edge + before + size + after + edge;
  }

  /** Returns the room for the numbers of arrows that reach one side of the names of a card. */
  function numberRoom(place: Place, kind: NameBox['kind'], side: Side): number {
    const counts = new Map<number, number>();
    for (const { to } of routes)
      if (to.place === place && to.kind === kind && to.side === side)
        counts.set(to.row, (counts.get(to.row) ?? 0) + 1);
    const most = Math.max(0, ...counts.values());
    return most === 0 ? 0 : beforeTip + most * numberWidth - 9;
  }

  /** Returns the room for the names of relations that reach one side of the cards in a column. */
  function labelRoom(column: number, side: Side): number {
    const reaching = relations.filter(({ route: { to } }) => to.place.column === column && to.side === side);
    return Math.max(0, ...reaching.map(({ name }) => widthOf(name) - margin));
  }
}

function cardOf(place: Place, rows: Rows, across: Across): Card {
  const box = (name: string, kind: NameBox['kind'], row: number): NameBox => ({
    name,
    kind,
    x: across.names.get(place)![kind].x,
    y: rows.rowTop(place, row),
    width: across.names.get(place)![kind].width,
    height: nameHeight,
  });
  return {
    type: place.type,
    ...rows.cards.get(place)!,
    ...across.cards.get(place)!,
    names: [
      ...place.roles.map((name, row) => box(name, 'role', row)),
      ...place.permissions.map((name, row) => box(name, 'permission', row)),
    ],
  };
}

function grantsOf(
  places: readonly Place[],
): readonly { readonly grant: Grant; readonly number: number; readonly from: End; readonly to: End }[] {
  const grants = places.flatMap((place) => place.type.grants.map((grant) => ({ place, grant })));
  return grants.flatMap(({ place, grant }, i) => {
    const source = grant.on === undefined ? place.type.name : place.type.relations[grant.on];
    const from = endOf(
      places.find(({ type }) => type.name === source),
      grant.needs,
    );
    const to = endOf(place, grant.gives);
    return from === undefined || to === undefined ? [] : [{ grant, number: i + 1, from, to }];
  });
}

function endOf(place: Place | undefined, name: string): End | undefined {
  if (place === undefined) return undefined;
  const [role, permission] = [place.roles.indexOf(name), place.permissions.indexOf(name)];
  if (role !== -1) return { place, kind: 'role', row: role };
  return permission === -1 ? undefined : { place, kind: 'permission', row: permission };
}

/** Returns the relations between types of the picture. */
const relationsOf = (
  places: readonly Place[],
): readonly { readonly name: string; readonly from: End; readonly to: End }[] =>
  places.flatMap((place) =>
    relationsToOthers(place.type).flatMap(([name, related], row) => {
      const other = places.find(({ type }) => type.name === related);
      if (other === undefined) return [];
      return [
        { name, from: { place: other, kind: 'head', row: 0 }, to: { place, kind: 'head', row } } as const,
      ];
    }),
  );

/** Leaves out points that are equal to the one before. */
const withoutRepeats = (points: readonly Point[]): readonly Point[] =>
  points.filter(({ x, y }, i) => i === 0 || x !== points[i - 1]!.x || y !== points[i - 1]!.y);
