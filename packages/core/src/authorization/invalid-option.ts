import { PolarError } from '../diagnostics/polar-error.js';
import { describe } from '../internal/descriptions.js';

export const invalidOption = (option: string, reason: string): PolarError =>
  new PolarError('POLAR_TYPE_INVALID_OPTION', { option, reason });

export const unknownOption = (option: string, name: string, known: object): PolarError =>
  invalidOption(option, describe().unknownOption(name, Object.keys(known)));
