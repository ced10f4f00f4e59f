import { errorKind } from '@nanook/core/internal';

const texts = {
  NANOOK_SERVER_INVALID_OPTION: (p: { option: string; reason: string }) =>
    `the option \`${p.option}\` ${p.reason}`,
  NANOOK_SERVER_UNREACHABLE: (p: { url: string; reason: string }) =>
    `the decision server does not answer at ${p.url}: ${p.reason}; nothing is allowed`,
  NANOOK_SERVER_REFUSED: (p: { url: string; status: number; reason: string }) =>
    `the decision server refused the request to ${p.url} with the status ${p.status}: ${p.reason}; nothing is allowed`,
  NANOOK_SERVER_INVALID_ANSWER: (p: { url: string; reason: string }) =>
    `the answer from ${p.url} is not one of a decision server: ${p.reason}; nothing is allowed`,
};

export type NanookServerErrorCode = keyof typeof texts;
export type NanookServerErrorData<C extends NanookServerErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/server/NanookServerError', texts);

/**
 * A mistake in the options of a decision server, or a failure of its client.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookServerError}.
 */
export class NanookServerError<
  C extends NanookServerErrorCode = NanookServerErrorCode,
> extends kind.Base<C> {}

/** Recognizes a {@link NanookServerError}, also from another copy of the package. */
export const isNanookServerError = (error: unknown): error is NanookServerError => kind.includes(error);

/** Creates the error of an option. */
export const invalidOption = (option: string, reason: string): NanookServerError =>
  new NanookServerError('NANOOK_SERVER_INVALID_OPTION', { option, reason });
