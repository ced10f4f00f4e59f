// The entry for policies that were compiled ahead of time, under Node, where errors have their texts.
import '../diagnostics/messages.js';

export * from '../aot/compiled.js';
