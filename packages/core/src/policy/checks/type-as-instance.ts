import type { TermNode } from '../../syntax/ast.js';
import type { TypeTable } from '../../types/type-table.js';
import { scopeCheck } from './check.js';

const decisions: ReadonlySet<string> = new Set(['allow', 'allow_field', 'allow_request']);

/** Warns about `allow(User, …) if User.isAdmin`: a bare `User` is the type itself, while an instance is meant. */
export const typeAsInstance = scopeCheck({
  code: 'POLAR_CHECK_TYPE_AS_INSTANCE',
  severity: 'warning',
  kinds: ['lookup'],
  node({ object, key }, report, { types }) {
    if (key.kind !== 'literal' || !isType(object, types)) return;
    const field = String(key.value);
    if (isOfInstances(types, object.name, field))
      report({ span: object.span, data: { name: object.name, field } });
  },
  rule({ name, parameters }, report, { types }) {
    const actor = parameters[0];
    if (name === undefined || !decisions.has(name) || actor?.specializer !== undefined) return;
    if (actor !== undefined && isType(actor.term, types))
      report({ span: actor.span, data: { name: actor.term.name, field: undefined } });
  },
});

const isType = (term: TermNode, types: TypeTable): term is TermNode & { kind: 'variable'; name: string } =>
  term.kind === 'variable' && types.find(term.name) !== undefined;

/** Returns true if instances of a type have this member and the class itself does not. */
function isOfInstances(types: TypeTable, name: string, field: string): boolean {
  const type = types.find(name);
  if (type === undefined) return false;
  if (type.class === undefined) return true;
  if (field in type.class) return false;
  return type.fields?.has(field) === true || field in type.class.prototype;
}
