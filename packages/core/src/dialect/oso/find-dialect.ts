import { nanook, type Dialect } from '../dialect.js';
import { oso } from './oso.js';

/** Returns the dialect of the option `dialect`. */
export const findDialect = (name: Dialect['name'] | undefined): Dialect => (name === 'oso' ? oso : nanook);
