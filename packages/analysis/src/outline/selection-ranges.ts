import { visit, type PolicyNode } from '@nanook/core/syntax';

/** Returns the parts of a policy around an offset, from the smallest to the whole file. */
export function selectionRangesAt(
  tree: PolicyNode,
  offset: number,
): readonly { readonly start: number; readonly end: number }[] {
  const found = new Map<string, { readonly start: number; readonly end: number }>();
  visit(tree, ({ span: { start, end } }) => {
    if (start <= offset && offset <= end) found.set(`${start} ${end}`, { start, end });
    return start <= offset && offset <= end;
  });
  return [...found.values()].toSorted((a, b) => a.end - a.start - (b.end - b.start));
}
