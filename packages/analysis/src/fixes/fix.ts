import type { Span } from '@nanook/core/syntax';
import type { Finding } from '../findings/finding.js';

/** A correction of a finding: a text that replaces a part of the policy. */
export interface Fix {
  readonly span: Pick<Span, 'source' | 'start' | 'end'>;
  readonly text: string;
  /**
   * The answers that change; undefined for a fix that keeps all answers, and for one of a policy that did not load before. `--fix`
   * leaves out fixes that change answers.
   */
  readonly changes: string | undefined;
}

/** A fix that was applied. */
export interface AppliedFix {
  readonly finding: Finding;
  readonly changes: string | undefined;
}
