/** A place in a source: 1-based, with columns in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text of a policy and its name: a file name, or undefined for a string or a query. */
export class Source {
  /** Private, so that no log of an error or a warning prints the whole policy. */
  readonly #text: string;
  readonly #lineStarts: number[] = [0];

  constructor(
    text: string,
    readonly name?: string,
  ) {
    this.#text = text;
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#lineStarts.push(i + 1);
  }

  get text(): string {
    return this.#text;
  }

  get lineCount(): number {
    return this.#lineStarts.length;
  }

  /** @param offset 0-based, in UTF-16 code units */
  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    let column = 1;
    for (let i = this.#lineStarts[low]!; i < offset && i < this.text.length; i++) {
      // A code point beyond 16 bits has two units but one column.
      const unit = this.text.charCodeAt(i);
      if (unit < 0xdc00 || unit > 0xdfff) column++;
    }
    return { line: low + 1, column };
  }

  /** Returns the text of a line, without its line break. @param line 1-based */
  lineText(line: number): string {
    const start = this.#lineStarts[line - 1];
    if (start === undefined) return '';
    const end = this.#lineStarts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, '');
  }
}
