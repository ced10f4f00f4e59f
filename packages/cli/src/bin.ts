#!/usr/bin/env node
import { processIo } from './output/io.js';
import { stopOnClosedOutput } from './output/stop-on-closed-output.js';
import { runProgram } from './program.js';

stopOnClosedOutput(process);
process.exitCode = await runProgram(process.argv.slice(2), processIo());
