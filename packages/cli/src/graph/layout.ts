import type { Grant, PolicyGraph, TypeNode } from './policy-graph.js';

/** The places of a picture, in pixels from its upper left corner. */
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

/** A shorthand rule, as a curve from the name that it needs to the name that it gives. */
export interface Arrow {
  readonly number: number;
  readonly grant: Grant;
  readonly from: Point;
  readonly to: Point;
  /** Whether the curve leaves and arrives on the left, because both names are roles of one type. */
  readonly isOnLeft: boolean;
}

/** A relation between two types: a dotted line between their cards. */
export interface RelationLine {
  readonly name: string;
  readonly from: Point;
  readonly to: Point;
}

const nameHeight = 26;
const nameGap = 14;
const headerHeight = 36;
const padding = 16;
const innerGap = 120;
const columnGap = 140;
const cardGap = 40;
const margin = 24;
/** The room for the curves between roles on the left of a card. */
const leftRoom = 36;

/** The width of a text at 13 pixels, from its number of characters. */
const widthOf = (text: string): number => Math.ceil([...text].length * 7.6) + 24;

/** Places the types in columns, so that a relation leads from left to right, and the names of a type in two columns of its card. */
export function layoutOf({ types }: PolicyGraph): Layout {
  const columns = columnsOf(types);
  const cards: Card[] = [];
  let x = margin;
  for (const column of columns) {
    let y = margin;
    let width = 0;
    for (const type of column) {
      const card = cardOf(type, x, y);
      cards.push(card);
      y += card.height + cardGap;
      width = Math.max(width, card.width);
    }
    x += width + columnGap;
  }
  return {
    width: Math.max(x - columnGap, margin) + margin,
    height: Math.max(margin, ...cards.map((card) => card.y + card.height)) + margin,
    cards,
    arrows: arrowsOf(cards),
    relations: relationsOf(cards),
  };
}

/** Returns the types by their distance from a type without relations. A relation that closes a circle does not count. */
function columnsOf(types: readonly TypeNode[]): readonly (readonly TypeNode[])[] {
  const depths = new Map<string, number>();
  const depthOf = (type: TypeNode, above: readonly string[]): number => {
    const known = depths.get(type.name);
    if (known !== undefined) return known;
    const related = Object.values(type.relations).flatMap((name) =>
      types.filter((other) => other.name === name),
    );
    const next = related.filter(({ name }) => name !== type.name && !above.includes(name));
    const depth = Math.max(0, ...next.map((other) => depthOf(other, [...above, type.name]) + 1));
    depths.set(type.name, depth);
    return depth;
  };
  // A type without names and relations, such as an actor, only needs a place.
  const columns: TypeNode[][] = [];
  for (const type of types) (columns[depthOf(type, [])] ??= []).push(type);
  return columns.filter((column) => column !== undefined);
}

function cardOf(type: TypeNode, x: number, y: number): Card {
  const roles = inOrder(type);
  const roleWidth = Math.max(0, ...roles.map(widthOf));
  const permissionWidth = Math.max(0, ...type.permissions.map(widthOf));
  const hasBoth = roleWidth > 0 && permissionWidth > 0;
  const left = x + padding + (roleWidth > 0 ? leftRoom : 0);
  const right = left + roleWidth + (hasBoth ? innerGap : 0);
  const top = y + headerHeight + padding;
  const rows = Math.max(roles.length, type.permissions.length);
  const box = (name: string, kind: NameBox['kind'], row: number): NameBox => ({
    name,
    kind,
    x: kind === 'role' ? left : right,
    y: top + row * (nameHeight + nameGap),
    width: kind === 'role' ? roleWidth : permissionWidth,
    height: nameHeight,
  });
  return {
    type,
    x,
    y,
    width: Math.max(
      right + permissionWidth + padding - x,
      widthOf(type.name) + 2 * padding + (type.isActor ? 30 : 0),
    ),
    height: headerHeight + (rows === 0 ? 0 : 2 * padding + rows * (nameHeight + nameGap) - nameGap),
    names: [
      ...roles.map((name, row) => box(name, 'role', row)),
      ...type.permissions.map((name, row) => box(name, 'permission', row)),
    ],
  };
}

/** Returns the roles with the strongest first: a role that implies others is above them. */
function inOrder({ roles, grants }: TypeNode): readonly string[] {
  const rank = (role: string, seen: readonly string[]): number => {
    const implied = grants.filter(
      ({ needs, on, gives }) =>
        needs === role && on === undefined && roles.includes(gives) && !seen.includes(gives),
    );
    return Math.max(0, ...implied.map(({ gives }) => rank(gives, [...seen, role]) + 1));
  };
  // Many roles that imply each other would have too many paths.
  if (grants.length > 60) return roles;
  const ranks = new Map(roles.map((role) => [role, rank(role, [role])]));
  return roles.toSorted((a, b) => ranks.get(b)! - ranks.get(a)!);
}

function arrowsOf(cards: readonly Card[]): readonly Arrow[] {
  const grants = cards.flatMap((card) => card.type.grants.map((grant) => ({ card, grant })));
  return grants.flatMap(({ card, grant }, i): readonly Arrow[] => {
    const { type } = card;
    const source = grant.on === undefined ? type.name : type.relations[grant.on];
    const from = boxOf(cards, source, grant.needs);
    const to = boxOf(cards, type.name, grant.gives);
    if (from === undefined || to === undefined) return [];
    const isOnLeft = source === type.name && from.kind === to.kind;
    return [
      {
        number: i + 1,
        grant,
        isOnLeft,
        from: { x: isOnLeft ? from.x : from.x + from.width, y: middle(from) },
        to: { x: to.x, y: middle(to) + (isOnLeft ? 5 : 0) },
      },
    ];
  });
}

const boxOf = (cards: readonly Card[], type: string | undefined, name: string): NameBox | undefined =>
  cards.find((card) => card.type.name === type)?.names.find((box) => box.name === name);

const middle = ({ y, height }: Box): number => y + height / 2;

function relationsOf(cards: readonly Card[]): readonly RelationLine[] {
  return cards.flatMap((card) =>
    Object.entries(card.type.relations).flatMap(([name, type]) => {
      const other = cards.find((each) => each.type.name === type);
      if (other === undefined || other === card) return [];
      const isRight = other.x > card.x;
      return [
        {
          name,
          from: { x: isRight ? other.x : other.x + other.width, y: other.y + headerHeight / 2 },
          to: { x: isRight ? card.x + card.width : card.x, y: card.y + headerHeight / 2 },
        },
      ];
    }),
  );
}
