import { dedent } from '../internal/dedent.fixture.js';
import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import { positionOf } from '../diagnostics/span.js';
import { TypeTable } from '../types/type-table.js';
import { buildPolicy } from './build/build-policy.js';
import type { Policy } from './policy.js';

// Helpers for the tests of this folder.

export interface Found {
  readonly code: string;
  /** `line:column`; undefined for a finding without a place. */
  readonly at: string | undefined;
  readonly data: object;
}

/** Returns all errors and warnings about a policy, except the warning about a missing `allow` rule. */
export function diagnoseAll(texts: readonly string[], types = new TypeTable()): Found[] {
  const report = new Report();
  buildPolicy(
    texts.map((text) => new Source(dedent(text))),
    types,
    report,
  );
  return report.diagnostics
    .filter(({ code }) => code !== 'POLAR_CHECK_MISSING_ALLOW_RULE')
    .map(({ code, data, span }) => {
      const place = span && positionOf(span);
      return { code, at: place && `${place.line}:${place.column}`, data };
    });
}

/** Returns the diagnostics of policies in templates, with the given types. */
export const diagnoseWith =
  (types: TypeTable) =>
  ([text]: TemplateStringsArray): Found[] =>
    diagnoseAll([text!], types);

export const diagnose = diagnoseWith(new TypeTable());

/** Builds a policy, and fails if it has errors. */
export function policyOf(text: string, types = new TypeTable()): Policy {
  const report = new Report();
  const policy = buildPolicy([new Source(dedent(text))], types, report);
  if (policy === undefined) throw new Error(report.errors.map(({ message }) => message).join('\n'));
  return policy;
}
