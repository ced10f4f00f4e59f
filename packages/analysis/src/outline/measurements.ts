/** Numbers about the rules of the present texts that only running them gives. They are the numbers of a run with exactly these texts. */
export interface Measurements {
  /** Returns the numbers of a rule or a shorthand rule, or of the name of a role. @param start the offset of its first character */
  at(file: string, start: number): MeasuredPart | undefined;
}

/** The numbers of a part of a policy. A number is missing if it was not measured. */
export interface MeasuredPart {
  /** The tests that have tried it, each with a key of its own. */
  readonly tests?: readonly string[];
  /** The routes whose action it can grant, each with a key of its own. */
  readonly routes?: readonly string[];
  /** The number of its parts that no test covers. */
  readonly uncovered?: number;
}

/** Returns the numbers of several parts: a test or a route of two parts counts once. */
export function sumOf(parts: readonly (MeasuredPart | undefined)[]): MeasuredPart {
  const known = parts.filter((part) => part !== undefined);
  const all = (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined =>
    lists.some((list) => list !== undefined) ? [...new Set(lists.flatMap((list) => list ?? []))] : undefined;
  const tests = all(known.map((part) => part.tests));
  const routes = all(known.map((part) => part.routes));
  const counts = known.flatMap(({ uncovered }) => uncovered ?? []);
  return {
    ...(tests && { tests }),
    ...(routes && { routes }),
    ...(counts.length > 0 && { uncovered: counts.reduce((sum, count) => sum + count, 0) }),
  };
}

/** Returns the numbers as a text: `3 tests, 2 routes, 0 uncovered`; empty if nothing was measured. */
export function measuredText({ tests, routes, uncovered }: MeasuredPart): string {
  return [
    ...(tests === undefined ? [] : [counted(tests.length, 'test')]),
    ...(routes === undefined ? [] : [counted(routes.length, 'route')]),
    ...(uncovered === undefined ? [] : [`${uncovered} uncovered`]),
  ].join(', ');
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
