import { parse, ParsedText, type Diagnostic, type PolicyNode } from '@nanook/core/syntax';

/** A policy text with its tree. */
export class PolicyFile {
  #whole: { readonly policy: PolicyNode; readonly diagnostics: readonly Diagnostic[] } | undefined;
  #parsed: ParsedText | undefined;
  #earlier: ParsedText | undefined;

  /** @param earlier the file before an edit, whose unchanged statements are kept */
  constructor(
    readonly name: string,
    readonly text: string,
    earlier?: PolicyFile,
  ) {
    if (earlier !== undefined) this.#earlier = earlier.#parsed ?? earlier.#earlier;
  }

  /** The statements for checks, with the nodes of earlier texts. */
  get parsed(): ParsedText {
    if (this.#parsed === undefined) {
      this.#parsed = this.#earlier?.withText(this.text) ?? ParsedText.of(this.text, this.name);
      this.#earlier = undefined;
    }
    return this.#parsed;
  }

  /** The statements that could be parsed, and the comments, with the places of this text. */
  get tree(): PolicyNode {
    return this.#parse().policy;
  }

  get syntaxErrors(): readonly Diagnostic[] {
    return this.#parse().diagnostics;
  }

  #parse() {
    return (this.#whole ??= parse({ name: this.name, source: this.text }));
  }
}
