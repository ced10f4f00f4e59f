import type { DynamicModule } from '@nestjs/common';
import { expectTypeOf, it } from 'vitest';
import { PolarType } from '../index.js';
import { NanookTestingModule } from './index.js';

it('NanookTestingModule returns modules to import', () => {
  expectTypeOf(
    NanookTestingModule.allowAll({ actor: 'alice', types: { Date } }),
  ).toEqualTypeOf<DynamicModule>();
  expectTypeOf(NanookTestingModule.denyAll()).toEqualTypeOf<DynamicModule>();
  NanookTestingModule.actAs((request: { readonly user: string }) => request.user);
  // @ts-expect-error -- the policy belongs to the application
  NanookTestingModule.allowAll({ policies: '' });
});

it('PolarType accepts abstract classes and private constructors', () => {
  abstract class Base {
    protected constructor(readonly id: number) {}
  }
  class Closed {
    private constructor() {}
    static readonly one = new Closed();
  }
  PolarType()(Closed);
  PolarType({ key: 'id', fields: () => ({ id: Number, others: ['Closed'] }) })(Base);
  // @ts-expect-error -- `fields` must be a function
  PolarType({ fields: { id: Number } });
});
