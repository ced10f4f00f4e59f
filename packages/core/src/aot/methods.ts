// The entry that policies import which were compiled ahead of time and call methods. It is imported for this effect and exports nothing.
import { callMethod } from '../host/call-method.js';
import { addPart } from './parts.js';

addPart('methods', callMethod);
