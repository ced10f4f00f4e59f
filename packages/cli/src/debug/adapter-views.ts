import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { DebugTarget, PartsView, PlaceView, StopView, TextView, ValueView } from '@nanook/core/debug';
import { Scope, Source, Variable } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UsageError } from '../errors/usage-error.js';
import { placeText } from './render-stop.js';

/** A rule on the stack of a stopped query. */
interface ShownFrame {
  readonly stop: StopView;
  readonly index: number;
}

/** The variables of a reference: values, or the parts of a value. */
type ShownVariables = { readonly query: number } & (
  | { readonly values: readonly ValueView[] }
  | { readonly parts: PartsView }
);

/** The variables that an editor asks for. */
interface VariableRange {
  readonly kind: 'indexed' | 'named' | undefined;
  readonly start: number;
  readonly count: number | undefined;
}

/** The parts of stops that an editor asks for by number. The numbers of a query are valid until it goes on. */
export class AdapterViews {
  readonly #frames = new Map<number, ShownFrame>();
  readonly #variables = new Map<number, ShownVariables>();
  readonly #sources: { readonly query: number; readonly name: string }[] = [];
  #count = 0;

  framesOf(stop: StopView): DebugProtocol.StackFrame[] {
    return stop.stack.map(({ rule, place }, index) => {
      const id = ++this.#count;
      this.#frames.set(id, { stop, index });
      const { line, column, endLine, endColumn } = place;
      return {
        id,
        name: rule ?? 'query',
        source: this.#sourceOf(stop.query, place),
        line,
        column,
        endLine,
        endColumn,
      };
    });
  }

  /** @throws {UsageError} for a frame of a query that has gone on */
  frameAt(id: number): ShownFrame {
    const frame = this.#frames.get(id);
    if (frame === undefined) throw new UsageError('the query is not stopped there');
    return frame;
  }

  scopesOf(frameId: number): DebugProtocol.Scope[] {
    const { stop, index } = this.frameAt(frameId);
    const variables = this.#scope('Variables', stop.query, stop.stack[index]?.bindings ?? []);
    if (index > 0) return [variables];
    const all: [string, readonly ValueView[]][] = [
      ['Condition', stop.values],
      ['Goals', numbered(stop.goals)],
      ['Alternatives', numbered(stop.alternatives)],
    ];
    return [variables, ...all.map(([name, values]) => this.#scope(name, stop.query, values))];
  }

  async variablesOf(
    reference: number,
    { kind, start, count }: VariableRange,
    target: DebugTarget,
  ): Promise<DebugProtocol.Variable[]> {
    const shown = this.#variables.get(reference);
    if (shown === undefined) return [];
    const { query } = shown;
    if ('values' in shown) return shown.values.map((value) => this.#variable(query, value));
    const { parts } = shown;
    if (kind !== undefined && (kind === 'indexed') !== (parts.kind === 'elements')) return [];
    const values = await target.parts(query, parts.id, start, count);
    return values.map((value) => this.#variable(query, value));
  }

  /** Returns the result of an expression that is a variable. */
  resultOf(query: number, value: ValueView): DebugProtocol.EvaluateResponse['body'] {
    const { value: result, ...parts } = this.#variable(query, value);
    return { ...parts, result };
  }

  #variable(query: number, { name, value, parts }: ValueView): DebugProtocol.Variable {
    const variable: DebugProtocol.Variable = new Variable(name, value);
    if (parts === undefined) return variable;
    variable.variablesReference = ++this.#count;
    this.#variables.set(variable.variablesReference, { query, parts });
    if (parts.kind === 'elements') variable.indexedVariables = parts.count;
    if (parts.kind === 'fields') variable.namedVariables = parts.count;
    // An editor shows a button that calls the getter.
    if (parts.kind === 'getter') variable.presentationHint = { lazy: true };
    return variable;
  }

  /** Returns a policy that is not a file, by its number. */
  sourceAt(reference: number): { readonly query: number; readonly name: string } {
    const source = this.#sources[reference - 1];
    if (source === undefined) throw new UsageError('there is no such policy');
    return source;
  }

  /** Drops the numbers of a query that goes on. */
  release(query: number): void {
    for (const [id, { stop }] of this.#frames) if (stop.query === query) this.#frames.delete(id);
    for (const [id, { query: owner }] of this.#variables) if (owner === query) this.#variables.delete(id);
  }

  #scope(name: string, query: number, values: readonly ValueView[]): DebugProtocol.Scope {
    const reference = ++this.#count;
    this.#variables.set(reference, { query, values });
    return new Scope(name, reference, false);
  }

  #sourceOf(query: number, { source: name }: PlaceView): DebugProtocol.Source {
    const path = resolve(name);
    if (existsSync(path)) return new Source(basename(path), path);
    let index = this.#sources.findIndex((one) => one.query === query && one.name === name);
    if (index < 0) index = this.#sources.push({ query, name }) - 1;
    return new Source(name, undefined, index + 1);
  }
}

const numbered = (texts: readonly TextView[]): ValueView[] =>
  texts.map(({ text, place }, i) => ({ name: `${i + 1}`, value: `${text} (${placeText(place)})` }));
