import type { Span } from '../diagnostics/span.js';
import { noFields, variableNode, type MethodCallNode } from './ast.js';

/** The name of the current time in seconds since 1970, a whole number. */
export const currentTimeName = '@current_unix_time';

/** The method of the constant of this name that returns the time. */
const method = 'seconds';

/** Returns the term of `@current_unix_time`: a call of the constant, because the time is not the same for two queries. */
export const currentTimeNode = (span: Span): MethodCallNode => ({
  kind: 'method-call',
  span,
  object: variableNode(span, currentTimeName),
  method,
  methodSpan: span,
  args: noFields,
  keywords: noFields,
});

export const isCurrentTime = ({ object }: MethodCallNode): boolean =>
  object.kind === 'variable' && object.name === currentTimeName;

/** Returns the constant of a clock. */
export const currentTimeConstant = (clock: () => Date): Readonly<Record<string, unknown>> => ({
  [currentTimeName]: Object.freeze({ [method]: () => Math.floor(clock().getTime() / 1000) }),
});
