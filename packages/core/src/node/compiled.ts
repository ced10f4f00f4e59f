// The entry for policies that were compiled ahead of time, under Node, where errors have their texts and all parts are loaded.
import '../aot/methods.js';
import { addPart } from '../aot/parts.js';
import { declaredRows } from '../host/declared-rows.js';
import '../host/messages.js';
import { declarations } from '../types/declarations.js';

addPart('fields', { ...declarations, declaredRows });

export * from '../aot/compiled.js';
