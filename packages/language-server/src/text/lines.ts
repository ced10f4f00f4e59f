import type { Position, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** The lines of a text, between offsets of the analysis and positions of the protocol: both count UTF-16 code units. */
export class Lines {
  readonly #document: TextDocument;

  constructor(readonly text: string) {
    this.#document = TextDocument.create('', '', 0, text);
  }

  position(offset: number): Position {
    return this.#document.positionAt(offset);
  }

  offset(position: Position): number {
    return this.#document.offsetAt(position);
  }

  range({ start, end }: { readonly start: number; readonly end: number }): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  offsets({ start, end }: Range): { readonly start: number; readonly end: number } {
    return { start: this.offset(start), end: this.offset(end) };
  }
}
