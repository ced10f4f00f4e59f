import { positionOf, textOf, type Span } from '../diagnostics/span.js';
import { referenceTo } from '../engine/proof.js';
import type { TypeSet } from '../host/type-set.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import type { Parameter, Rule } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { ExplainedMismatch, ExplainedMiss } from './explanation.js';
import type { ShownValues } from './shown-values.js';
import type { SeenValue } from './trace.js';
import { typeNote } from './value-notes.js';
import { unbound } from './value-reader.js';

/** Explains rules that were not entered: their heads do not fit the arguments, or a cut excludes them. */
export class HeadMismatches {
  constructor(
    readonly program: Program,
    readonly typesOf: (value: unknown) => TypeSet | undefined,
    readonly shown: ShownValues,
  ) {}

  /** Returns undefined for a rule about another literal, such as another action. */
  mismatchOf(rule: Rule, args: readonly SeenValue[], isCut: boolean): ExplainedMiss | undefined {
    const { parameters } = rule;
    if (parameters.some(({ literal }, i) => literal !== undefined && !mayBe(args[i]!.value, literal)))
      return undefined;
    for (const [i, parameter] of parameters.entries()) {
      const reason = this.#typeMismatch(parameter, args[i]!);
      if (reason !== undefined) return this.#miss(rule, 'head', parameter.span, reason);
    }
    const { span } = rule.origin;
    return isCut
      ? this.#miss(rule, 'cut', span, 'a cut in another rule excludes this rule')
      : this.#miss(rule, 'head', span, this.#valueMismatch(rule, args));
  }

  /** Explains a parameter that is a type itself, as for *create*. */
  #valueMismatch({ parameters }: Rule, args: readonly SeenValue[]): string {
    for (const [i, { span }] of parameters.entries()) {
      const type = this.program.types.find(textOf(span));
      if (type !== undefined && args[i]!.value !== type.value)
        return `${this.shown.show(args[i]!)} is not the type ${type.name} itself`;
    }
    return 'the arguments do not fit the head of this rule';
  }

  #typeMismatch({ specializer }: Parameter, arg: SeenValue): string | undefined {
    const { value } = arg;
    if (value === unbound || (specializer.kind !== 'type' && specializer.kind !== 'union')) return undefined;
    const types = this.typesOf(value);
    if (types === undefined) return undefined;
    const wanted = specializer.kind === 'union' ? this.program.unions[specializer.union] : [specializer.type];
    if (wanted.some((type) => type !== undefined && types.types.has(type))) return undefined;
    const name = specializer.kind === 'union' ? specializer.union : specializer.name;
    const note = this.shown.isHidden(arg) ? '' : typeNote(value, types);
    return `${this.shown.show(arg)} is not of the type ${name}${note}`;
  }

  #miss(rule: Rule, kind: ExplainedMismatch['kind'], span: Span, reason: string): ExplainedMiss {
    const { line, column } = positionOf(span);
    const place = { file: span.source.name, line, column };
    return {
      ...referenceTo(rule),
      bindings: [],
      held: [],
      progress: 0,
      failure: { kind, text: textOf(span), ...place, reason },
    };
  }
}

const mayBe = (value: unknown, literal: unknown): boolean =>
  value === unbound || value === literal || isObjectOrFunction(value);
