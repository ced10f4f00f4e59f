import {
  describeMember,
  describeStaticMethod,
  visit,
  type BuiltInDescription,
  type FieldType,
  type LiteralNode,
  type Span,
  type TermNode,
  type TermTypes,
} from '@nanook/core/syntax';
import type { Snapshot } from '../workspace/snapshot.js';
import type { Hover } from './description.js';
import { statementAt, termTypesOf } from './variable-type.js';

/** Describes the built-in attribute or method at an offset; undefined if there is none. */
export function hoverOfBuiltIn(snapshot: Snapshot, file: string, offset: number): Hover | undefined {
  const statement = statementAt(snapshot, file, offset);
  if (statement === undefined) return undefined;
  const types = termTypesOf(snapshot, statement);
  let found: Hover | undefined;
  const look = (object: TermNode, name: string, isMethod: boolean, { start, end }: Span): void => {
    if (offset < start || offset > end) return;
    found = hoverOf(
      descriptionsOf(object, name, types).filter((each) => each.isMethod === isMethod),
      {
        start,
        end,
      },
    );
  };
  visit(statement, {
    'method-call': ({ object, method, methodSpan }) => look(object, method, true, methodSpan),
    lookup: ({ object, key }) => {
      if (key.kind === 'literal') look(object, String(key.value), false, key.span);
    },
  });
  return found;
}

function descriptionsOf(
  object: TermNode,
  name: string,
  types: TermTypes | undefined,
): readonly BuiltInDescription[] {
  const statics = object.kind === 'variable' ? describeStaticMethod(object.name, name) : [];
  return statics.length > 0 ? statics : describeMember(name, typeOf(object, types));
}

function hoverOf(
  found: readonly BuiltInDescription[],
  place: Pick<Hover, 'start' | 'end'>,
): Hover | undefined {
  if (found.length === 0) return undefined;
  const sentences = found.map(({ signature, returns }) =>
    found.length === 1 ? `Returns ${returns}.` : `\`${signature.split('.', 1)[0]}\`: returns ${returns}.`,
  );
  return { ...place, code: found.map(({ signature }) => signature), text: sentences };
}

/** Returns the certain type of a term; undefined if it can have any. */
function typeOf(term: TermNode, types: TermTypes | undefined): FieldType | undefined {
  if (term.kind === 'literal') return { kind: 'named', name: typeOfLiteral(term) };
  if (term.kind === 'list') return { kind: 'named', name: 'List' };
  return types?.terms.get(term);
}

const typeOfLiteral = ({ value }: LiteralNode): string =>
  typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Boolean' : 'Float';
