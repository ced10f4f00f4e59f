import type { DebugTarget, StopView, ValueView } from '@nanook/core/debug';

/**
 * Returns the value of a variable, or of a path of fields from one, such as `note.owner.id`, that the stopped query has as data; undefined for
 * other expressions, and for a path over a getter. No code of the application is called.
 *
 * @param index the number of the rule on the stack
 */
export async function valueAt(
  expression: string,
  { query, stack }: StopView,
  index: number,
  target: DebugTarget,
): Promise<ValueView | undefined> {
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(expression)) return undefined;
  const [variable, ...fields] = expression.split('.');
  let found = stack[index]?.bindings.find(({ name }) => name === variable);
  for (const field of fields) {
    const { parts } = found ?? {};
    if (parts?.kind !== 'fields') return undefined;
    // oxlint-disable-next-line no-await-in-loop -- each field is a part of the one before
    found = await fieldOf(query, parts.id, field, target);
  }
  return found?.parts?.kind === 'getter' ? undefined : found;
}

/** Finds a field on the page of a value, or on the pages behind its last part. */
async function fieldOf(
  query: number,
  id: number,
  field: string,
  target: DebugTarget,
): Promise<ValueView | undefined> {
  const page = await target.parts(query, id);
  const last = page.at(-1);
  return (
    page.find(({ name }) => name === field) ??
    (last?.name === '…' && last.parts !== undefined
      ? fieldOf(query, last.parts.id, field, target)
      : undefined)
  );
}
