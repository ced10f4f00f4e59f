import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';

/** A method of `RequestAuthorization` that runs a check. */
export type CheckName =
  | 'authorize'
  | 'authorizeField'
  | 'authorizeRequest'
  | 'load'
  | 'can'
  | 'canAll'
  | 'filter'
  | 'where'
  | 'list'
  | 'count'
  | 'one'
  | 'authorizeNew'
  | 'authorizeChange'
  | 'actions'
  | 'fields'
  | 'permissions'
  | 'explain'
  | 'pick';

type Parameter = 'action' | 'resource' | 'resources' | 'field' | 'type' | 'key' | 'values';

/** The parameters that a call must pass. */
const parameters: Readonly<Record<CheckName, readonly Parameter[]>> = {
  authorize: ['action', 'resource'],
  authorizeField: ['action', 'resource', 'field'],
  authorizeRequest: [],
  load: ['action', 'resource'],
  can: ['action', 'resource'],
  canAll: ['action', 'resources'],
  filter: ['action', 'resources'],
  where: ['action', 'type'],
  list: ['action', 'type'],
  count: ['action', 'type'],
  one: ['action', 'type', 'key'],
  authorizeNew: ['action', 'type', 'values'],
  authorizeChange: ['action', 'type', 'key', 'values'],
  actions: ['resource'],
  fields: ['action', 'resource'],
  permissions: ['resources'],
  explain: ['action', 'resource'],
  pick: ['action', 'resource'],
};

/** Returns whether the check throws when the action is refused. */
export const throwsRefusal = (name: CheckName): boolean =>
  name.startsWith('authorize') || name === 'load' || name === 'one';

/** Describes a call for messages, without the resource: `authorizeField('update', …, 'salary')`. */
export function describeCall(name: CheckName, given: ArrayLike<unknown>): string {
  const declared = parameters[name];
  let shown = '';
  for (let i = 0; i < declared.length && i < given.length; i++)
    shown += (i === 0 ? '' : ', ') + (isShown(declared[i]!, given[i]) ? show(given[i]) : '…');
  return `${name}(${shown})`;
}

/** A resource can be large, and a class would show its code. */
const isShown = (parameter: Parameter, argument: unknown): boolean =>
  parameter === 'action' || parameter === 'field' || (parameter === 'type' && typeof argument === 'string');

const show = (argument: unknown): string =>
  typeof argument === 'string' ? `'${argument}'` : String(argument);

/**
 * Returns the error of a call that does not pass all arguments. A forgotten resource would be refused in each request, without a visible
 * reason. A resource that is `undefined` was not found; that is a refusal, not an error.
 */
export function findMissingArgument(
  name: CheckName,
  given: ArrayLike<unknown>,
): AuthorizationConfigError | undefined {
  const parameter = parameters[name][given.length];
  if (parameter === undefined || parameter === 'action') return undefined; // `checkAction` explains a missing action
  return new AuthorizationConfigError('NANOOK_HTTP_NO_ARGUMENT', {
    call: describeCall(name, given),
    position: positions[given.length]!,
    expected: descriptions[parameter],
  });
}

const positions = ['first', 'second', 'third', 'fourth'] as const;

const descriptions: Readonly<Record<Exclude<Parameter, 'action'>, string>> = {
  resource:
    'the resource. Pass the object; for an action such as "create" its type; or `authz.resource`, which the requirement of the route ' +
    'has loaded',
  resources: 'the list of resources',
  field: 'the name of a field',
  type: 'the type of the rows: its class or its name',
  key: 'the key of the row, such as `req.params.id`',
  values: 'an object with the values to write, by the names of their columns',
};
