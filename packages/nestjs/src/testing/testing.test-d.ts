import type { DynamicModule } from '@nestjs/common';
import { expectTypeOf, it } from 'vitest';
import { PolarType } from '../index.js';
import { NanookTestingModule } from './index.js';

it('gives modules to import', () => {
  expectTypeOf(
    NanookTestingModule.allowAll({ actor: 'alice', types: { Date } }),
  ).toEqualTypeOf<DynamicModule>();
  expectTypeOf(NanookTestingModule.denyAll()).toEqualTypeOf<DynamicModule>();
  NanookTestingModule.actAs((request: { readonly user: string }) => request.user);
  // @ts-expect-error -- a policy of one's own is the application's business
  NanookTestingModule.allowAll({ policies: '' });
});

it('registers classes of any construction', () => {
  abstract class Base {
    protected constructor(readonly id: number) {}
  }
  class Closed {
    private constructor() {}
    static readonly one = new Closed();
  }
  PolarType()(Closed);
  PolarType({ key: 'id', fields: () => ({ id: Number, others: ['Closed'] }) })(Base);
  // @ts-expect-error -- fields are asked for late
  PolarType({ fields: { id: Number } });
});
