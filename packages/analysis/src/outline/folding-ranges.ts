import type { PolicyNode, Span } from '@nanook/core/syntax';

/** A part of a file that an editor can fold. */
export interface FoldingRange {
  readonly start: number;
  readonly end: number;
  readonly kind: 'comment' | 'region';
}

/** Returns the statements, setups and comments that take more than one line. */
export function foldingRangesOf({
  statements,
  comments,
  span: { source },
}: PolicyNode): readonly FoldingRange[] {
  const isLong = ({ start, end }: Pick<Span, 'start' | 'end'>): boolean =>
    source.text.slice(start, end).includes('\n');
  const parts = statements.flatMap((statement) => [
    statement.span,
    ...(statement.kind === 'test'
      ? statement.items.flatMap(({ kind, span }) => (kind === 'setup' ? [span] : []))
      : []),
  ]);
  const regions = parts.map(({ start, end }) => ({ start, end, kind: 'region' as const }));
  const runs: FoldingRange[] = [];
  for (const { span } of comments) {
    const last = runs.at(-1);
    const between = last === undefined ? 'x' : source.text.slice(last.end, span.start);
    if (last !== undefined && /^\r?\n[ \t]*$/.test(between))
      runs[runs.length - 1] = { ...last, end: span.end };
    else runs.push({ start: span.start, end: span.end, kind: 'comment' });
  }
  return [...regions, ...runs].filter(isLong).toSorted((a, b) => a.start - b.start);
}
