import type { Column, RelationStep, RowFilter, Scope } from '@nanook/core/filter';
import type { EmbeddedRelation } from './collections.js';
import type { PathColumn } from './describe-path.js';
import type { Documents } from './documents.js';
import { inexpressible } from './errors.js';
import { columnsOf, type Leaf } from './leaf.js';
import { Level, Names } from './level.js';
import { all, any, everything, except, nothing, QueryPart, type Match } from './match.js';
import { both, either, ExpressionPrinter, not, type Expression } from './print-expression.js';
import { NumberPrinter } from './print-number.js';
import { PathPrinter } from './print-match.js';
import { ofRelation } from './relation-filter.js';
import type { Values } from './values.js';

/** A stage of an aggregation. */
export type Stage = Readonly<Record<string, unknown>>;

/** Prints one filter. Queries of MongoDB have two outcomes, so a negation is printed as one. */
export class FilterPrinter {
  readonly names = new Names();

  constructor(
    readonly documents: Documents,
    readonly values: Values,
  ) {}

  level(root: Scope, outer?: Level): Level {
    this.documents.check(root.type);
    return new Level(this.documents, this.names, root, outer);
  }

  /** Returns the query of a filter. It reads the related documents that the level looks up. */
  match(filter: RowFilter, level: Level): Match {
    switch (filter.kind) {
      case 'always':
        return everything;
      case 'never':
        return nothing;
      case 'and':
        return all(...filter.parts.map((part) => this.match(part, level)));
      case 'or':
        return any(...filter.parts.map((part) => this.match(part, level)));
      case 'exists':
        return this.#exists(filter.step, filter.where, level);
      case 'none':
        return except(this.#exists(filter.step, filter.where, level));
      case 'count':
      case 'computed':
      case 'computable':
      case 'uncomputable':
        return this.#computed(filter, level);
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw recursion();
      default:
        return this.#pathTest(filter, level) ?? this.#computed(filter, level);
    }
  }

  /**
   * Returns the stages that find the documents: first the conditions without related documents, then the others. `undefined` when there are
   * no such documents.
   */
  stages(filter: RowFilter, level: Level): readonly Stage[] | undefined {
    const before: Match[] = [];
    const after: Match[] = [];
    for (const part of filter.kind === 'and' ? filter.parts : [filter]) {
      const lookups = level.lookups.length;
      const match = this.match(part, level);
      (level.lookups.length === lookups ? before : after).push(match);
    }
    const [first, last] = [all(...before), all(...after)];
    if (first === nothing || last === nothing) return undefined;
    return [
      ...(first === everything ? [] : [{ $match: first }]),
      ...(level.lookups as Stage[]),
      ...(last === everything ? [] : [{ $match: last }]),
    ];
  }

  #pathTest(leaf: Leaf, level: Level): Match | undefined {
    const columns = columnsOf(leaf);
    const [column] = columns as readonly [Column];
    const prefix = level.place(column.scope)?.match;
    return column.list !== undefined || columns.length > 1 || prefix === undefined
      ? undefined
      : this.#printer(column, prefix).print(leaf);
  }

