import type { RuleReference } from '../engine/proof.js';
import type { ExplainedFailure, ExplainedPlace } from './explanation.js';

interface ShownRule {
  readonly id: string;
  readonly rule: RuleReference;
  /** The places and the texts of the conditions that fail. */
  readonly failed: (ExplainedPlace & { readonly text: string })[];
}

/** The texts of the rules on a page, each once, with marks at the conditions that fail. */
export class PageSources {
  readonly #rules = new Map<string, ShownRule>();

  /** Adds a rule, and the condition that fails. Returns the id of its text on the page. */
  add(rule: RuleReference, failure?: ExplainedFailure): string {
    const place = placeOf(rule);
    let shown = this.#rules.get(place);
    if (shown === undefined) {
      shown = { id: `rule-${this.#rules.size + 1}`, rule, failed: [] };
      this.#rules.set(place, shown);
    }
    if (failure !== undefined) shown.failed.push(...failedConditions(failure));
    return shown.id;
  }

  render(): string {
    return [...this.#rules.values()]
      .map(
        ({ id, rule, failed }) =>
          `<h3 id="${id}">${escapeHtml(placeOf(rule))}</h3>\n<pre>${markedText(rule, failed)}</pre>`,
      )
      .join('\n');
  }
}

export const placeOf = ({ file = 'policy', line, column }: ExplainedPlace): string =>
  `${file}:${line}:${column}`;

function failedConditions(failure: ExplainedFailure): ShownRule['failed'] {
  if (failure.kind === 'or') return failure.alternatives.flatMap(failedConditions);
  return failure.kind === 'head' || failure.kind === 'cut' ? [] : [failure];
}

/** Returns the text of a rule in HTML, with marks at the conditions that fail. */
function markedText(rule: RuleReference, failed: ShownRule['failed']): string {
  const starts = failed
    .map((condition) => ({ start: offsetOf(rule, condition), text: condition.text }))
    .filter(({ start, text }) => rule.text.startsWith(text, start))
    .sort((a, b) => a.start - b.start);
  let html = '';
  let end = 0;
  for (const { start, text } of starts) {
    if (start < end) continue;
    html += `${escapeHtml(rule.text.slice(end, start))}<mark>${escapeHtml(text)}</mark>`;
    end = start + text.length;
  }
  return html + escapeHtml(rule.text.slice(end));
}

/** Returns the offset of a place in the text of a rule. A place outside the text has an offset behind its end. */
function offsetOf({ text, line, column }: RuleReference, place: ExplainedPlace): number {
  const lines = text.split('\n');
  const row = place.line - line;
  const before = lines.slice(0, row).reduce((length, each) => length + each.length + 1, 0);
  const points = place.column - (row === 0 ? column : 1);
  if (row < 0 || row >= lines.length || points < 0) return Infinity;
  return before + [...lines[row]!].slice(0, points).join('').length;
}

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes a text for HTML: for an element, and for an attribute in quotation marks. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => replacements[character]!);
