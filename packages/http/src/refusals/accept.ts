/** Whether an `Accept` header asks for HTML rather than JSON: what a browser sends does, no header and anything goes (a lone star) do not. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = parseAccept(accept ?? '*/*');
  const json = Math.max(quality(ranges, 'application/problem+json'), quality(ranges, 'application/json'));
  return quality(ranges, 'text/html') > json;
}

interface MediaRange {
  readonly name: string;
  readonly quality: number;
}

const parseAccept = (accept: string): MediaRange[] =>
  accept.split(',').map((range) => {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { name, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });

/** That of the most specific range that covers the type. */
function quality(ranges: readonly MediaRange[], type: string): number {
  const [group] = type.split('/');
  for (const name of [type, `${group}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.name === name);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
