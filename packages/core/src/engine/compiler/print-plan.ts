import { show } from '../../host/show.js';
import type { Proof } from '../proof.js';
import type { CompiledFunction, KnownArgument } from './compiled-function.js';
import type { Operand, Plan, Statement, Test } from './plan.js';

/** Prints a plan for people: the function, then one statement a line, each indented below the statement that it continues. */
export function printPlan(fn: CompiledFunction, { params, body }: Plan): string {
  const passed = params.map((param) => `$${param}`).join(', ');
  return [`${signatureOf(fn)}  (${passed})`, ...linesOf(body).map(indented)].join('\n');
}

/** Returns the predicate and the facts about its arguments, such as `allow(User, "read", Document)`. */
export const signatureOf = ({ predicate, known }: CompiledFunction): string =>
  `${predicate.name}(${known.map(factText).join(', ')})`;

/** Returns one fact about an argument: a literal, a type, or `_`. */
export function factText(known: KnownArgument): string {
  switch (known.kind) {
    case 'literal':
      return JSON.stringify(known.value);
    case 'types':
    case 'some': {
      const [nearest] = known.types.chain;
      return nearest?.name ?? ([...known.types.types].map(({ name }) => name).join('|') || 'other');
    }
    case 'other':
      return 'other';
    case 'anything':
    case 'tested':
      return '_';
    case 'unbound':
      return '?';
  }
}

function linesOf(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case 'succeed':
      return ['succeed'];
    case 'any':
      return statement.of.length === 0
        ? ['fail']
        : statement.of.flatMap((s, i) => [i === 0 ? 'try' : 'or', ...linesOf(s).map(indented)]);
    case 'read':
      return [
        `$${statement.to} = ${operandText(statement.base)}.${statement.name}${statement.isOptional ? ' or nothing' : ''}`,
        ...linesOf(statement.next),
      ];
    case 'method':
      return [
        `$${statement.to} = ${operandText(statement.base)}.${statement.name}(${argumentsText(statement.args)})`,
        ...linesOf(statement.next),
      ];
    case 'arithmetic':
      return [
        `$${statement.to} = ${operandText(statement.left)} ${statement.operator} ${operandText(statement.right)}`,
        ...linesOf(statement.next),
      ];
    case 'each':
      return [
        `each $${statement.item} in ${operandText(statement.list)}`,
        ...linesOf(statement.next).map(indented),
      ];
    case 'if':
      return [`if ${testText(statement.test)}`, ...linesOf(statement.next).map(indented)];
    case 'check':
      return [
        'check',
        ...linesOf(statement.proof).map(indented),
        'then',
        ...linesOf(statement.next).map(indented),
      ];
    case 'not':
      return ['not', ...linesOf(statement.proof).map(indented), ...linesOf(statement.next)];
    case 'cut':
      return ['cut', ...linesOf(statement.next)];
    case 'again':
      return [`again(${argumentsText(statement.args)})`];
    case 'await':
      return [`await $${statement.local}`, ...linesOf(statement.next)];
    case 'record': {
      const to = statement.to === undefined ? 'proof' : `$${statement.to}`;
      return [`${to} = ${statement.parts.map(proofText).join(' + ')}`, ...linesOf(statement.next)];
    }
    case 'receive':
      return [`$${statement.to} = proof`, ...linesOf(statement.next)];
    case 'exactly':
      return [
        `if ${operandText(statement.value)} is exactly ${statement.type.name}`,
        ...linesOf(statement.next).map(indented),
        'else',
        ...(statement.otherwise === undefined ? ['bail out'] : linesOf(statement.otherwise)).map(indented),
      ];
    case 'answers': {
      const { callee, args, to, next } = statement;
      const values = to.map((n) => `$${n}`).join(', ');
      return [
        `each ${values} of ${signatureOf(callee)} of ${argumentsText(args) || 'nothing'}`,
        ...linesOf(next).map(indented),
      ];
    }
    case 'answer':
      return [`answer ${argumentsText(statement.values)}`];
    case 'switch':
      return statement.cases.flatMap(({ literal, next }, i) => [
        `${i === 0 ? 'if' : 'else if'} ${operandText(statement.value)} == ${show(literal)}`,
        ...linesOf(next).map(indented),
      ]);
  }
}

function testText(test: Test): string {
  switch (test.kind) {
    case 'equal':
      return `${operandText(test.left)} ${test.negated ? '!=' : '=='} ${operandText(test.right)}`;
    case 'one-of':
      return `${operandText(test.value)} in ${show(test.literals)}`;
    case 'order':
      return `${operandText(test.left)} ${test.operator} ${operandText(test.right)}`;
    case 'isa':
      return `${operandText(test.value)} matches ${test.type.name}`;
    case 'isa-union':
      return `${operandText(test.value)} matches ${test.union}`;
    case 'true':
      return operandText(test.value);
    case 'present':
      return `${operandText(test.value)} is present`;
    case 'call': {
      const likely = test.likely === undefined ? '' : `, probably ${signatureOf(test.likely.callee)}`;
      return `${signatureOf(test.callee)} of ${argumentsText(test.args) || 'nothing'}${likely}`;
    }
  }
}

/** Prints the rules of a known part of a proof, by their lines. */
const proofText = (part: Operand): string =>
  part.kind === 'local'
    ? operandText(part)
    : (part.value as Proof).references.map(({ name, line }) => `${name}:${line}`).join(' + ');

const operandText = (operand: Operand): string =>
  operand.kind === 'local' ? `$${operand.local}` : show(operand.value);

const argumentsText = (args: readonly Operand[]): string => args.map(operandText).join(', ');

const indented = (line: string): string => `  ${line}`;
