/** The part of the candidates that a search looks at. */
interface CandidateRange {
  readonly limit: number;
  /** The number of the first candidate. */
  readonly start: number;
  readonly signal: AbortSignal;
}

/** Milliseconds of checks, after which other work of the process runs. */
const sliceMs = 10;
/** The candidates that are checked at the same time. */
const concurrency = 16;

/**
 * Finds the candidates that a check allows, in their order.
 *
 * @returns the candidates, and the number of the first allowed one after them; undefined if there is none
 */
export async function findAllowed<Candidate>(
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
  isAllowed: (candidate: Candidate) => Promise<boolean>,
  { limit, start, signal }: CandidateRange,
): Promise<{ readonly results: readonly Candidate[]; readonly next: number | undefined }> {
  const results: Candidate[] = [];
  let next: number | undefined;
  let chunk: { readonly at: number; readonly candidate: Candidate }[] = [];
  const checkChunk = async (): Promise<void> => {
    const checked = chunk;
    chunk = [];
    const answers = await Promise.all(checked.map(({ candidate }) => isAllowed(candidate)));
    checked.forEach(({ at, candidate }, i) => {
      if (answers[i] !== true || next !== undefined) return;
      if (results.length < limit) results.push(candidate);
      else next = at;
    });
  };
  let at = 0;
  let sliceEnds = performance.now() + sliceMs;
  for await (const candidate of candidates) {
    if (at >= start) chunk.push({ at, candidate });
    at++;
    if (chunk.length === concurrency) await checkChunk();
    if (next !== undefined) return { results, next };
    if (performance.now() > sliceEnds) {
      // Other requests, and the timer of this one.
      await new Promise((resolve) => setTimeout(resolve, 0));
      sliceEnds = performance.now() + sliceMs;
    }
    signal.throwIfAborted();
  }
  await checkChunk();
  return { results, next };
}
