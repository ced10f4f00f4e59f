import type { ParameterNode } from '../../syntax/ast.js';
import type { PolicyDraft } from '../policy-draft.js';
import { policyCheck } from './check.js';

const usualActors = /^(User|Actor|Admin|Principal|Employee)$/;
/** Types that are actors in some applications, and resources in others, too. */
const possibleActors =
  /(User|Actor|Admin|Principal|Employee|Account|Member|Person|Customer|Client|Service|Key|Token|Group|Team)$/;

/** Warns about `allow(note: Note, "read", user: User)`: the order is actor, action, resource. */
export const argumentOrder = policyCheck({
  code: 'POLAR_CHECK_ARGUMENT_ORDER',
  severity: 'warning',
  rule({ name, parameters }, report, draft) {
    if (name !== 'allow' && name !== 'allow_field') return;
    const [actor, action, resource] = parameters;
    if (actor === undefined || action === undefined || resource === undefined) return;
    const types = { actor: typeOf(actor), action: typeOf(action), resource: typeOf(resource) };
    const isString = ({ term }: ParameterNode): boolean =>
      term.kind === 'literal' && typeof term.value === 'string';
    if (types.action !== undefined && types.action !== 'String' && (isString(actor) || isString(resource))) {
      report({ span: action.span, data: { name, place: 'action', type: types.action } });
      return;
    }
    if (types.actor === undefined || types.resource === undefined) return;
    if (!isActor(types.actor, draft, possibleActors) && isActor(types.resource, draft, usualActors))
      report({ span: actor.span, data: { name, place: 'actor', type: types.actor } });
  },
});

const typeOf = ({ specializer }: ParameterNode): string | undefined =>
  specializer?.kind === 'instance-pattern' ? specializer.className : undefined;

/** Recognizes a type of actors by the actor blocks, or by its name if there are no actor blocks, and no block of this type. */
function isActor(name: string, { blocks, types }: PolicyDraft, names: RegExp): boolean {
  if (blocks.get(name)?.isActor === true) return true;
  const actors = [...blocks.values()].filter((block) => block.isActor);
  if (actors.length === 0) return !blocks.has(name) && names.test(name);
  const type = types.find(name);
  return (
    name === 'Actor' ||
    actors.some((block) => {
      const actor = types.find(block.type);
      return (
        type !== undefined &&
        actor !== undefined &&
        (types.isSubtype(type, actor) || types.isSubtype(actor, type))
      );
    })
  );
}
