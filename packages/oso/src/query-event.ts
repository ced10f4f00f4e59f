import { InvalidQueryEventError, KwargsError, PolarError } from './errors.js';
import { isObj, isString, repr } from './any-value.js';
import {
  isPolarComparisonOperator,
  isPolarPredicate,
  isPolarTerm,
  QueryEventKind,
  type obj,
  type QueryEvent,
} from './types.js';

const isId = (x: unknown): boolean => Number.isSafeInteger(x);
const areTerms = (x: unknown): boolean => Array.isArray(x) && x.every(isPolarTerm);
const areTermsOrNone = (x: unknown): boolean => x === undefined || areTerms(x);
const areTwoTerms = (x: unknown): boolean => areTerms(x) && (x as unknown[]).length === 2;
const areBindings = (x: unknown): boolean =>
  x instanceof Map && [...x.keys()].every(isString) && [...x.values()].every(isPolarTerm);

/** The fields of an event: by the name in the result, the name in the event and the test of the value. */
type Fields = Readonly<Record<string, readonly [name: string, test: (x: unknown) => boolean]>>;

const callId = ['call_id', isId] as const;
const instance = ['instance', isPolarTerm] as const;

/** The kinds of events by their names, in the order in which an event is searched for them. */
const kinds: readonly (readonly [name: string, kind: QueryEventKind, fields?: Fields])[] = [
  ['Done', QueryEventKind.Done],
  ['Result', QueryEventKind.Result, { bindings: ['bindings', areBindings] }],
  [
    'MakeExternal',
    QueryEventKind.MakeExternal,
    { fields: ['args', areTerms], instanceId: ['instance_id', isId], tag: ['name', isString] },
  ],
  ['NextExternal', QueryEventKind.NextExternal, { callId, iterable: ['iterable', isPolarTerm] }],
  [
    'ExternalCall',
    QueryEventKind.ExternalCall,
    { args: ['args', areTermsOrNone], attribute: ['attribute', isString], callId, instance },
  ],
  [
    'ExternalIsSubSpecializer',
    QueryEventKind.ExternalIsSubspecializer,
    {
      callId,
      instanceId: ['instance_id', isId],
      leftTag: ['left_class_tag', isString],
      rightTag: ['right_class_tag', isString],
    },
  ],
  [
    'ExternalIsSubclass',
    QueryEventKind.ExternalIsSubclass,
    { callId, leftTag: ['left_class_tag', isString], rightTag: ['right_class_tag', isString] },
  ],
  ['ExternalIsa', QueryEventKind.ExternalIsa, { callId, instance, tag: ['class_tag', isString] }],
  [
    'ExternalIsaWithPath',
    QueryEventKind.ExternalIsaWithPath,
    { callId, baseTag: ['base_tag', isString], path: ['path', areTerms], classTag: ['class_tag', isString] },
  ],
  ['Debug', QueryEventKind.Debug, { message: ['message', isString] }],
  [
    'ExternalOp',
    QueryEventKind.ExternalOp,
    { args: ['args', areTwoTerms], callId, operator: ['operator', isString] },
  ],
];

/**
 * Parses an event of the engine of oso. The engine of Nanook has no events.
 *
 * @throws {InvalidQueryEventError} for another value
 */
export function parseQueryEvent(event: string | obj): QueryEvent {
  const invalid = (): Error => new InvalidQueryEventError(JSON.stringify(event));
  const found = isObj(event) ? kinds.find(([name]) => event[name] !== undefined) : undefined;
  if (found === undefined) throw invalid();
  const [name, kind, fields] = found;
  if (fields === undefined) return { kind };
  const content = contentOf(name, (event as obj)[name]);
  if (content === undefined) throw invalid();
  const entries = Object.entries(fields).map(([field, [from, test]]) => {
    const value = content[from];
    if (!test(value)) throw invalid();
    return [field, value] as const;
  });
  const data = Object.fromEntries(entries);
  const { args, operator } = data as { args: unknown[]; operator: string };
  if (name === 'ExternalOp' && !isPolarComparisonOperator(operator))
    throw new PolarError(`Unsupported external operation '${repr(args[0])} ${operator} ${repr(args[1])}'`);
  return { kind, data };
}

/** Returns the content of an event: with the parts of the call, if it is to make an instance. @throws {KwargsError} */
function contentOf(name: string, content: unknown): obj | undefined {
  if (!isObj(content)) return undefined;
  if (name === 'ExternalCall' && content['kwargs']) throw new KwargsError();
  if (name !== 'MakeExternal') return content;
  const call = content['constructor'];
  if (!isId(content['instance_id']) || !isPolarTerm(call) || !isPolarPredicate(call.value)) return undefined;
  const { Call } = call.value as { Call: obj };
  if (Call['kwargs']) throw new KwargsError();
  return { ...content, ...Call };
}
