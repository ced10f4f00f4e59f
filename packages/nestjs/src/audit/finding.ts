import {
  errorText,
  type NanookNestErrorCode,
  type NanookNestErrorData,
} from '../errors/nanook-nest-error.js';

/** Something that is not as it should be, found before anybody asks. */
export interface Finding {
  readonly code: NanookNestErrorCode;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

export const finding = <C extends NanookNestErrorCode>(code: C, data: NanookNestErrorData<C>): Finding => ({
  code,
  message: errorText(code, data),
});
