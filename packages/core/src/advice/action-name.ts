import { describeValue } from '../internal/describe-value.js';

/** The longest action that is remembered and shown whole: a client may send one of any length. */
const maxLength = 100;

/** Returns the text by which advice remembers and shows an action. It runs no code of the application. */
export function actionName(action: unknown): string {
  const text = typeof action === 'string' ? action : describeValue(action);
  // A slice of a text would hold all of it in memory.
  return text.length <= maxLength ? text : `${Array.from(text.slice(0, maxLength)).join('')}…`;
}
