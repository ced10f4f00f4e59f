import { escapeHtml, PageSources, placeOf } from './page-sources.js';
import type {
  Explanation,
  ExplainedFailure,
  ExplainedMiss,
  ExplainedPlace,
  ExplainedUse,
  ExplainedValue,
} from './explanation.js';
import { nearestCondition } from './nearest-condition.js';
import { firstLine, omittedText } from './render-text.js';

export interface PageOptions {
  /** The title of the page. Default: the outcome, such as `denied`. */
  readonly title?: string | undefined;
  /** A paragraph below the title. */
  readonly note?: string | undefined;
}

/**
 * Returns an explanation as a page in HTML: the tree, and next to it the text of each rule, with marks at the conditions that fail. The
 * page is complete in itself: it has no scripts and loads nothing.
 *
 * @example
 * await writeFile('explanation.html', renderExplanationPage(await authorizer.explain(user, 'read', note)));
 */
export function renderExplanationPage(explanation: Explanation, { title, note }: PageOptions = {}): string {
  const { outcome, query, undecided, advice } = explanation;
  const heading = title ?? outcome;
  const sources = new PageSources();
  const tree = new PageTree(sources).render(explanation);
  const notes = [
    ...(undecided === undefined ? [] : [`${undecided.message} (${placeOf(undecided)})`]),
    ...advice,
  ];
  const rules = sources.render();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${heading}: ${query}`)}</title>
<style>${styles}</style>
</head>
<body>
<h1>${escapeHtml(heading)}</h1>
${note === undefined ? '' : `<p>${escapeHtml(note)}</p>\n`}<p><strong class="${outcome === 'allowed' ? 'good' : 'bad'}">${outcome}</strong>: <code>${escapeHtml(query)}</code></p>
${nearestParagraph(explanation)}${notes.map((text) => `<p class="note">${escapeHtml(text)}</p>\n`).join('')}<main>
<section>
<h2>${outcome === 'allowed' ? 'Proof' : 'Rules, nearest first'}</h2>
${tree === '' ? '<p>No rule applies.</p>' : tree}
</section>
${rules === '' ? '' : `<section class="sources">\n<h2>Policy</h2>\n${rules}\n</section>\n`}</main>
</body>
</html>
`;
}

function nearestParagraph(explanation: Explanation): string {
  const nearest = nearestCondition(explanation);
  if (nearest === undefined) return '';
  const text =
    nearest.kind === 'head' || nearest.kind === 'cut'
      ? ''
      : `<code>${escapeHtml(firstLine(nearest.text))}</code>: `;
  return `<p>Nearest condition that fails: ${text}${escapeHtml(nearest.reason)} <span class="quiet">${escapeHtml(placeOf(nearest))}</span></p>\n`;
}

const styles = `
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --quiet: #59636e; --line: #d1d9e0; --fill: #f6f8fa; --mark: #ffebe9 }
@media (prefers-color-scheme: dark) {
  :root { --good: #3fb950; --bad: #ff7b72; --quiet: #9198a1; --line: #3d444d; --fill: #1b1f24; --mark: #5c1a1b }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem 2rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem } h3 { font-size: .85rem; font-weight: 600; margin: .75rem 0 .25rem }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 2rem; align-items: start }
.sources { position: sticky; top: 0; max-height: 100vh; overflow: auto }
@media (max-width: 60rem) { main { display: block } .sources { position: static; max-height: none } }
ul { list-style: none; margin: 0; padding-left: 1.1rem; border-left: 1px solid var(--line) }
section > ul { padding-left: 0; border-left: 0 }
li { margin: .2rem 0 } details > :not(summary) { margin-left: 1.1rem } summary { cursor: pointer }
code, pre { font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre { background: var(--fill); border: 1px solid var(--line); border-radius: 6px; margin: 0; padding: .4rem .6rem }
mark { background: var(--mark); color: inherit; border-bottom: 2px solid var(--bad) }
h3:target + pre { border-color: var(--bad) }
a { color: inherit } .good { color: var(--good) } .bad { color: var(--bad) } .quiet { color: var(--quiet); font-size: 13px }
.note { border-left: 4px solid #bf8700; padding-left: .6rem }
`;

