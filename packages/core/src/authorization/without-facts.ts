import type { CheckOptions } from './query-options.js';

/** Returns the options of a question without its facts, which an engine does not know. */
export function withoutFacts<Options extends CheckOptions | undefined>(options: Options): Options {
  // From JavaScript, the options can be null.
  if ((options as CheckOptions | null | undefined)?.facts === undefined) return options;
  const { facts: _, ...others } = options as CheckOptions;
  return others as Options;
}
