// The entry for policies that were compiled ahead of time, under Node, where errors have their texts and all parts are loaded.
import * as parts from '../aot/parts.js';
import { provideParts } from '../aot/policy-parts.js';
import '../aot/messages.js';
import { declarations } from '../types/declarations.js';

provideParts(parts, declarations);

export * from '../aot/compiled.js';
