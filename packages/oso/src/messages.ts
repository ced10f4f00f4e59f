/* oxlint-disable no-console -- oso writes its messages to the console */

/** Prints a warning about a policy. */
export const printWarning = (text: string): void => console.warn('[warning]', text);

/** Prints the text of `print(…)` in a policy. */
export const printText = (text: string): void => console.log(text);

/** A message about a policy. */
export interface Message {
  kind: 'Print' | 'Warning';
  msg: string;
}

/** Prints a message. */
export function processMessage({ kind, msg }: Message): void {
  if (kind === 'Print') printText(msg);
  else if (kind === 'Warning') printWarning(msg);
}
