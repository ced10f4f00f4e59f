/** The functions and decorators of the packages whose first texts are actions. */
const calls =
  'actions|allowed|authorize|Authorize|authorizeChange|authorizeField|authorizeNew|can|canAll|canField|canSync|count|explain|filter|isAllowed|list|one|requireGrant|where|whoCan';
const callStart = new RegExp(`(?<![\\w$])(?:${calls})\\s*(?:<[^<>()]*>)?\\s*\\(`, 'g');
const literal = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`[^`$\\]*`/g;

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
  for (const { index, 0: text } of line.matchAll(literal)) {
    const start = lineStart + index;
    if (offset <= start || offset >= start + text.length) continue;
    return isInCall(source, start) ? text.slice(1, -1) : undefined;
  }
  return undefined;
}

/** A part of a text, without the quotes around it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Returns the places of an action in such calls, in the order of the text. A place in a comment or of another type counts, too. */
export function placesOfAction(source: string, action: string): readonly TextRange[] {
  const places: TextRange[] = [];
  for (const quote of ["'", '"', '`']) {
    const wanted = `${quote}${action}${quote}`;
    for (let at = source.indexOf(wanted); at !== -1; at = source.indexOf(wanted, at + wanted.length))
      if (isInCall(source, at)) places.push({ start: at + 1, end: at + wanted.length - 1 });
  }
  return places.toSorted((a, b) => a.start - b.start);
}

/** Returns whether the text at an offset is between the parentheses of a call. */
function isInCall(source: string, start: number): boolean {
  const before = source.slice(Math.max(0, start - searched), start).replaceAll(literal, '');
  const statement = before.slice(before.lastIndexOf(';') + 1);
  return [...statement.matchAll(callStart)].some(({ index, 0: call }) =>
    isOpenAfter(statement.slice(index + call.length)),
  );
}

/** Returns whether a parenthesis before a text is not closed in it. */
function isOpenAfter(text: string): boolean {
  let depth = 1;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return false;
  }
  return true;
}
