import type { ColoredPart } from './polar-colors.js';

const token = /"(?:[^"\\\n]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

/** Colors JSON: names of fields, texts, and other values. */
export function colorJson(text: string): readonly ColoredPart[] {
  return [...text.matchAll(token)].map(({ 0: found, 1: colon, index }) => ({
    start: index,
    end: index + found.length - (colon?.length ?? 0),
    color: colon !== undefined ? 'property' : found.startsWith('"') ? 'string' : 'number',
  }));
}
