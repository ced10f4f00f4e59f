import { escapeXml } from '../output/xml.js';
import { layoutOf, type Arrow, type Card, type NameBox, type Point, type RelationLine } from './layout.js';
import type { Grant, PolicyGraph } from './policy-graph.js';

const lineHeight = 20;

/**
 * Prints the graph as a picture: a card for each type, a numbered arrow for each shorthand rule, and below the rules with their numbers
 * and places.
 */
export function toSvg(graph: PolicyGraph): string {
  const { width, height, cards, arrows, relations } = layoutOf(graph);
  const legend = arrows.map(
    ({ number, grant }) => `${number}  ${ruleText(grant)}   ${grant.file}:${grant.line}`,
  );
  const legendWidth = Math.max(0, ...legend.map((line) => line.length * 7.5 + 48));
  const [fullWidth, fullHeight] = [
    Math.ceil(Math.max(width, legendWidth)),
    height + (legend.length > 0 ? legend.length * lineHeight + 20 : 0),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" role="img" aria-label="Types, roles and permissions of the policy">`,
    `<style>${style}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" class="tip"/></marker></defs>',
    `<rect width="${fullWidth}" height="${fullHeight}" class="page"/>`,
    ...cards.map(cardShape),
    ...relations.map(relationShape),
    ...arrows.map(arrowShape),
    ...cards.flatMap(({ names }) => names.map(nameShape)),
    ...arrows.map(numberShape),
    ...legend.map(
      (line, i) => `<text x="24" y="${height + 16 + i * lineHeight}" class="rule">${escapeXml(line)}</text>`,
    ),
    '</svg>',
  ].join('\n');
}

export const ruleText = ({ gives, needs, on }: Grant): string =>
  `"${gives}" if "${needs}"${on === undefined ? '' : ` on "${on}"`};`;

const style = `
text { font: 13px ui-sans-serif, system-ui, "DejaVu Sans", sans-serif; fill: #1f2933; }
.page { fill: #ffffff; } .card { fill: #f7f9fb; stroke: #9aa8b7; } .head { font-weight: 600; font-size: 15px; }
.kind { fill: #66788a; font-size: 11px; } .role { fill: #dbeafe; stroke: #3b6fb5; } .permission { fill: #dcfce7; stroke: #3f8f5b; }
.arrow { fill: none; stroke: #52616f; stroke-width: 1.4; } .relation { fill: none; stroke: #9aa8b7; stroke-dasharray: 4 4; }
.tip { fill: #52616f; } .number { fill: #ffffff; stroke: #52616f; } .digits { font-size: 10px; text-anchor: middle; }
.name { text-anchor: middle; } .rule { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; white-space: pre; }
.over { fill: #66788a; font-size: 11px; text-anchor: middle; }`;

const cardShape = ({ x, y, width, height, type }: Card): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" class="card"/>` +
  `<text x="${x + 16}" y="${y + 24}" class="head">${escapeXml(type.name)}` +
  `${type.isActor ? '<tspan class="kind" dx="8">actor</tspan>' : ''}</text>`;

const nameShape = ({ x, y, width, height, name, kind }: NameBox): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === 'role' ? 13 : 3}" class="${kind}"/>` +
  `<text x="${x + width / 2}" y="${y + 17.5}" class="name">${escapeXml(name)}</text>`;

const arrowShape = (arrow: Arrow): string =>
  `<path d="${curve(controlPoints(arrow))}" class="arrow" marker-end="url(#tip)">` +
  `<title>${escapeXml(`${ruleText(arrow.grant)} ${arrow.grant.file}:${arrow.grant.line}`)}</title></path>`;

function relationShape({ name, from, to }: RelationLine): string {
  const at = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 6 };
  return (
    `<path d="M${from.x} ${from.y} L${to.x} ${to.y}" class="relation"/>` +
    `<text x="${at.x}" y="${at.y}" class="over">${escapeXml(name)}</text>`
  );
}

/** The number of an arrow, on its curve before the tip. The numbers of several arrows to one name are behind each other. */
function numberShape(arrow: Arrow, index: number, all: readonly Arrow[]): string {
  const before = all
    .slice(0, index)
    .filter(({ to, isOnLeft }) => isSame(to, arrow.to) && isOnLeft === arrow.isOnLeft);
  const { x, y } = arrow.isOnLeft
    ? pointAt(controlPoints(arrow), 0.5)
    : pointBefore(controlPoints(arrow), arrow.to.x - 24 - before.length * 19);
  return (
    `<circle cx="${round(x)}" cy="${round(y)}" r="8" class="number"/>` +
    `<text x="${round(x)}" y="${round(y + 3.5)}" class="digits">${arrow.number}</text>`
  );
}

const isSame = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;

/** Returns the last point of a curve that is not beyond a distance from the left; its start if there is none. */
function pointBefore(points: Curve, x: number): Point {
  for (let t = 1; t > 0; t -= 0.01) {
    const point = pointAt(points, t);
    if (point.x <= x) return point;
  }
  return points[0];
}

type Curve = readonly [Point, Point, Point, Point];

function controlPoints({ from, to, isOnLeft, number }: Arrow): Curve {
  if (isOnLeft) {
    // Longer distances swing out further, so that curves do not lie on each other.
    const out = 16 + Math.min(30, Math.abs(to.y - from.y) / 4) + (number % 3) * 3;
    return [from, { x: from.x - out, y: from.y }, { x: to.x - out, y: to.y }, to];
  }
  const pull = Math.max(40, Math.abs(to.x - from.x) / 2);
  return [from, { x: from.x + pull, y: from.y }, { x: to.x - pull, y: to.y }, to];
}

const curve = ([a, b, c, d]: Curve): string => `M${a.x} ${a.y} C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}`;

/** Returns the point of a Bézier curve. */
function pointAt([a, b, c, d]: Curve, t: number): Point {
  const [wa, wb, wc, wd] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  return {
    x: wa * a.x + wb * b.x + wc * c.x + wd * d.x,
    y: wa * a.y + wb * b.y + wc * c.y + wd * d.y,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
