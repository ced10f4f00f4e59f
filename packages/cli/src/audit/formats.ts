import { count } from '../output/count.js';
import { htmlPage } from '../output/html-page.js';
import type { Colors } from '../output/io.js';
import { escapeXml } from '../output/xml.js';
import {
  describeRequirements,
  type AuditedRoute,
  type DecisionCounts,
  type PolicyPlace,
} from './audited-route.js';

/** The result of `nanook audit`. */
export interface AuditResult {
  readonly routes: readonly AuditedRoute[];
  /** Messages about the audit itself. */
  readonly notes: readonly string[];
  /** The SHA-256 of the text of each policy. */
  readonly policies: Readonly<Record<string, string>>;
}

/** The forms in which `nanook audit` prints its result. */
export const auditFormats = {
  text: toText,
  markdown: toMarkdown,
  html: toHtml,
  json: toJson,
} satisfies Record<string, (result: AuditResult, colors: Colors) => string>;
export type AuditFormat = keyof typeof auditFormats;
export const auditFormatNames = Object.keys(auditFormats) as readonly AuditFormat[];

export const findingsOf = ({
  routes,
}: AuditResult): readonly { readonly text: string; readonly location: string | undefined }[] =>
  routes.flatMap(({ findings, location }) => findings.map((text) => ({ text, location })));

function toText(result: AuditResult, colors: Colors): string {
  const [head, ...rows] = tableOf(result, 2);
  const widths = head!.map((_, i) => Math.max(...[head!, ...rows].map((row) => [...row[i]!].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell + ' '.repeat(widths[i]! - [...cell].length))
      .join('  ')
      .trimEnd();
  const lines = rows.map((row, i) => {
    const text = line(row);
    return result.routes[i]!.findings.length > 0 ? colors.red(text) : text;
  });
  const findings = findingsOf(result).map(
    ({ text, location }) =>
      `${colors.red('finding')} ${text}${location === undefined ? '' : colors.dim(` (${location})`)}`,
  );
  return [
    colors.bold(line(head!)),
    ...lines,
    ...(findings.length > 0 ? ['', ...findings] : []),
    '',
    summaryOf(result, colors),
    ...result.notes.map((note) => `${colors.yellow('note')} ${note}`),
  ].join('\n');
}

function summaryOf({ routes }: AuditResult, colors: Colors): string {
  const number = (status: AuditedRoute['status']): number =>
    routes.filter((route) => route.status === status).length;
  const parts = [
    `${number('authorized')} authorized`,
    `${number('skipped')} skipped`,
    ...(number('exempt') > 0 ? [`${number('exempt')} exempt`] : []),
    `${number('unprotected')} without a requirement`,
  ];
  const text = `${count(routes.length, 'route')}: ${parts.join(', ')}`;
  return routes.some(({ findings }) => findings.length > 0) ? colors.red(text) : colors.green(text);
}

/** Returns the cells of a table, with its head. @param shown the number of places that a cell names; the rest is counted */
function tableOf({ routes }: AuditResult, shown: number): readonly (readonly string[])[] {
  const hasLog = routes.some(({ decisions }) => decisions !== undefined);
  return [
    ['method', 'path', 'requirement', 'rules', 'tests', ...(hasLog ? ['decisions'] : [])],
    ...routes.map((route) => {
      const { method, path, rules, tests, status, decisions } = route;
      const isAuthorized = status === 'authorized';
      return [
        method,
        path,
        describeRequirements(route),
        placesText(rules, shown) || (isAuthorized ? '–' : ''),
        tests.length > 0 ? String(tests.length) : isAuthorized ? '–' : '',
        ...(hasLog ? [isAuthorized && decisions !== undefined ? decisionsText(decisions) : ''] : []),
      ];
    }),
  ];
}

const placeText = ({ file, line }: PolicyPlace): string => `${file ?? 'policy'}:${line}`;

function placesText(places: readonly PolicyPlace[], shown: number): string {
  const named = places.slice(0, shown).map(placeText).join(', ');
  return places.length > shown ? `${named}, +${places.length - shown}` : named;
}

function decisionsText(counts: DecisionCounts): string {
  const parts = Object.entries(counts).filter(([outcome, number]) => number > 0 || outcome === 'allowed');
  const total = parts.reduce((sum, [, number]) => sum + number, 0);
  return total === 0 ? '–' : parts.map(([outcome, number]) => `${number} ${outcome}`).join(', ');
}

function toMarkdown(result: AuditResult): string {
  const [head, ...rows] = tableOf(result, Infinity);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const findings = findingsOf(result).map(({ text }) => `- ${text}`);
  return [
    line(head!),
    line(head!.map(() => '---')),
    ...rows.map(line),
    ...(findings.length > 0 ? ['', '**Findings**', '', ...findings] : []),
  ].join('\n');
}

function toHtml(result: AuditResult): string {
  const [head, ...rows] = tableOf(result, Infinity);
  const cells = (row: readonly string[]): string => row.map((cell) => `<td>${escapeXml(cell)}</td>`).join('');
  const body = rows.map(
    (row, i) =>
      `<tr class="${result.routes[i]!.findings.length > 0 ? 'finding' : result.routes[i]!.status}">${cells(row)}</tr>`,
  );
  const findings = findingsOf(result).map(
    ({ text, location }) => `<li>${escapeXml(location === undefined ? text : `${text} (${location})`)}</li>`,
  );
  const list = findings.length > 0 ? `<h2>Findings</h2>\n<ul>${findings.join('')}</ul>\n` : '';
  return htmlPage({
    title: 'Authorization of the routes',
    styles,
    body: `${list}<table>
<thead><tr>${head!.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>`,
  });
}

const styles = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8884; padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; }
tr.finding td { font-weight: bold; background: #f002; }
tr.skipped td, tr.exempt td { opacity: 0.75; }
`;

function toJson({ routes, notes, policies }: AuditResult): string {
  const findings = routes.flatMap((route) => route.findings).length;
  return JSON.stringify(
    { findings, routes: routes.map(({ mistakes: _mistakes, ...route }) => route), notes, policies },
    undefined,
    2,
  );
}
