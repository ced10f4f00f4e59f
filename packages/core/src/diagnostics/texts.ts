import type { Code } from './codes.js';
import { placeOf, type Span } from './span.js';

type Texts = Readonly<Partial<Record<Code, (data: never) => string>>>;

/** The functions with which errors show their data and their place. */
export interface ErrorFormat {
  /** Shows a place in a policy. */
  readonly frame: (span: Span) => string;
  /** Shortens long texts and lists. */
  readonly shortData: <Data extends object>(data: Data) => Data;
  /** Shortens long texts only. */
  readonly withShortTexts: <Data extends object>(data: Data) => Data;
}

// A bundle with a policy that was compiled ahead of time has no texts, and shows places without the lines of the policy.
let texts: Texts = {};
let format: ErrorFormat = {
  frame: (span) => `  ${placeOf(span)}`,
  shortData: (data) => data,
  withShortTexts: (data) => data,
};

/** Adds the texts of errors. Errors from then on have them as their message. */
export function addTexts(more: Texts): void {
  texts = { ...texts, ...more };
}

/** Replaces the format of errors from then on. */
export function setErrorFormat(replacement: ErrorFormat): void {
  format = replacement;
  frames = new WeakMap();
}

/** The longest message of an error without a text. */
const maxLength = 2_000;

/** Returns the message of an error: its text, or its code and data if the application has not loaded the texts. */
export function textOf(code: Code, data: object): string {
  const text = texts[code] as ((data: object) => string) | undefined;
  return text === undefined
    ? `${code} ${JSON.stringify(shortData(data)).slice(0, maxLength)}; for the text of this error, import '@nanook/core/messages'`
    : text(format.withShortTexts(data));
}

/** The places that messages have shown. The same conditions are undecided again and again. */
let frames = new WeakMap<Span, string>();

/** Returns a place in a policy as messages show it. */
export function frameOf(span: Span): string {
  let frame = frames.get(span);
  if (frame === undefined) frames.set(span, (frame = format.frame(span)));
  return frame;
}

/** Returns data of an error in the length in which logs print it. */
export const shortData = <Data extends object>(data: Data): Data => format.shortData(data);
