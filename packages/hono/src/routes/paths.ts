/** The segments of a path of Hono. A slash in the braces of a regular expression divides nothing. */
type Segments = readonly string[];

function segmentsOf(path: string): Segments {
  const segments: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    const character = path[i];
    if (character === '{') depth++;
    else if (character === '}') depth--;
    else if (character === undefined || (character === '/' && depth === 0)) {
      segments.push(path.slice(start, i));
      start = i + 1;
    }
  }
  return segments.slice(1); // before the first slash is nothing
}

/** Returns a path with each of its optional parameters, and without them: `/notes/:id?` is `/notes` and `/notes/:id`. */
function alternatives(path: string): readonly Segments[] {
  const segments = segmentsOf(path);
  const first = segments.findIndex((segment) => segment.startsWith(':') && segment.endsWith('?'));
  if (first === -1) return [segments];
  const withParameter = [
    ...segments.slice(0, first),
    segments[first]!.slice(0, -1),
    ...segments.slice(first + 1),
  ];
  return [segments.slice(0, first), ...alternatives(`/${withParameter.join('/')}`)];
}

const isParameter = (segment: string): boolean => segment.startsWith(':');
const hasExpression = (segment: string): boolean => segment.includes('{');
/** Whether a segment matches only its own text. */
const isText = (segment: string): boolean => !isParameter(segment) && !segment.includes('*');
/** Whether a segment matches every text without a slash. */
const isAny = (segment: string): boolean =>
  segment === '*' || (isParameter(segment) && !hasExpression(segment));

/**
 * Returns whether a pattern matches every path that another pattern matches. For constructs that it cannot compare, such as two regular
 * expressions, it returns `false`.
 */
export const covers = (pattern: string, other: string): boolean =>
  pattern === other ||
  alternatives(other).every((segments) =>
    alternatives(pattern).some(
      (all) =>
        coversSegments(all, segments) &&
        (segments.at(-1) !== '*' || coversSegments(all, segments.slice(0, -1))),
    ),
  );

function coversSegments(pattern: Segments, other: Segments): boolean {
  for (const [i, segment] of pattern.entries()) {
    const found = other[i];
    if (segment === '*' && i === pattern.length - 1) return found !== undefined || mayBeEmpty(pattern);
    if (found === undefined || (found === '*' && i === other.length - 1) || !coversSegment(segment, found))
      return false;
  }
  return pattern.length === other.length;
}

/** Whether a path with `*` at its end matches also the path above: `/notes/*` matches `/notes`. */
const mayBeEmpty = (pattern: Segments): boolean => pattern.slice(0, -1).every(isText);

function coversSegment(segment: string, other: string): boolean {
  if (segment === other) return true;
  if (isAny(segment)) return isAny(other) || (isText(other) && other !== '');
  const [, expression] = /^:[^{]+\{(.*)\}$/.exec(segment) ?? [];
  return expression !== undefined && isText(other) && new RegExp(`^(?:${expression})$`).test(other);
}

/** Returns whether some path may match both patterns. */
export const overlap = (one: string, other: string): boolean =>
  alternatives(one).some((a) => alternatives(other).some((b) => overlapSegments(a, b)));

function overlapSegments([a, ...as]: Segments, [b, ...bs]: Segments): boolean {
  if (a === undefined || b === undefined)
    return a === b || (as.length === 0 && a === '*') || (bs.length === 0 && b === '*');
  if ((a === '*' && as.length === 0) || (b === '*' && bs.length === 0)) return true;
  if (hasExpression(a) || hasExpression(b)) return true; // it may match slashes
  return (a === b || !isText(a) || !isText(b)) && overlapSegments(as, bs);
}
