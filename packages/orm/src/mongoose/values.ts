import type { Scalar } from '@nanook/core/filter';
import type { Mongoose } from 'mongoose';
import type { PathColumn } from './describe-path.js';

/** Makes the values that a query binds. */
export class Values {
  constructor(readonly base: Mongoose) {}

  /** Returns a value as MongoDB stores it. */
  stored(value: Scalar, { form }: PathColumn): unknown {
    return form === 'object-id' ? new this.base.Types.ObjectId(value as string) : value;
  }

  /** Marks a test as safe for the option `sanitizeFilter` of Mongoose, which otherwise makes a value of its operators. */
  trusted(test: object): object {
    return this.base.trusted(test);
  }
}
