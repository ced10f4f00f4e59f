import type { PolarError } from '@nanook/core';
import type { Io } from './io.js';

/** Returns a line about an actor or an action for which the data cannot decide, with the reason. */
export const undecidedLine = (name: string, error: PolarError, { colors }: Io): string =>
  `${name}: ${colors.yellow('undecided')}: ${error.message.split('\n', 1)[0]}`;