  #printer(column: Column, prefix: string): PathPrinter {
    const described = this.documents.column(column);
    return new PathPrinter(this.values, prefix + described.name, described);
  }

  #computed(filter: RowFilter, level: Level): Match {
    const expression = this.#expression(filter, level);
    if (typeof expression === 'boolean') return expression ? everything : nothing;
    return new QueryPart({ $expr: this.values.trusted(expression) });
  }

  // ── parts of documents, and related documents ──

  #exists(step: RelationStep, where: RowFilter, level: Level): Match {
    const embedded = this.documents.embedded(step);
    if (embedded === undefined) {
      const name = this.#lookUp(step, where, level);
      return name === undefined ? nothing : this.#test(name, { $ne: [] });
    }
    const prefix = level.place(step.from)?.match;
    if (prefix === undefined) return this.#computed({ kind: 'exists', step, where }, level);
    const path = prefix + embedded.path;
    if (embedded.kind === 'many') {
      const element = this.#element(where, new Map([[step.to.id, '']]));
      return element === undefined
        ? this.#computed({ kind: 'exists', step, where }, level)
        : this.#someElement(path, element);
    }
    level.add(step.to, { expression: `$${path}.`, match: `${path}.` });
    return all(this.#partPresent(embedded, path), this.match(where, level));
  }

  /** Returns the query of an element of a list; `undefined` for a filter that reads something else. `prefixes` are those of its parts. */
  #element(filter: RowFilter, prefixes: ReadonlyMap<number, string>): Match | undefined {
    switch (filter.kind) {
      case 'always':
        return everything;
      case 'never':
        return nothing;
      case 'and':
      case 'or': {
        const parts = filter.parts.map((part) => this.#element(part, prefixes));
        if (!parts.every((part) => part !== undefined)) return undefined;
        return (filter.kind === 'and' ? all : any)(...parts);
      }
      case 'exists':
        return this.#elementExists(filter.step, filter.where, prefixes);
      case 'none': {
        const found = this.#elementExists(filter.step, filter.where, prefixes);
        return found && except(found);
      }
      case 'count':
      case 'computed':
      case 'computable':
      case 'uncomputable':
        return undefined;
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw recursion();
      default: {
        const columns = columnsOf(filter);
        const prefix = prefixes.get(columns[0]!.scope.id);
        if (columns[0]!.list !== undefined || columns.length > 1 || prefix === undefined) return undefined;
        return this.#printer(columns[0]!, prefix).print(filter);
      }
    }
  }

  #elementExists(
    step: RelationStep,
    where: RowFilter,
    prefixes: ReadonlyMap<number, string>,
  ): Match | undefined {
    const embedded = this.documents.embedded(step);
    const prefix = prefixes.get(step.from.id);
    if (embedded === undefined || prefix === undefined) return undefined;
    const path = prefix + embedded.path;
    if (embedded.kind === 'many') {
      const inner = this.#element(where, new Map([[step.to.id, '']]));
      return inner && this.#someElement(path, inner);
    }
    const inner = this.#element(where, new Map([...prefixes, [step.to.id, `${path}.`]]));
    return inner && all(this.#partPresent(embedded, path), inner);
  }

  #someElement(path: string, element: Match): Match {
    if (element === nothing) return nothing;
    return element === everything
      ? this.#test(`${path}.0`, { $exists: true })
      : this.#test(path, { $elemMatch: element });
  }

  /** Each document shows a nested object. */
  #partPresent({ kind }: EmbeddedRelation, path: string): Match {
    return kind === 'nested' ? everything : this.#test(path, { $ne: null });
  }

  #test(path: string, test: object): Match {
    return new QueryPart({ [path]: this.values.trusted(test) });
  }

  // ── expressions ──

  #expression(filter: RowFilter, level: Level): Expression {
    switch (filter.kind) {
      case 'always':
        return true;
      case 'never':
        return false;
      case 'and':
        return both(...filter.parts.map((part) => this.#expression(part, level)));
      case 'or':
        return either(...filter.parts.map((part) => this.#expression(part, level)));
      case 'exists':
        return this.#existsExpression(filter.step, filter.where, level);
      case 'none':
        return not(this.#existsExpression(filter.step, filter.where, level));
      case 'count':
        return new ExpressionPrinter(this.values, level).compareCount(
          this.#countOf(filter.step, level),
          filter.operator,
          filter.other,
        );
      case 'computed':
        return new NumberPrinter(this.values, level).compare(filter.operator, filter.left, filter.right);
      case 'computable':
        return new NumberPrinter(this.values, level).isComputable(filter.number);
      case 'uncomputable':
        return not(new NumberPrinter(this.values, level).isComputable(filter.number));
      case 'in-set':
      case 'not-in-set':
      case 'found-before':
        throw recursion();
      default:
        return new ExpressionPrinter(this.values, level).print(filter);
    }
  }

  #existsExpression(step: RelationStep, where: RowFilter, level: Level): Expression {
    const embedded = this.documents.embedded(step);
    if (embedded === undefined) {
      const elements = level.place(step.from)?.elements;
      if (elements !== undefined) return this.#isAmongFound(step, where, level, elements);
      const name = this.#lookUp(step, where, level);
      return name === undefined ? false : { $ne: [`$${name}`, []] };
    }
    const { from, to } = step;
    const path = level.path(from, embedded.path);
    if (embedded.kind === 'many') {
      const name = this.names.next();
      const place = level.place(from);
      const prefix = place?.match ?? place?.elements;
      const elements = prefix === undefined ? {} : { elements: `${prefix}${embedded.path}.` };
      level.add(to, { expression: `$$${name}.`, match: undefined, ...elements });
      const input = { $ifNull: [path, []] };
      return { $anyElementTrue: [{ $map: { input, as: name, in: this.#expression(where, level) } }] };
    }
    const owner = level.ownerOf(from);
    const { expression, match, elements } = owner.place(from)!;
    const inner = `${embedded.path}.`;
    const ofElements = elements === undefined ? {} : { elements: elements + inner };
    const ownMatch = match === undefined ? match : match + inner;
    owner.add(to, { expression: expression + inner, match: ownMatch, ...ofElements });
    const present = embedded.kind === 'nested' ? true : { $ne: [{ $ifNull: [path, null] }, null] };
    return both(present, this.#expression(where, level));
  }

  /** Returns the expression of the number of related documents. */
  #countOf(step: RelationStep, level: Level): unknown {
    const { from, relation } = step;
    const embedded = this.documents.embedded(step);
    if (embedded !== undefined) return { $size: { $ifNull: [level.path(from, embedded.path), []] } };
    // A list can have a key twice, and its document is found once.
    if (relation.local.some((field) => this.documents.field(from.type, field).isList))
      throw inexpressible(`the number of documents \`${relation.name}\`, whose keys are a list`);
    const name = this.#lookUp(step, { kind: 'always' }, level, []);
    return name === undefined ? 0 : { $size: `$${name}` };
  }

  // ── other collections ──

  /**
   * Adds the stage that looks up related documents. Returns the field that holds them; `undefined` when there are none.
   *
   * @param limit the stages that limit the number of documents
   */
  #lookUp(
    step: RelationStep,
    where: RowFilter,
    level: Level,
    limit: readonly Stage[] = [{ $limit: 1 }],
  ): string | undefined {
    const { from, to, relation } = step;
    const place = level.place(from);
    if (place !== undefined && place.match === undefined)
      throw inexpressible(`the relation \`${relation.name}\` of an element of a list`);
    const inner = this.level(to, level);
    const stages = this.stages(ofRelation(step, where), inner);
    if (stages === undefined) return undefined;
    const name = `_${this.names.next()}`;
    const found = [...limit, { $project: { _id: 1 } }];
    const target = this.documents.modelOf(to.type.name).collection.collectionName;
    const { through, local, foreign } = relation;
    if (through === undefined) {
      const keys = this.#joined(step, place?.match, inner);
      level.lookups.push({
        $lookup: {
          from: target,
          ...keys.fields,
          ...variablesOf(inner),
          pipeline: [...keys.tests, ...stages, ...found],
          as: name,
        },
      });
    } else {
      if (local.length > 1 || foreign.length > 1 || place?.match === undefined)
        throw inexpressible(`the relation \`${relation.name}\` through the collection \`${through.table}\``);
      const item = `_${this.names.next()}`;
      const [localField, foreignField] = [this.#path(step.from, local[0]!), this.#path(step.to, foreign[0]!)];
      level.lookups.push({
        $lookup: {
          from: through.table,
          localField: place.match + localField,
          foreignField: through.local[0]!,
          ...variablesOf(inner),
          pipeline: [
            {
              $match: new QueryPart({
                [through.local[0]!]: { $ne: null },
                [through.foreign[0]!]: { $ne: null },
              }),
            },
            {
              $lookup: {
                from: target,
                localField: through.foreign[0]!,
                foreignField,
                pipeline: [...stages, ...found],
                as: item,
              },
            },
            { $match: new QueryPart({ [item]: { $ne: [] } }) },
            ...found,
          ],
          as: name,
        },
      });
    }
    level.steps.push(step);
    return name;
  }

  /**
   * Returns the expression that the key of an element is among the keys of the documents that all elements of the list lead to, and that
   * satisfy a filter.
   */
  #isAmongFound(step: RelationStep, where: RowFilter, level: Level, elements: string): Expression {
    const { from, to, relation } = step;
    const [local, foreign] = [relation.local, relation.foreign].map((fields, i) =>
      this.documents.field((i === 0 ? from : to).type, fields[0]!),
    ) as [PathColumn, PathColumn];
    const isSimple = relation.through === undefined && relation.local.length === 1;
    if (
      !isSimple ||
      local.isList ||
      foreign.isList ||
      foreign.missing !== undefined ||
      local.missing !== undefined
    )
      throw inexpressible(`the relation \`${relation.name}\` of an element of a list`);
    const inner = this.level(to, level);
    const stages = this.stages(ofRelation(step, where), inner);
    if (stages === undefined) return false;
    const name = `_${this.names.next()}`;
    level.lookups.push({
      $lookup: {
        from: this.documents.modelOf(to.type.name).collection.collectionName,
        localField: elements + local.name,
        foreignField: foreign.name,
        ...variablesOf(inner),
        pipeline: [...stages, { $project: { _id: 0, key: `$${foreign.name}` } }],
        as: name,
      },
    });
    level.steps.push(step);
    const key = level.path(from, local.name);
    return both(isPresent(key), { $in: [key, `$${name}.key`] });
  }

  /** Joins by fields where it can, which also finds each key of a list. */
  #joined({ from, to, relation }: RelationStep, prefix: string | undefined, inner: Level) {
    const tests: Stage[] = [];
    let fields: Stage = {};
    relation.local.forEach((localName, i) => {
      const local = this.documents.field(from.type, localName);
      const foreign = this.documents.field(to.type, relation.foreign[i]!);
      const isPlain = local.missing === undefined && foreign.missing === undefined;
      if (i === 0 && prefix !== undefined && isPlain) {
        fields = { localField: prefix + local.name, foreignField: foreign.name };
        // MongoDB also joins two absent keys.
        if (foreign.isList) tests.push(this.#whereExpression(isPresent(inner.path(from, local.name))));
        else if (foreign.isNullable) tests.push({ $match: this.#test(foreign.name, { $ne: null }) });
        return;
      }
      tests.push(this.#whereExpression(this.#areJoined(from, localName, to, relation.foreign[i]!, inner)));
    });
    return { fields, tests };
  }

  /** Returns the expression that two keys are equal, or that one of them is in the list of the other side. */
  #areJoined(from: Scope, localName: string, to: Scope, foreignName: string, inner: Level): Expression {
    const local = this.documents.field(from.type, localName);
    const foreign = this.documents.field(to.type, foreignName);
    const [left, right] = [inner.path(to, foreign.name), inner.path(from, local.name)];
    if (local.isList && foreign.isList) throw inexpressible('a relation between two lists of keys');
    if (local.isList) return both(isPresent(left), isIn(left, right));
    if (foreign.isList) return both(isPresent(right), isIn(right, left));
    const columnOf = (scope: Scope, field: string): Column => {
      const { isNullable: nullable } = this.documents.field(scope.type, field);
      return { kind: 'column', scope, field, type: 'string', nullable };
    };
    return new ExpressionPrinter(this.values, inner).print({
      kind: 'compare',
      operator: '=',
      left: columnOf(to, foreignName),
      right: columnOf(from, localName),
    });
  }

  #whereExpression(expression: Expression): Stage {
    return { $match: new QueryPart({ $expr: expression }) };
  }

  #path(scope: Scope, field: string): string {
    return this.documents.field(scope.type, field).name;
  }
}

const isPresent = (value: string): Expression => ({ $ne: [{ $ifNull: [value, null] }, null] });
/** MongoDB refuses to look for a value in another value than a list. */
const isIn = (value: string, list: string): Expression => ({
  $in: [value, { $cond: [{ $isArray: [list] }, list, []] }],
});

const variablesOf = ({ variables }: Level): Stage =>
  Object.keys(variables).length === 0 ? {} : { let: variables };

const recursion = () => inexpressible('a rule that calls itself for a related row');

/** Returns the query that is sent for a filter. A constant is a test too, because an empty query finds every document. */
export function sent(match: Match, values: Values): Match {
  if (match !== nothing && match !== everything) return match;
  return new QueryPart({ _id: values.trusted(match === nothing ? { $in: [] } : { $exists: true }) });
}
