import type { ExploredProject } from '@nanook/cli/tools';
import type { DecisionOutcome } from '@nanook/core';
import { cellKey } from '../model/matrix.js';

/** The outcomes in the project of the checks that the page decides in another way, because it has the project as JSON. By `cellKey`. */
export type ProjectOutcomes = ReadonlyMap<string, DecisionOutcome>;

export const projectOutcomes = ({ comparison: { differences } }: ExploredProject): ProjectOutcomes =>
  new Map(differences.map((each) => [cellKey(each), each.outcome]));
