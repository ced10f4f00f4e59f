/** The result of reading JSON. */
export type JsonResult =
  | { readonly value: unknown }
  | { readonly value: undefined; readonly message: string; readonly offset: number };

/** Reads JSON, and finds the place of an error. Browsers describe this place in different words, or not at all. */
export function readJson(text: string): JsonResult {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    const { at, expected } = new Scanner(text).firstError();
    const found = at >= text.length ? 'the end of the text' : `\`${text[at]!}\``;
    return { value: undefined, message: `expected ${expected}, found ${found}`, offset: at };
  }
}

class Unexpected extends Error {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

const maxDepth = 1_000;

/** Follows the grammar of JSON up to the first character that it does not allow. */
class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  firstError(): { readonly at: number; readonly expected: string } {
    try {
      this.#value(0);
      if (this.#at < this.text.length) throw this.#unexpected('the end of the text');
    } catch (error) {
      if (error instanceof Unexpected) return error;
      throw error;
    }
    return { at: this.#at, expected: 'JSON' };
  }

  #unexpected = (expected: string): Unexpected => new Unexpected(this.#at, expected);

  #skip(): void {
    while (/[ \t\r\n]/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #take(pattern: RegExp, expected: string): void {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) throw this.#unexpected(expected);
    this.#at += found[0].length;
  }

  #string(expected: string): void {
    this.#take(/"(?:[^"\\\p{Cc}]|\\(?:["\\/]|b|f|n|r|t|u[\dA-Fa-f]{4}))*"/uy, expected);
  }

  #value(depth: number): void {
    if (depth > maxDepth) throw this.#unexpected(`at most ${maxDepth} lists and objects inside each other`);
    this.#skip();
    const first = this.text[this.#at];
    if (first === '{') this.#object(depth);
    else if (first === '[') this.#list(depth);
    else if (first === '"') this.#string('a text that ends with `"` on its line');
    else this.#take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, 'a value');
    this.#skip();
  }

  #object(depth: number): void {
    this.#at++;
    this.#skip();
    if (this.text[this.#at] !== '}')
      for (;;) {
        this.#skip();
        this.#string('a name in quotes such as "id"');
        this.#skip();
        this.#take(/:/y, '`:`');
        this.#value(depth + 1);
        if (this.text[this.#at] !== ',') break;
        this.#at++;
      }
    this.#take(/\}/y, '`,` or `}`');
  }

  #list(depth: number): void {
    this.#at++;
    this.#skip();
    if (this.text[this.#at] !== ']')
      for (;;) {
        this.#value(depth + 1);
        if (this.text[this.#at] !== ',') break;
        this.#at++;
      }
    this.#take(/\]/y, '`,` or `]`');
  }
}
