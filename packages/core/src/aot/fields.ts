// The entry that policies import which were compiled ahead of time for types with fields. It is imported for this effect and exports
// nothing.
import { declaredRows } from '../host/declared-rows.js';
import { linkDeclarations } from '../types/declarations.js';
import { uncheckedDeclarations } from '../types/plain-type-table.js';
import { addPart } from './parts.js';

addPart('fields', { ...uncheckedDeclarations, link: linkDeclarations, declaredRows });
