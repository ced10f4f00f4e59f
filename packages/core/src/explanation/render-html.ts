import type {
  Explanation,
  ExplainedFailure,
  ExplainedMiss,
  ExplainedPlace,
  ExplainedUse,
  ExplainedValue,
} from './explanation.js';

/**
 * Returns an explanation as a page in HTML: the tree, with the text of each rule next to it. The page is complete in itself: it has no
 * scripts and loads nothing.
 *
 * @example
 * await writeFile('explanation.html', renderExplanationPage(await authorizer.explain(user, 'read', note)));
 */
export function renderExplanationPage(explanation: Explanation): string {
  const { outcome, query, proof, misses, omitted, undecided, advice } = explanation;
  const notes = [
    ...(undecided === undefined ? [] : [`${undecided.message} (${placeOf(undecided)})`]),
    ...advice,
  ];
  const rules = [...proof.map(useItem), ...misses.map(missItem), ...omittedItem(omitted)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`${outcome}: ${query}`)}</title>
<style>${styles}</style>
</head>
<body>
<h1 class="${outcome === 'allowed' ? 'good' : 'bad'}">${outcome}</h1>
<p><code>${escaped(query)}</code></p>
${notes.map((note) => `<p class="note">${escaped(note)}</p>\n`).join('')}${listOf(rules)}
</body>
</html>
`;
}

const styles = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
ul { list-style: none; padding-left: 1.25rem; border-left: 1px solid #8886 }
code, pre { font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; margin: 0 }
pre { background: #8881; padding: .25rem .5rem; border-radius: 4px }
summary { cursor: pointer }
.good { color: #1a7f37 } .bad { color: #cf222e }
.place, .values { color: #888; font-size: 13px } .note { border-left: 3px solid #bf8700; padding-left: .5rem }
`;

const useItem = (use: ExplainedUse): string =>
  item('good', use.name, use, [source(use.text), values(use.bindings), listOf(use.calls.map(useItem))]);

const missItem = (miss: ExplainedMiss): string =>
  item('bad', miss.name, miss, [
    source(miss.text),
    values(miss.bindings),
    listOf([
      ...miss.held.map((text) => `<li><span class="good">✓</span> <code>${escaped(text)}</code></li>`),
      failureItem(miss.failure),
    ]),
  ]);

function failureItem(failure: ExplainedFailure): string {
  const label = failure.kind === 'head' || failure.kind === 'cut' ? '' : failure.text;
  return item('bad', label, failure, [`<div>${escaped(failure.reason)}</div>`, ...detailsOf(failure)]);
}

function detailsOf(failure: ExplainedFailure): string[] {
  switch (failure.kind) {
    case 'head':
    case 'cut':
      return [];
    case 'condition':
      return [values(failure.values)];
    case 'or':
      return [listOf(failure.alternatives.map(failureItem))];
    case 'not':
      return [
        values(failure.values),
        listOf([
          ...failure.proof.map(useItem),
          ...(failure.failure === undefined ? [] : [failureItem(failure.failure)]),
        ]),
      ];
    case 'call':
      return [
        failure.isRepeated ? '<div class="values">explained above</div>' : '',
        listOf([...failure.misses.map(missItem), ...omittedItem(failure.omitted)]),
      ];
  }
}

function item(kind: 'good' | 'bad', label: string, place: ExplainedPlace, parts: readonly string[]): string {
  const head = `<span class="${kind}">${kind === 'good' ? '✓' : '✗'}</span> <code>${escaped(label)}</code>`;
  const summary = `<summary>${head} <span class="place">${escaped(placeOf(place))}</span></summary>`;
  return `<li><details open>${summary}${parts.join('')}</details></li>`;
}

const source = (text: string): string => `<pre>${escaped(text)}</pre>`;

const omittedItem = (count: number): string[] =>
  count === 0
    ? []
    : [`<li class="values">${count === 1 ? '1 other rule is' : `${count} other rules are`} not shown</li>`];

function values(all: readonly ExplainedValue[]): string {
  const shown = all.filter(({ name }) => name !== '').map(({ name, value }) => `${name} = ${value}`);
  return shown.length === 0 ? '' : `<div class="values">${escaped(shown.join(', '))}</div>`;
}

const listOf = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>\n${items.join('\n')}\n</ul>`;

const placeOf = ({ file = 'policy', line, column }: ExplainedPlace): string => `${file}:${line}:${column}`;

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => replacements[character]!);
