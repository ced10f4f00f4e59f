import type { EndView, LogView, StopView } from '@nanook/core/debug';
import { placeText } from './render-stop.js';

/** Returns a notice about a breakpoint that a synchronous check has passed. */
export function passedText({ queryText, stack }: StopView): string {
  const place = stack[0] === undefined ? '' : placeText(stack[0].place);
  return `${queryText} is a synchronous check, which cannot wait: it passes ${place}`;
}

export const endText = ({ queryText, outcome, message }: EndView): string =>
  `${queryText}: ${outcome === 'error' ? `error: ${message}` : outcome}`;

/** Returns the text of a breakpoint that prints instead of a stop, with its place. */
export const logText = ({ text, place }: LogView): string => `${text} (${placeText(place)})`;
