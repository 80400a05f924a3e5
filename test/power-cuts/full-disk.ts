/** Preloaded into a process (`node --import`): from SIGUSR2 on, the disk is full for PGlite. */
import { createRequire } from 'node:module';

// PGlite calls the functions of this object by name.
const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
const write = fs.writeSync as (...args: unknown[]) => number;
let isFull = false;
process.on('SIGUSR2', () => {
  isFull = true;
});
Object.assign(fs, {
  writeSync: (...args: unknown[]) => {
    // The memory of PostgreSQL; nobody else writes from one.
    if (isFull && args[1] instanceof Int8Array)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return write(...args);
  },
});
