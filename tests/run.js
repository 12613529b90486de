// Runs a TypeScript program of the tests: `node tests/run.js FILE [arguments]`. Node 20 reads no types.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const root = resolve(import.meta.dirname, '..');
const file = process.argv[2];
if (!file) throw new Error('Name the program to run, such as tests/all.ts.');
await runnerImport(resolve(file), { configFile: false, root, logLevel: 'error' });
