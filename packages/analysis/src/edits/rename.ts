import { parseTerm, visit, type CallNode, type RuleNode, type TermNode } from '@nanook/core/syntax';
import { otherTexts } from './other-texts.js';
import { grantedKindOf, nameSlotsOf } from '../symbols/name-slots.js';
import { describeSymbol, type Occurrence, type PolicySymbol } from '../symbols/policy-symbol.js';
import { isSamePlace, placeOf, type Place, type TextEdit } from '../workspace/place.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** The edits of a rename, and the places that it cannot change. */
export interface Rename {
  readonly symbol: PolicySymbol;
  readonly edits: readonly TextEdit[];
  /** Edits at places that can mean another name: their type is not certain, or they are texts that no rule connects with the name. */
  readonly unsure: readonly TextEdit[];
  /** Places that read the name from data, or that the application names, with the reason. */
  readonly warnings: readonly RenameWarning[];
}

export interface RenameWarning {
  readonly place: Place | undefined;
  readonly message: string;
}

/** The reason why a name cannot be renamed. */
export interface RenameRefusal {
  readonly reason: string;
}

/** Returns the name at an offset that can be renamed, or the reason why it cannot. */
export function renameTargetAt(
  { symbols }: Snapshot,
  file: string,
  offset: number,
): { readonly occurrence: Occurrence; readonly symbol: PolicySymbol } | RenameRefusal {
  const [occurrence] = symbols.at(file, offset);
  const [symbol] = occurrence?.symbols ?? [];
  if (occurrence === undefined || symbol === undefined) return { reason: 'there is no name to rename here' };
  const reason = refusalFor(symbol);
  return reason === undefined ? { occurrence, symbol } : { reason };
}

function refusalFor(symbol: PolicySymbol): string | undefined {
  switch (symbol.kind) {
    case 'type':
    case 'field':
    case 'constant':
    case 'fixture':
      return `the ${describeSymbol(symbol)} belongs to the application; rename it there`;
    case 'rule':
      return nameSlotsOf(symbol.name).length > 0 || symbol.name === 'allow_request'
        ? `\`${symbol.name}\` has a meaning of its own, and cannot have another name`
        : undefined;
    default:
      return undefined;
  }
}

/** Renames the name at an offset in all files. */
export function renameAt(
  snapshot: Snapshot,
  file: string,
  offset: number,
  to: string,
): Rename | RenameRefusal {
  const found = renameTargetAt(snapshot, file, offset);
  if ('reason' in found) return found;
  const { symbol } = found;
  const reason = invalidName(snapshot, symbol, to);
  if (reason !== undefined) return { reason };
  const edits: TextEdit[] = [];
  const unsure: TextEdit[] = [];
  const dataNames = isText(symbol) ? rulesWithDataNames(snapshot, symbol) : { own: [], others: [] };
  for (const occurrence of snapshot.symbols.of(symbol)) {
    const { symbols, isFree, isOfAnyType } = occurrence;
    // A rule about another type can find the same name in data.
    const isOther = isOfAnyType && dataNames.others.length > 0;
    const isCertain =
      symbols.length === 1 && !isFree && !isOther && !('type' in symbol && symbol.type === '*');
    const edit = editOf(snapshot, occurrence, symbol, to);
    if (!edits.some((each) => isSamePlace(each, edit))) (isCertain ? edits : unsure).push(edit);
  }
  const warnings = warningsFor(snapshot, symbol, to, dataNames.own);
  if (isText(symbol)) {
    const isInData = warnings.some(({ place }) => place !== undefined);
    unsure.push(...otherTexts(snapshot, symbol.name, isInData).map((place) => ({ ...place, text: to })));
  }
  return { symbol, edits, unsure, warnings };
}

const isText = ({ kind }: PolicySymbol): boolean =>
  kind === 'role' || kind === 'permission' || kind === 'relation';

