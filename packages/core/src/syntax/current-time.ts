import type { Span } from '../diagnostics/span.js';
import { currentTimeMethod, currentTimeName } from '../internal/current-time.js';
import { noFields, variableNode, type MethodCallNode } from './ast.js';

/** Returns the term of `@current_unix_time`: a call of the constant. */
export const currentTimeNode = (span: Span): MethodCallNode => ({
  kind: 'method-call',
  span,
  object: variableNode(span, currentTimeName),
  method: currentTimeMethod,
  methodSpan: span,
  args: noFields,
  keywords: noFields,
});

export const isCurrentTime = ({ object }: MethodCallNode): boolean =>
  object.kind === 'variable' && object.name === currentTimeName;
