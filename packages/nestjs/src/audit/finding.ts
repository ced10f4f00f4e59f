import {
  errorText,
  type NanookNestErrorCode,
  type NanookNestErrorData,
} from '../errors/nanook-nest-error.js';

/** A mistake that the audit found in a handler. */
export interface Finding {
  readonly code: NanookNestErrorCode;
  /** The mistake, and the code to write instead. */
  readonly message: string;
}

/** Creates a finding. */
export const finding = <C extends NanookNestErrorCode>(code: C, data: NanookNestErrorData<C>): Finding => ({
  code,
  message: errorText(code, data),
});
