/** The functions and decorators of the packages whose first texts are actions. */
const calls =
  'actions|allowed|authorize|Authorize|authorizeChange|authorizeField|authorizeNew|can|canAll|canField|canSync|count|explain|filter|isAllowed|list|one|requireGrant|where|whoCan';
const callBefore = new RegExp(`(?<![\\w$])(?:${calls})\\s*(?:<[^<>()]*>)?\\s*\\([^;]*$`);

/** The characters before a text that are searched for its call. */
const searched = 300;

/**
 * Returns the action in a call such as `authorizer.can(user, 'read', note)` or `@Authorize('read')` in TypeScript or JavaScript, whose text is
 * around an offset. It reads only the syntax, so that another function of the same name counts, too.
 */
export function actionAt(source: string, offset: number): string | undefined {
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = source.indexOf('\n', offset);
  const line = source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  for (const { index, 0: text } of line.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`$\\]*`/g)) {
    const start = lineStart + index;
    if (offset <= start || offset >= start + text.length) continue;
    const before = source.slice(Math.max(0, start - searched), start);
    return callBefore.test(before) ? text.slice(1, -1) : undefined;
  }
  return undefined;
}
