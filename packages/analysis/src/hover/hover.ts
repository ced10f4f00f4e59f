import { printRule, textOf, type FieldType } from '@nanook/core/syntax';
import { headText, rulesByName } from '../completion/rule-completions.js';
import { describeSymbol, type Occurrence, type PolicySymbol } from '../symbols/policy-symbol.js';
import { factRulesOf } from '../types/fact-rules.js';
import { fieldText, typeText } from '../types/type-text.js';
import { membersOf } from '../types/members.js';
import type { Snapshot } from '../workspace/snapshot.js';
import { hoverOfBuiltIn } from './built-in-hover.js';
import { commentAbove } from './comment-above.js';
import type { Hover } from './description.js';
import { typeOfVariable } from './variable-type.js';

/** Describes the name at an offset; undefined if there is none. */
export function hoverAt(snapshot: Snapshot, file: string, offset: number): Hover | undefined {
  const [occurrence] = snapshot.symbols.at(file, offset);
  const [symbol] = occurrence?.symbols ?? [];
  if (occurrence === undefined || symbol === undefined) return hoverOfBuiltIn(snapshot, file, offset);
  const { start, end } = occurrence;
  const expanded = expandedAt(snapshot, file, occurrence);
  const { code, text } = describe(snapshot, symbol, occurrence);
  return {
    start,
    end,
    code: expanded === undefined ? code : [...code, expanded],
    text: [...text, ...commentsOf(snapshot, occurrence)],
  };
}

/** Returns the rule for which the shorthand rule of a name is short. */
function expandedAt({ outline }: Snapshot, file: string, { whole }: Occurrence): string | undefined {
  for (const [span, { name, parameters, body }] of outline.expanded)
    if (span.source.name === file && span.start === whole.start)
      return printRule({ kind: 'rule', span, name, nameSpan: span, parameters, body });
  return undefined;
}

interface Description {
  readonly code: readonly string[];
  readonly text: readonly string[];
}

function describe(snapshot: Snapshot, symbol: PolicySymbol, occurrence: Occurrence): Description {
  const { outline, settings } = snapshot;
  switch (symbol.kind) {
    case 'variable':
      return typed(symbol.name, typeOfVariable(snapshot, symbol.name, occurrence));
    case 'fixture':
      return {
        code: [`${symbol.name}: ${settings.fixtures[symbol.name] ?? 'any value'}`],
        text: ['fixture'],
      };
    case 'constant':
      return { code: [symbol.name], text: ['constant of the application'] };
    case 'field': {
      const member = membersOf({ kind: 'named', name: symbol.type }, outline.types).find(
        ({ name }) => name === symbol.name,
      );
      const type = member?.field === undefined ? 'any value' : fieldText(member.field);
      return { code: [`${symbol.type}.${symbol.name}: ${type}`], text: [] };
    }
    case 'type':
      return describeType(snapshot, symbol.name);
    case 'rule':
      return describeRule(snapshot, symbol.name);
    default: {
      const grants = snapshot.symbols.of(symbol).filter(({ role }) => role === 'grant').length;
      const related = outline.blocks.get(symbol.type)?.declarations.get(symbol.name)?.related;
      const granted = `${describeSymbol(symbol)}${related === undefined ? '' : `, a ${related}`}`;
      return { code: [], text: [`${granted}; ${grants} ${grants === 1 ? 'rule grants' : 'rules grant'} it`] };
    }
  }
}

const typed = (name: string, type: FieldType | undefined): Description => ({
  code: [`${name}: ${typeText(type)}`],
  text: [],
});

function describeType({ outline }: Snapshot, name: string): Description {
  const type = outline.types.find(name);
  const fields = [...(type?.fields?.values() ?? [])].map((field) => `  ${field.name}: ${fieldText(field)}`);
  const code = fields.length === 0 ? [name] : [`${name} {\n${fields.join(',\n')}\n}`];
  if (type === undefined)
    return { code, text: name === 'Actor' || name === 'Resource' ? ['union of types with a block'] : [] };
  return { code, text: type.builtIn ? ['built-in type'] : [] };
}

const most = 10;

function describeRule(snapshot: Snapshot, name: string): Description {
  const rules = rulesByName(snapshot).get(name) ?? [];
  const facts = factRulesOf(snapshot.types).filter((rule) => rule.name === name);
  const heads = [...new Set([...rules.map(headText), ...facts.map(({ span }) => textOf(span))])];
  const others = heads.length > most ? [`and ${heads.length - most} other heads`] : [];
  return {
    code: heads.slice(0, most),
    text: [...others, ...new Set(facts.map(({ span }) => span.source.name ?? ''))],
  };
}

/** Returns the comments above the statements that define the name. */
function commentsOf({ symbols, files }: Snapshot, { symbols: found, ...own }: Occurrence): readonly string[] {
  const places =
    found[0]?.kind === 'variable' ? [] : found.flatMap((symbol) => symbols.definitionsOf(symbol));
  const comments = [...places, ...(places.length === 0 ? [own] : [])].map(({ file, whole }) => {
    const text = files.find(({ name }) => name === file)?.text ?? '';
    return commentAbove(text, whole.start);
  });
  return [...new Set(comments.filter((comment) => comment !== undefined))].slice(0, 5);
}
