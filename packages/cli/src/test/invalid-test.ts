import { codeFrame } from '@nanook/core/syntax';
import type { Finding } from '@nanook/analysis';

/** A test that names an unknown type, or whose setup contains a fact that changes nothing. */
export class InvalidTest extends Error {
  override readonly name = 'InvalidTest';

  constructor(readonly findings: readonly Finding[]) {
    super(findings.map(messageWithFrame).join('\n'));
  }
}

export const messageWithFrame = ({ message, span }: Finding): string =>
  span === undefined ? message : `${message}\n${codeFrame(span)}`;
