import { htmlPage } from '../output/html-page.js';
import { escapeXml } from '../output/xml.js';
import type { CoveredFile, PlacedPart } from './covered-policy.js';
import { measureNames, measuresOf, percentText } from './measures.js';

/** A range of the text with a remark. */
interface Remark {
  readonly start: number;
  readonly end: number;
  readonly kind: 'covered' | 'partial' | 'missing';
  readonly text: string;
}

/**
 * Returns the coverage as a page in HTML, with the source of each policy. Each mark has a number and a text below the source, so that it
 * can be read without colors.
 */
export function coveragePage(files: readonly CoveredFile[]): string {
  const measures = measuresOf(files);
  const rows = measureNames.map((name) => {
    const { covered, total, percent } = measures[name];
    return `<tr><th scope="row">${name}</th><td>${percentText(percent)}</td><td>${covered} of ${total}</td></tr>`;
  });
  return htmlPage({
    title: 'Coverage of the policies',
    styles,
    body: `<table>
<thead><tr><th scope="col">measure</th><th scope="col">covered</th><th scope="col">parts</th></tr></thead>
<tbody>${rows.join('')}</tbody>
</table>
<p>A <span class="missing">part with a double line</span> was never reached. A <span class="partial">part with a dotted line</span> was
reached with one outcome only. The numbers refer to the list below each file. The column before the text counts how often each rule held.</p>
${files.map(fileSection).join('\n')}`,
  });
}

function fileSection(file: CoveredFile, index: number): string {
  const remarks = [
    ...file.rules.flatMap((rule) => [
      ruleRemark(rule),
      ...(rule.held + rule.failed === 0
        ? []
        : [...rule.alternatives.flatMap(alternativeRemark), ...rule.conditions.flatMap(conditionRemark)]),
    ]),
    ...file.roles.flatMap(roleRemark),
  ].filter((remark) => remark !== undefined);
  const listed = remarks
    .filter(({ kind }) => kind !== 'covered')
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const held = new Map(file.rules.map(({ line, held: count }) => [line, count]));
  const lines = marked(file.text, listed, `f${index}`).split('\n');
  const width = String(lines.length).length;
  const numbered = lines.map((line, i) => {
    const count = held.get(i + 1);
    const hits = (count === undefined ? '' : `${count}×`).padStart(6);
    return `<span class="number">${String(i + 1).padStart(width)} ${hits} </span>${line}`;
  });
  const items = listed.map(
    ({ text, kind }, i) => `<li id="f${index}-${i + 1}"><span class="${kind}">${escapeXml(text)}</span></li>`,
  );
  return `<section>
<h2>${escapeXml(file.file)}</h2>
<pre tabindex="0">${numbered.join('\n')}</pre>
${items.length === 0 ? '<p>All parts are covered.</p>' : `<ol>${items.join('\n')}</ol>`}
</section>`;
}

const remark = ({ span }: PlacedPart, kind: Remark['kind'], text: string): Remark => ({
  start: span.start,
  end: span.end,
  kind,
  text,
});

function ruleRemark(rule: PlacedPart): Remark {
  if (rule.held > 0) return remark(rule, 'covered', '');
  const reason = rule.failed === 0 ? 'no test tries it' : 'it never holds';
  return remark(rule, 'missing', `line ${rule.line}: rule ${rule.text}: ${reason}`);
}

const alternativeRemark = (part: PlacedPart): Remark[] =>
  part.held > 0
    ? []
    : [remark(part, 'missing', `line ${part.line}: alternative ${part.text}: it is never taken`)];

function conditionRemark(part: PlacedPart): Remark[] {
  const { held, failed, line, text } = part;
  if (held > 0 && failed > 0) return [];
  const name = `line ${line}: condition ${text}`;
  if (held + failed === 0) return [remark(part, 'missing', `${name}: no test tries it`)];
  return [remark(part, 'partial', `${name}: it is never ${held === 0 ? 'true' : 'false'}`)];
}

const roleRemark = (part: PlacedPart): Remark[] =>
  part.held > 0
    ? []
    : [remark(part, 'missing', `line ${part.line}: role ${part.text}: no actor of a test has it`)];

/** Marks ranges, which are apart or inside each other, in a text. A mark ends at the end of each line and starts again on the next. */
function marked(text: string, remarks: readonly Remark[], id: string): string {
  const starts = new Map<number, number[]>();
  const ends = new Map<number, number>();
  remarks.forEach(({ start, end }, i) => {
    starts.set(start, [...(starts.get(start) ?? []), i]);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  });
  const open: number[] = [];
  const tag = (i: number): string => `<span class="${remarks[i]!.kind}">`;
  let html = '';
  for (let at = 0; at <= text.length; at++) {
    for (let count = ends.get(at) ?? 0; count > 0; count--) {
      const i = open.pop()!;
      html += `</span><a class="ref" href="#${id}-${i + 1}" aria-label="note ${i + 1}">${i + 1}</a>`;
    }
    for (const i of starts.get(at) ?? []) {
      open.push(i);
      html += tag(i);
    }
    const character = text[at];
    if (character === undefined) break;
    if (character === '\n') html += `${'</span>'.repeat(open.length)}\n${open.map(tag).join('')}`;
    else if (character !== '\r') html += escapeXml(character);
  }
  return html;
}

// The contrast of each color with its background is at least 7 to 1.
const styles = `
:root { color-scheme: light dark; --text: #1f2328; --back: #ffffff; --fill: #f6f8fa; --quiet: #4a525a; --line: #d1d9e0;
  --missing: #8a0f16; --missing-back: #ffe5e3; --partial: #5c3d00; --partial-back: #fff3cd }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f3f6; --back: #0d1117; --fill: #161b22; --quiet: #b7bfc8; --line: #3d444d;
    --missing: #ffc1bd; --missing-back: #4a1113; --partial: #ffdf8a; --partial-back: #3a2b00 }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 1.5rem 2rem }
main { max-width: 70rem }
table { border-collapse: collapse } th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--line) }
pre { font: 14px/1.6 ui-monospace, monospace; background: var(--fill); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow: auto }
.number { color: var(--quiet); user-select: none }
.missing { color: var(--missing); background: var(--missing-back); text-decoration: underline double }
.partial { color: var(--partial); background: var(--partial-back); text-decoration: underline dotted 2px }
.ref { font-size: .75em; vertical-align: super; color: inherit }
li .missing, li .partial { text-decoration: none }
`;
