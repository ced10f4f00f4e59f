import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { GuardMode, NanookModuleOptions } from './nanook.options.js';

interface Extras {
  /** Whether every module has the providers without importing the module. Default `true`. */
  readonly isGlobal?: boolean;
  /** Default `'global'`: the guard runs before the guards of controllers and handlers. */
  readonly guard?: GuardMode;
}

/** The token of the position of the guard, for the audit. */
export const GUARD_MODE = Symbol('guard mode');

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<NanookModuleOptions>({ moduleName: 'Nanook' })
    .setClassMethodName('forRoot')
    .setExtras<Extras>({ isGlobal: true, guard: 'global' }, (definition, { isGlobal = true }) => ({
      ...definition,
      global: isGlobal,
    }))
    .build();
