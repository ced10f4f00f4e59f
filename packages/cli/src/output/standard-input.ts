import { text } from 'node:stream/consumers';
import type { Io } from './io.js';

/** Reads the standard input to its end. */
export const readStandardInput = ({ input }: Pick<Io, 'input'>): Promise<string> => text(input);
