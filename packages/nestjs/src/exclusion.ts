import type { Type } from '@nestjs/common';
import type { Exclusion, NanookModuleOptions } from './nanook.options.js';

/** The entry of `exclude` that is about a class: its handlers need no rule. */
export const exclusionOf = (
  { exclude = [] }: NanookModuleOptions,
  type: Pick<Type, 'name'>,
): Exclusion | undefined => exclude.find((one) => one.class === type || one.class === type.name);
