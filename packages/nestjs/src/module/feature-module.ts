import type { AuthorizerOptions, PolicyInput } from '@nanook/core';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { FEATURE_POLICIES, FeaturePolicies } from './feature-policies.js';

export interface NanookFeatureOptions {
  /** Loaded together with those of `forRoot`, as one policy: files and globs, texts, or `{ name, source }`. */
  readonly policies?: AuthorizerOptions['policies'];
  /** Classes with `@ResourceLoader`. */
  readonly loaders?: readonly Type[];
  /** The modules that provide what the loaders need. */
  readonly imports?: DynamicModule['imports'];
}

/** The loaders and the policies of a feature. */
@Module({})
class NanookFeatureModule {}

/** @throws {NanookNestError} `NANOOK_NEST_INVALID_OPTION` */
export function featureModule(options: NanookFeatureOptions): DynamicModule {
  const { policies = [], loaders = [], imports = [], ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw wrong(name, 'is not an option of forFeature; it has `policies`, `loaders` and `imports`');
  if (!Array.isArray(loaders)) throw wrong('loaders', 'is not a list of classes');
  const listed = [policies].flat() as readonly PolicyInput[];
  return {
    module: NanookFeatureModule,
    imports,
    providers: [...loaders, { provide: FEATURE_POLICIES, useValue: listed }, FeaturePolicies],
    exports: [...loaders],
  };
}

const wrong = (option: string, reason: string): NanookNestError =>
  new NanookNestError('NANOOK_NEST_INVALID_OPTION', { option, reason });