/** The tree of an explanation as nested lists. It adds each rule to the texts next to it. */
class PageTree {
  constructor(readonly sources: PageSources) {}

  render({ proof, misses, omitted }: Explanation): string {
    return listOf([...proof.map((use) => this.#use(use)), ...this.#misses(misses, omitted)]);
  }

  #use(use: ExplainedUse): string {
    return item('good', use.text, this.#link(use), [
      valueLine(use.bindings),
      listOf(use.calls.map((called) => this.#use(called))),
    ]);
  }

  #misses(misses: readonly ExplainedMiss[], omitted: number): string[] {
    return [
      ...misses.map((miss) => this.#miss(miss)),
      ...(omitted === 0 ? [] : [`<li class="quiet">${omittedText(omitted)}</li>`]),
    ];
  }

  #miss(miss: ExplainedMiss): string {
    const link = this.#link(miss, miss.failure);
    const held = miss.held.map((text) => `<li>${symbol('good')} <code>${escapeHtml(text)}</code></li>`);
    return item('bad', miss.text, link, [
      valueLine(miss.bindings),
      listOf([...held, this.#failure(miss.failure)]),
    ]);
  }

  #failure(failure: ExplainedFailure): string {
    const reason = escapeHtml(failure.reason);
    if (failure.kind === 'head' || failure.kind === 'cut') return `<li>${symbol('bad')} ${reason}</li>`;
    const details = this.#details(failure);
    const head = `${symbol('bad')} <code>${escapeHtml(firstLine(failure.text))}</code>: ${reason}`;
    const body = details.join('');
    return body === ''
      ? `<li>${head}</li>`
      : `<li><details open><summary>${head}</summary>${body}</details></li>`;
  }

  #details(failure: ExplainedFailure): string[] {
    switch (failure.kind) {
      case 'head':
      case 'cut':
        return [];
      case 'condition':
        return [valueLine(failure.values.filter(({ name, value }) => name !== value))];
      case 'or':
        return [listOf(failure.alternatives.map((each) => this.#failure(each)))];
      case 'not':
        return [
          valueLine(failure.values),
          listOf([
            ...failure.proof.map((use) => this.#use(use)),
            ...(failure.failure === undefined ? [] : [this.#failure(failure.failure)]),
          ]),
        ];
      case 'call':
        return [
          failure.isRepeated ? '<div class="quiet">explained above</div>' : '',
          listOf(this.#misses(failure.misses, failure.omitted)),
        ];
    }
  }

  #link(rule: ExplainedUse | ExplainedMiss, failure?: ExplainedFailure): string {
    return linkTo(this.sources.add(rule, failure), rule);
  }
}

const linkTo = (id: string, place: ExplainedPlace): string =>
  `<a class="quiet" href="#${id}">${escapeHtml(placeOf(place))}</a>`;

const symbol = (kind: 'good' | 'bad'): string =>
  kind === 'good'
    ? '<span class="good" role="img" aria-label="holds">✓</span>'
    : '<span class="bad" role="img" aria-label="fails">✗</span>';

/** Returns a rule as an item of the tree that can be closed. */
const item = (kind: 'good' | 'bad', text: string, link: string, parts: readonly string[]): string =>
  `<li><details open><summary>${symbol(kind)} <code>${escapeHtml(firstLine(text))}</code> ${link}</summary>${parts.join('')}</details></li>`;

function valueLine(all: readonly ExplainedValue[]): string {
  const shown = all.filter(({ name }) => name !== '').map(({ name, value }) => `${name} = ${value}`);
  return shown.length === 0 ? '' : `<div class="quiet">${escapeHtml(shown.join(', '))}</div>`;
}

const listOf = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>\n${items.join('\n')}\n</ul>`;
