import { parse, type Diagnostic, type PolicyNode } from '@nanook/core/syntax';

/** A policy text with its tree. */
export class PolicyFile {
  #parsed: { readonly policy: PolicyNode; readonly diagnostics: readonly Diagnostic[] } | undefined;

  constructor(
    readonly name: string,
    readonly text: string,
  ) {}

  /** The statements that could be parsed. */
  get tree(): PolicyNode {
    return this.#parse().policy;
  }

  get syntaxErrors(): readonly Diagnostic[] {
    return this.#parse().diagnostics;
  }

  #parse() {
    return (this.#parsed ??= parse({ name: this.name, source: this.text }));
  }
}
