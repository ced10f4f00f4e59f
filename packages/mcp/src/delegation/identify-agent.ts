import { chainOf, isAgent } from './agent.js';

/** The recorded part of an agent. */
export interface RecordedAgent {
  readonly type: 'Agent';
  readonly id: string;
  /** The subject of the token: the user for whom it acts. */
  readonly user: string;
  /** The ids of the agents between it and the user. */
  readonly through: readonly string[];
  readonly purpose: string | null;
}

/**
 * Returns the recorded part of an agent, with its user, for the option `identify` of a decision log; `undefined` for another value.
 *
 * @example
 * const log = jsonLines({ file: 'decisions.jsonl', identify: identifyAgent });
 */
export function identifyAgent(
  value: unknown,
): (RecordedAgent & { readonly [key: string]: never }) | undefined {
  if (!isAgent(value)) return undefined;
  const { id, subject, purpose } = value;
  const through = chainOf(value)
    .slice(1)
    .filter(isAgent)
    .map((agent) => agent.id);
  return { type: 'Agent', id, user: subject, through, purpose } as never;
}
