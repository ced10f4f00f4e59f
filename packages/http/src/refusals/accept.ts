/** Returns whether an `Accept` header prefers HTML to JSON. The header of a browser does; a missing header and `*` do not. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = parseAccept(accept ?? '*/*');
  const json = Math.max(qualityOf(ranges, 'application/problem+json'), qualityOf(ranges, 'application/json'));
  return qualityOf(ranges, 'text/html') > json;
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

/** Returns the quality of the most specific range that includes the type. */
function qualityOf(ranges: readonly MediaRange[], type: string): number {
  const [group] = type.split('/');
  for (const name of [type, `${group}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.name === name);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
