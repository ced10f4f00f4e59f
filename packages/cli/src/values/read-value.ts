import { typed, type Authorizer } from '@nanook/core';
import { parseTerm, type FieldNode, type PatternOrTermNode } from '@nanook/core/syntax';
import { UsageError } from '../errors/usage-error.js';
import type { Fixtures } from '../project/config.js';
import { noSuchFixture } from '../project/fixtures.js';

/**
 * Returns the value that an argument of a command names: a fixture, a type, or a value in the syntax of Polar, in which
 * `User{id: 7}` is a row of the type `User`.
 *
 * @throws {UsageError} when the text is none of these
 */
export function readValue(text: string, fixtures: Fixtures, authorizer: Authorizer): unknown {
  if (Object.hasOwn(fixtures, text)) return fixtures[text];
  const { term } = parseTerm(`x matches ${text}`);
  if (term?.kind !== 'matches') throw notAValue(text, fixtures);
  const { pattern } = term;
  if (pattern.kind === 'instance-pattern' && pattern.fields.length === 0 && !text.includes('{'))
    return typeNamed(text);
  return valueOf(pattern);

  function valueOf(node: PatternOrTermNode): unknown {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'variable':
        if (node.name === 'nil') return null;
        if (Object.hasOwn(fixtures, node.name)) return fixtures[node.name];
        throw notAValue(node.name, fixtures);
      case 'list':
      case 'list-pattern':
        return node.items.map(valueOf);
      case 'dictionary':
      case 'dictionary-pattern':
        return rowOf(node.fields);
      case 'instance-pattern':
        typeNamed(node.className);
        return typed(node.className, rowOf(node.fields));
      default:
        throw notAValue(text, fixtures);
    }
  }

  function typeNamed(name: string): unknown {
    try {
      return authorizer.type(name);
    } catch (error) {
      throw new UsageError(notAValue(name, fixtures).message, { cause: error });
    }
  }

  function rowOf(fields: readonly FieldNode<PatternOrTermNode>[]): object {
    return Object.fromEntries(fields.map(({ key, value }) => [key, valueOf(value)]));
  }
}

const notAValue = (text: string, fixtures: Fixtures): UsageError =>
  new UsageError(
    `expected the name of a fixture, a type, or a value such as User{id: 7}, found ${text}; ${noSuchFixture(text, fixtures)}`,
  );