function invalidName(snapshot: Snapshot, symbol: PolicySymbol, to: string): string | undefined {
  if (isText(symbol) && symbol.kind !== 'relation') {
    if (/[\n"\\]/.test(to)) return 'the new name cannot contain a quote, a backslash or a line break';
  } else if (to === '_' || parseTerm(to).term?.kind !== 'variable')
    return `\`${to}\` is not a name; a name has letters, digits and \`_\``;
  const others = snapshot.symbols.of({ ...symbol, name: to } as PolicySymbol);
  const declared = 'type' in symbol && snapshot.outline.blocks.get(symbol.type)?.declarations.has(to);
  if (others.length > 0 || declared === true)
    return `${describeSymbol({ ...symbol, name: to } as PolicySymbol)} exists already, and the two would become one`;
  if (symbol.kind === 'rule' && isReservedRule(snapshot, to))
    return `\`${to}\` has a meaning of its own, so that the rules would have it, too`;
  return symbol.kind === 'variable' ? takenName(snapshot, symbol, to) : undefined;
}

/** Returns whether the application, or the blocks, give the rules of a name a meaning. */
const isReservedRule = ({ settings }: Snapshot, name: string): boolean =>
  nameSlotsOf(name).length > 0 || name === 'allow_request' || settings.queries.includes(name);

/** Returns the reason why a variable cannot have a name: it would be that of something else at its places. */
function takenName({ symbols, outline, settings, files }: Snapshot, variable: PolicySymbol, to: string) {
  const unions = ['Actor', 'Resource'];
  if (outline.types.find(to) !== undefined || unions.includes(to)) return `\`${to}\` is a type`;
  if (Object.hasOwn(settings.constants, to) || to === 'Clock') return `\`${to}\` is a constant`;
  const [place] = symbols.of(variable);
  const tree = files.find(({ name }) => name === place?.file)?.tree;
  const around = tree?.statements.find(
    ({ span }) => place !== undefined && span.start <= place.start && place.end <= span.end,
  );
  const isQuery = around?.kind === 'test' || around?.kind === 'inline-query';
  return isQuery && Object.hasOwn(settings.fixtures, to) ? `\`${to}\` is a fixture` : undefined;
}

/** Returns the edit of one place. In `relations = { Organization }`, the type keeps its name. */
function editOf(
  snapshot: Snapshot,
  { file, start, end }: Occurrence,
  symbol: PolicySymbol,
  to: string,
): TextEdit {
  const also = snapshot.symbols.at(file, start);
  const isAlsoType =
    symbol.kind === 'relation' &&
    also.some((each) => each.start === start && each.symbols.some(({ kind }) => kind === 'type'));
  return { file, start, end, text: isAlsoType ? `${to}: ${symbol.name}` : to };
}

function warningsFor(
  snapshot: Snapshot,
  symbol: PolicySymbol,
  to: string,
  dataNames: readonly RuleNode[],
): readonly RenameWarning[] {
  const { queries } = snapshot.settings;
  if (symbol.kind === 'rule' && queries.includes(symbol.name))
    return [
      {
        place: undefined,
        message: `the application queries \`${symbol.name}\`; change its option \`queries\``,
      },
    ];
  if (!isText(symbol)) return [];
  const inData = dataNames.map((rule) => ({
    place: placeOf(rule.nameSpan),
    message: `this rule reads the ${symbol.kind} from data; change stored values "${symbol.name}" to "${to}"`,
  }));
  const inCode =
    symbol.kind === 'permission'
      ? [
          {
            place: undefined,
            message: `the application can name the action "${symbol.name}" in its calls; change them too`,
          },
        ]
      : [];
  return [...inData, ...inCode];
}

/** Returns the rules whose head grants a name that a variable holds: those for the type of a symbol, and those for other types. */
function rulesWithDataNames(
  { trees, outline }: Snapshot,
  symbol: PolicySymbol,
): { readonly own: readonly RuleNode[]; readonly others: readonly RuleNode[] } {
  const type = 'type' in symbol ? symbol.type : '*';
  const rules = trees.flatMap(({ statements }) => statements.filter((each) => each.kind === 'rule'));
  const [own, others]: [RuleNode[], RuleNode[]] = [[], []];
  for (const rule of rules) {
    if (grantedKindOf(rule.name) !== symbol.kind) continue;
    const [slot] = nameSlotsOf(rule.name);
    const name = rule.parameters[slot!.index]?.term;
    const pattern = rule.parameters[slot!.owner]?.specializer;
    const owner = pattern?.kind === 'instance-pattern' ? pattern.className : undefined;
    if (name?.kind !== 'variable' || isForwarded(rule, name.name)) continue;
    (mayBe(owner, type) ? own : others).push(rule);
  }
  return { own, others };

  function mayBe(owner: string | undefined, declared: string): boolean {
    if (owner === undefined || owner === declared || owner === 'Actor' || owner === 'Resource') return true;
    const found = outline.types.find(declared);
    return found !== undefined && outline.types.ancestorsOf(found).some(({ name }) => name === owner);
  }
}

/** Returns whether a rule only passes the name to another rule, as `allow` does with `has_permission`, or lists all its values. */
function isForwarded({ body }: RuleNode, variable: string): boolean {
  if (body === undefined) return false;
  let uses = 0;
  let known = 0;
  const isVariable = (term: TermNode | undefined): boolean =>
    term?.kind === 'variable' && term.name === variable;
  visit(body, {
    variable: ({ name }) => void (name === variable && uses++),
    call: ({ predicate, args }: CallNode) => {
      for (const { index } of nameSlotsOf(predicate)) if (isVariable(args[index])) known++;
    },
    in: ({ item, collection }) => void (isVariable(item) && collection.kind === 'list' && known++),
    unify: ({ left, right }) => {
      if ((isVariable(left) && right.kind === 'literal') || (isVariable(right) && left.kind === 'literal'))
        known++;
    },
  });
  return uses > 0 && uses === known;
}
