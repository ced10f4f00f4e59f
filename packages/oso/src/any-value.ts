import { inspect } from 'node:util';

export type obj<T = unknown> = { [key: string]: T };

/** Returns a text that describes a value. */
export const repr = (x: unknown): string => inspect(x);

export const isObj = (x: unknown): x is obj => typeof x === 'object' && x !== null;

export const isString = (x: unknown): x is string => typeof x === 'string';
