import { Inject, Injectable, type Type } from '@nestjs/common';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import type { Exclusion, NanookModuleOptions } from '../options/nanook.options.js';
import { EntryPoints } from './entry-points.js';

/** Finds the classes that the option `exclude` names. Their handlers need no requirement. */
@Injectable()
export class Exclusions {
  #classes: ReadonlyMap<Exclusion, readonly Type[]> | undefined;

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(EntryPoints) private readonly entries: EntryPoints,
  ) {}

  /** Finds the entry for a class. A name that two classes have matches neither. */
  find(type: Type): Exclusion | undefined {
    for (const [entry, classes] of this.classes())
      if (entry.class === type || (classes.length === 1 && classes[0] === type)) return entry;
    return undefined;
  }

  /** Returns the classes with handlers that each entry matches. */
  classes(): ReadonlyMap<Exclusion, readonly Type[]> {
    return (this.#classes ??= this.#match());
  }

  #match(): ReadonlyMap<Exclusion, readonly Type[]> {
    const { exclude = [] } = this.options;
    if (exclude.length === 0) return new Map();
    const types = [...new Set(this.entries.all().map(({ type }) => type))];
    return new Map(
      exclude.map((entry) => [
        entry,
        types.filter((type) => (typeof entry.class === 'string' ? type.name : type) === entry.class),
      ]),
    );
  }
}
