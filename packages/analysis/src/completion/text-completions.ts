import { declaredNameIn, impliedIn, type FieldType } from '@nanook/core/syntax';
import type { Expectation, ReadPath } from '../grammar/expectation.js';
import { nameSlotsOf, type NameSlot } from '../symbols/name-slots.js';
import { argumentsAround, slotOfVariable, tokensAround, type Argument } from './call-arguments.js';
import type { CompletionPlace } from './completion-place.js';
import { named, type Completion } from './completion.js';
import { declaredNames, namesOfBlock } from './name-completions.js';

/** Returns the texts that fit between quotes. */
export function texts(place: CompletionPlace, expectation: Expectation): readonly Completion[] {
  const { snapshot } = place;
  switch (expectation.kind) {
    case 'declared name':
      return namesToDeclare(place, expectation.type, expectation.list);
    case 'item of block':
      return namesOfBlock(snapshot, expectation.type);
    case 'implier':
      return impliers(place, expectation.type, expectation.relation);
    case 'relation':
      return declaredNames(snapshot, 'relation', expectation.type);
    case 'parameter':
    case 'argument': {
      const slot = nameSlotsOf(expectation.rule).find(({ index }) => index === expectation.index);
      return slot === undefined ? [] : ofSlot(place, slot, argumentsAround(place.text, place.expected));
    }
    case 'term':
      return expectation.comparedWith === undefined ? [] : compared(place, expectation.comparedWith);
    case 'value of key': {
      const { type, key } = expectation;
      const member = type && place.membersOf(type).find(({ name }) => name === key);
      return member === undefined || member === '' ? [] : valuesOf(member.field?.type);
    }
    default:
      return [];
  }
}

/** Returns the names that the block uses without a declaration, and then the names of rules and of other blocks. */
function namesToDeclare({ snapshot }: CompletionPlace, type: string, list: string): readonly Completion[] {
  const block = snapshot.outline.blocks.get(type);
  const used = (block?.shorthandRules ?? []).flatMap((rule) => {
    const own = impliedIn(rule).filter(({ isGlobal, relation }) => !isGlobal && relation === undefined);
    return [rule.head, ...own.map(({ name }) => name)].flatMap((node) => declaredNameIn(node) ?? []);
  });
  const kind = list === 'roles' ? 'role' : 'permission';
  const undeclared = used.filter((name) => block?.declarations.has(name) !== true);
  return [
    ...named(kind === 'role' ? 'role' : 'action', undeclared),
    ...declaredNames(snapshot, kind, type).filter(({ label }) => block?.declarations.has(label) !== true),
  ];
}

function impliers(
  { snapshot }: CompletionPlace,
  type: string,
  relation: string | undefined,
): readonly Completion[] {
  const declarations = snapshot.outline.blocks.get(type)?.declarations;
  const related = relation === undefined ? undefined : declarations?.get(relation)?.related;
  if (related !== undefined) return namesOfBlock(snapshot, related);
  const others = [...(declarations?.values() ?? [])].flatMap(({ related: other }) =>
    other === undefined ? [] : namesOfBlock(snapshot, other),
  );
  return [...namesOfBlock(snapshot, type), ...others];
}

function ofSlot(place: CompletionPlace, slot: NameSlot, args: readonly Argument[]): readonly Completion[] {
  const type = place.typeOfArgument(args[slot.owner]);
  if (slot.kind !== 'field') return declaredNames(place.snapshot, slot.kind, type);
  const fields = type === undefined ? [] : place.membersOf(type).filter(({ kind }) => kind !== 'method');
  const written = place.snapshot.symbols.all.flatMap(({ symbols }) =>
    symbols.filter((symbol) => symbol.kind === 'field' && symbol.type === type),
  );
  return named(
    'field',
    [...written, ...fields].map(({ name }) => name),
  );
}

/** Returns the values of a field, or the names in whose place a variable is: `action = "‹here›"`. */
function compared(place: CompletionPlace, path: ReadPath): readonly Completion[] {
  const values = valuesOf(place.typeOf(path));
  const [variable] = path;
  if (values.length > 0 || path.length !== 1 || variable === undefined) return values;
  const found = slotOfVariable(tokensAround(place.text, place.expected), variable);
  return found === undefined ? [] : ofSlot(place, found.slot, found.args);
}

const valuesOf = (type: FieldType | undefined): readonly Completion[] =>
  type?.kind === 'one-of' ? named('value', type.values) : [];
