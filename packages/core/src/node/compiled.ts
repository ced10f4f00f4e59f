// The entry for policies that were compiled ahead of time, under Node, where errors have their texts and all parts are loaded.
import '../aot/methods.js';
import { addPart } from '../aot/parts.js';
import '../host/messages.js';
import { createTags } from '../host/tags.js';
import { declarations } from '../types/declarations.js';

addPart('fields', { ...declarations, createTags });

export * from '../aot/compiled.js';
