import { addManual, type ParsedSource } from './parsed-source.js';
import { moduleNames, renameModule } from './module-names.js';

/** Replaces the package `oso` and its inner modules by `@nanook/oso`. */
export function usePackage(source: ParsedSource): void {
  for (const name of moduleNames(source)) {
    const { value } = name.literal;
    if (value === 'oso' || value.startsWith('oso/')) renameModule(source, name, `@nanook/${value}`);
    else if (/^(?:oso-|nestjs-oso$|@oso)/.test(value))
      addManual(source, name.literal, `${value} is another package, which this command does not replace`);
  }
}
