import { Expression } from '../expression.js';
import { Pattern } from '../pattern.js';
import { Dict } from '../types.js';
import { Variable } from '../variable.js';
import { repr } from '../helpers.js';
import { operatorSigns } from './operator-signs.js';

/** Returns a constraint as the text of a policy, for messages. */
export function printExpression(value: unknown): string {
  if (value instanceof Variable) return value.name;
  if (typeof value === 'string') return `"${value}"`;
  if (value instanceof Pattern) return `${value.tag ?? ''}${printExpression(value.fields)}`;
  if (Array.isArray(value)) return `[${value.map(printExpression).join(', ')}]`;
  if (value instanceof Dict)
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}: ${printExpression(each)}`)
      .join(', ')}}`;
  if (!(value instanceof Expression))
    return typeof value === 'object' || typeof value === 'function'
      ? repr(value)
      : String(value as number | boolean);
  const { operator, args } = value;
  switch (operator) {
    case 'And':
      return args.map(printExpression).join(' and ');
    case 'Or':
      return args.map(printExpression).join(' or ');
    case 'Not':
      return `not ${printExpression(args[0])}`;
    case 'Dot':
      return `${printExpression(args[0])}.${String(args[1])}`;
    default: {
      const result = args.length > 2 ? ` = ${printExpression(args[2])}` : '';
      return `${printExpression(args[0])} ${operatorSigns[operator] ?? operator} ${printExpression(args[1])}${result}`;
    }
  }
}
