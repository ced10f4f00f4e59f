/* oxlint-disable no-console -- oso writes its messages to the console */

/** Prints a warning about a policy. */
export const printWarning = (text: string): void => console.warn('[warning]', text);

/** Prints the text of `print(…)` in a policy. */
export const printText = (text: string): void => console.log(text);
