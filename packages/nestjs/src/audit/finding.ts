import { faultText, type NestFaultCode, type NestFaultData } from '../nest-fault.js';

/** Something that is not as it should be, found before anybody asks. */
export interface Finding {
  readonly code: NestFaultCode;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

export const finding = <C extends NestFaultCode>(code: C, data: NestFaultData<C>): Finding => ({
  code,
  message: faultText(code, data),
});
