import { Authorizer } from '@nanook/core';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';

/** Reloads the policy when its files change, while the application runs. */
@Injectable()
export class PolicyWatcher implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger('Nanook');
  #watch: { close(): void } | undefined;

  constructor(
    @Inject(Authorizer) private readonly authorizer: Authorizer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
  ) {}

  onModuleInit(): void {
    const { authorizer, watch = process.env['NODE_ENV'] === 'development' } = this.options;
    if (!watch || authorizer !== undefined) return; // the application watches a policy that it loaded itself
    this.#watch = this.authorizer.watch({
      onReload: (hash) => this.#logger.log(`policy reloaded: ${hash}`),
      onError: (error) => this.#logger.error(`the policy was not reloaded: ${String(error)}`),
    });
  }

  onModuleDestroy(): void {
    this.#watch?.close();
  }
}
