import { describeValue } from '../internal/describe-value.js';

/** The longest action that is stored and shown as a whole, because a client may send one of any length. */
const maxLength = 100;

/** Returns the text with which advice stores and shows an action. It runs no code of the application. */
export function actionName(action: unknown): string {
  const text = typeof action === 'string' ? action : describeValue(action);
  // A slice of the text would keep the whole text in memory.
  return text.length <= maxLength ? text : `${Array.from(text.slice(0, maxLength)).join('')}…`;
}
