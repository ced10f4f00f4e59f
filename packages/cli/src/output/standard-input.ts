import { text } from 'node:stream/consumers';

/** Reads the standard input to its end. */
export const readStandardInput = (): Promise<string> => text(process.stdin);
