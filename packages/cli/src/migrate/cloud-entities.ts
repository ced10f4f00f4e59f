import type { Expression, Node, ObjectExpression, StringLiteral } from '@babel/types';
import { membersOf } from './object-members.js';
import { textOf, type ParsedSource } from './parsed-source.js';
import type { UsesOfCore } from './uses-of-core.js';

/** An object `{ type: 'User', id }`. */
interface Entity {
  readonly type: StringLiteral;
  readonly id: Expression;
}

function entityOf(node: Node): Entity | undefined {
  if (node.type !== 'ObjectExpression') return undefined;
  const members = membersOf(node);
  const [type, id] = [members.get('type'), members.get('id')];
  const isComplete = members.size === 2 && type?.type === 'StringLiteral' && id !== undefined;
  return isComplete ? { type, id } : undefined;
}

/** Returns whether an expression is an object `{ type: 'User', id }`. */
/** Returns whether an expression is an object `{ type: 'User', id }`. */
export const isEntity = (node: Node): boolean => entityOf(node) !== undefined;

/** Returns the parts of facts that may contain `{ type, id }` after the change. */
export function unknownIn(facts: Node, uses: UsesOfCore): readonly Node[] {
  if (facts.type !== 'ArrayExpression') return isKnown(facts, uses) ? [] : [facts];
  return facts.elements.flatMap((element) => (element === null ? [] : unknownIn(element, uses)));
}

/** Returns whether an argument is a value of the policy after the change: a text, a number, or a row with its type. */
export const isKnown = (argument: Node, uses: UsesOfCore): boolean =>
  /^(?:String|Numeric|Boolean)Literal$/.test(argument.type) ||
  uses.isTyped(argument) ||
  (isEntity(argument) && !uses.hasOther('typed'));

/** Replaces `{ type: 'User', id }` by `typed('User', { id })`, and `{ type: 'String', id: 'x' }` by `'x'`. */
export function replaceEntity(source: ParsedSource, argument: Node, uses: UsesOfCore): void {
  const entity = entityOf(argument);
  if (entity === undefined || uses.hasOther('typed')) return;
  const { edited } = source;
  const { type, id } = entity;
  if (type.value === 'String') {
    edited.overwrite(argument.start!, argument.end!, textOf(source, id));
    return;
  }
  uses.names.add('typed');
  edited.appendRight(argument.start!, `typed(${textOf(source, type)}, `);
  edited.appendLeft(argument.end!, ')');
  removeMember(source, argument as ObjectExpression, type);
}

/** Removes a member of an object with two members, and its comma. The comments of the other member stay. */
function removeMember(
  { edited, text }: ParsedSource,
  { properties }: ObjectExpression,
  value: Expression,
): void {
  const index = properties.findIndex(
    (property) => property.type === 'ObjectProperty' && property.value === value,
  );
  const { start, end } = properties[index]!;
  const commaAfter = text.indexOf(',', end!);
  if (index === 0) {
    edited.remove(start!, end!);
    edited.remove(
      commaAfter,
      commaAfter + /^,[\t ]*(?:\r?\n)?[\t ]*/.exec(text.slice(commaAfter))![0].length,
    );
    return;
  }
  const ownComma = /^\s*,/.exec(text.slice(end!));
  const commaBefore = text.indexOf(',', properties[0]!.end!);
  if (ownComma === null) edited.remove(commaBefore, commaBefore + 1);
  edited.remove(
    Math.max(/\s*$/.exec(text.slice(0, start!))!.index, commaBefore + 1),
    end! + (ownComma?.[0].length ?? 0),
  );
}
