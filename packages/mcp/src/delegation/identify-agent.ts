import { chainOf, isAgent } from './agent.js';

/** The recorded part of an agent. */
// oxlint-disable-next-line typescript/consistent-type-definitions -- an interface is not assignable to a type with an index signature
export type RecordedAgent = {
  readonly type: 'Agent';
  readonly id: string;
  /** The application that made the request. */
  readonly client: string;
  /** The subject of the token: the user for whom it acts. */
  readonly user: string;
  /** The ids of the agents between it and the user. */
  readonly through: readonly string[];
  readonly purpose: string | null;
};

/**
 * Returns the recorded part of an agent, with its user, for the option `identify` of a decision log; `undefined` for another value.
 *
 * @example
 * const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })], identify: identifyAgent });
 */
export function identifyAgent(value: unknown): RecordedAgent | undefined {
  if (!isAgent(value)) return undefined;
  const { id, client, subject, purpose } = value;
  const through = chainOf(value)
    .slice(1)
    .filter(isAgent)
    .map((agent) => agent.id);
  return { type: 'Agent', id, client, user: subject, through, purpose };
}
