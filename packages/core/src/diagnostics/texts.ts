import type { Code } from './codes.js';
import { shortData, withShortTexts } from './short-data.js';

type Texts = Readonly<Partial<Record<Code, (data: never) => string>>>;

/** The texts of errors, by code. A bundle with a policy that was compiled ahead of time has none. */
let texts: Texts = {};

/** Adds the texts of errors. Errors from then on have them as their message. */
export function addTexts(more: Texts): void {
  texts = { ...texts, ...more };
}

/** Returns the message of an error: its text, or its code and data if the application has not loaded the texts. */
export function textOf(code: Code, data: object): string {
  const text = texts[code] as ((data: object) => string) | undefined;
  return text === undefined
    ? `${code} ${JSON.stringify(shortData(data))}; for the text of this error, import '@nanook/core/messages'`
    : text(withShortTexts(data));
}
