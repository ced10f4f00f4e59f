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
.over { fill: #66788a; font-size: 11px; stroke: #ffffff; stroke-width: 3; paint-order: stroke; }`;

const cardShape = ({ x, y, width, height, type }: Card): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" class="card"/>` +
  `<text x="${x + 16}" y="${y + 24}" class="head">${escapeXml(type.name)}` +
  `${type.isActor ? '<tspan class="kind" dx="8">actor</tspan>' : ''}</text>`;

const nameShape = ({ x, y, width, height, name, kind }: NameBox): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === 'role' ? 13 : 3}" class="${kind}"/>` +
  `<text x="${x + width / 2}" y="${y + 17.5}" class="name">${escapeXml(name)}</text>`;

const arrowShape = ({ points, grant }: Arrow): string =>
  `<path d="${pathAlong(points)}" class="arrow" marker-end="url(#tip)">` +
  `<title>${escapeXml(`${ruleText(grant)} ${grant.file}:${grant.line}`)}</title></path>`;

const relationShape = ({ name, points, nameAt, arrivesFrom }: RelationLine): string =>
  `<path d="${pathAlong(points)}" class="relation"/>` +
  `<text x="${nameAt.x}" y="${nameAt.y}" class="over" text-anchor="${arrivesFrom === 'left' ? 'end' : 'start'}">${escapeXml(name)}</text>`;

const numberShape = ({ number, numberAt: { x, y } }: Arrow): string =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="8" class="number"/>` +
  `<text x="${round(x)}" y="${round(y + 3.5)}" class="digits">${number}</text>`;

/** Draws horizontal and vertical lines with round corners. */
function pathAlong(points: readonly Point[]): string {
  const corners = points.slice(1, -1).map((corner, i) => {
    const [before, after] = [points[i]!, points[i + 2]!];
    const radius = Math.min(6, distance(before, corner) / 2, distance(corner, after) / 2);
    return `L${at(toward(corner, before, radius))} Q${at(corner)} ${at(toward(corner, after, radius))}`;
  });
  return [`M${at(points[0]!)}`, ...corners, `L${at(points.at(-1)!)}`].join(' ');
}

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

const distance = (a: Point, b: Point): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/** Returns the point at a length from one point to another. */
const toward = (from: Point, to: Point, length: number): Point => ({
  x: from.x + Math.sign(to.x - from.x) * length,
  y: from.y + Math.sign(to.y - from.y) * length,
});

const round = (value: number): number => Math.round(value * 10) / 10;
