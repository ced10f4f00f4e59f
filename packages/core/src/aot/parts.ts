// The entry with the parts of the runtime that only some policies need. A policy that was compiled ahead of time imports those that its code
// calls. `noValue` identifies the copy of the package to which they belong.
export { noValue } from '../engine/runtime/runtime.js';
export { acceptDeclared } from '../host/declared-value.js';
export { declaredEquality } from '../engine/declared-equality.js';
export { deepEqual } from '../engine/deep-equality.js';
export { compareValues } from '../engine/equality.js';
export { readMissing } from '../host/member.js';
export { compute } from '../engine/runtime/compute.js';
export { orderValues } from '../engine/runtime/order-values.js';
export { createQuestions } from '../engine/runtime/runtime-questions.js';
export { isSameArgument } from '../engine/tabling/argument-identity.js';
export { readElements } from '../engine/runtime/read-elements.js';
export { readValue } from '../engine/runtime/read-value.js';
export { runMethod } from '../engine/runtime/run-method.js';
export { linkFields, linkRelations } from '../types/unchecked-declarations.js';
export { createTypeSets } from '../host/type-set.js';
