import type { ParsedText, PolicyOutline, StatementNode } from '@nanook/core/syntax';
import type { CompleteSettings } from '../workspace/settings.js';
import { occurrencesIn } from './collect-occurrences.js';
import type { Occurrence } from './policy-symbol.js';

/**
 * The names in statements, which an editor keeps for the statements that an edit does not change. What a name means also depends on the blocks and
 * the settings, so a change of these forgets all of them.
 */
export class KnownOccurrences {
  #known = new WeakMap<StatementNode, readonly Occurrence[]>();
  #blocks = '';
  #settings: CompleteSettings | undefined;

  /** Returns the names of texts, with their present places. */
  in(
    texts: readonly ParsedText[],
    outline: PolicyOutline,
    settings: CompleteSettings,
  ): readonly Occurrence[] {
    const blocks = signatureOf(outline);
    if (blocks !== this.#blocks || settings !== this.#settings) this.#known = new WeakMap();
    this.#blocks = blocks;
    this.#settings = settings;
    return texts.flatMap((text) =>
      text.readableStatements.flatMap((statement) => {
        const shift = text.placeOf(statement.span).start - statement.span.start;
        const found = this.#of(statement, outline, settings);
        return shift === 0 ? found : found.map((each) => moved(each, shift));
      }),
    );
  }

  #of(statement: StatementNode, outline: PolicyOutline, settings: CompleteSettings): readonly Occurrence[] {
    let found = this.#known.get(statement);
    if (found === undefined)
      this.#known.set(statement, (found = occurrencesIn(statement, outline, settings)));
    return found;
  }
}

/** Returns a text that changes when a block declares something else, or another type exists. */
function signatureOf({ blocks, types }: PolicyOutline): string {
  const declared = [...blocks.values()].map(({ type, declarations }) => [
    type,
    [...declarations.values()].map(({ name, kind, related }) => [name, kind, related]),
  ]);
  return JSON.stringify([declared, types.names]);
}

const moved = (occurrence: Occurrence, shift: number): Occurrence => ({
  ...occurrence,
  start: occurrence.start + shift,
  end: occurrence.end + shift,
  whole: { start: occurrence.whole.start + shift, end: occurrence.whole.end + shift },
});
