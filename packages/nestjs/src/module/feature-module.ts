import { type AuthorizerOptions, type PolicyInput } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { FEATURE_POLICIES, FeaturePolicies } from './feature-policies.js';

/** Options of `NanookModule.forFeature`. */
export interface NanookFeatureOptions {
  /** The policies of the feature: files and globs, texts, or `{ name, source }`. They are loaded with those of `forRoot`, as one policy. */
  readonly policies?: AuthorizerOptions['policies'];
  /** The resource loaders of the feature: classes with `@ResourceLoader`. */
  readonly loaders?: readonly Type[];
  /** The modules that provide the dependencies of the loaders. */
  readonly imports?: DynamicModule['imports'];
}

/** Provides the loaders and the policies of a feature. */
@Module({})
class NanookFeatureModule {}

/**
 * Creates the module of a feature.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_OPTION`
 */
export function featureModule(options: NanookFeatureOptions): DynamicModule {
  const { policies = [], loaders = [], imports = [], ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw wrong(name, 'is not an option of forFeature; it has `policies`, `loaders` and `imports`');
  if (!Array.isArray(loaders))
    throw wrong('loaders', `must be a list of classes, got ${describeValue(loaders)}`);
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
