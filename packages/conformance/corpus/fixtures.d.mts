// Types of the parts of the fixtures that tests use.
import type { Class } from '@nanook/core';

export interface World {
  register(
    registry: {
      registerClass(
        cls: Class,
        params: { readonly name: string; readonly isaCheck?: (value: unknown) => boolean },
      ): void;
      registerConstant(value: unknown, name: string): void;
    },
    names: readonly string[],
  ): void;
}
export function createWorld(engine: object): World;
