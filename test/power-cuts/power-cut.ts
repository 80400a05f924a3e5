import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Random } from '../support/random.ts';
import { createDisk, type FileTree, type Survival } from './disk.ts';
import { readTree, writeTree } from './file-tree.ts';
import { decodeOperations } from './operation.ts';

const RECORDER = fileURLToPath(new URL('recorder.ts', import.meta.url));

/** A folder whose changes are recorded while one process uses it. */
export interface RecordedFolder {
  /** For Node, before the program. */
  nodeOptions: readonly string[];
  env: Record<string, string>;
  /**
   * After the process has ended: leaves in the folder what survives a power cut at its end. Returns
   * what the recorded operations made of the folder, and what was really there.
   */
  cutPower(survival: Survival, random: Random): Promise<{ rebuilt: FileTree; real: FileTree }>;
}

/** Records what the next process changes in `folder`. */
export async function recordFolder(
  folder: string,
  {
    log,
    cut = {},
    isSyncLost = false,
  }: {
    log: string;
    /** Kills the process after this many operations, from its start or from SIGUSR2. */
    cut?: { afterStart?: number; afterSignal?: number };
    /** Whether the disk ignores every sync, as if the program made none. */
    isSyncLost?: boolean;
  },
): Promise<RecordedFolder> {
  await rm(log, { force: true });
  const disk = createDisk(await readTree(folder));
  return {
    nodeOptions: ['--import', import.meta.resolve('tsx'), '--import', RECORDER],
    env: {
      POWER_CUT_PREFIX: folder,
      POWER_CUT_LOG: log,
      ...(cut.afterStart !== undefined && { POWER_CUT_AFTER: String(cut.afterStart) }),
      ...(cut.afterSignal !== undefined && { POWER_CUT_AFTER_SIGNAL: String(cut.afterSignal) }),
    },
    cutPower: async (survival, random) => {
      for (const recorded of decodeOperations(await readFile(log))) {
        const { kind } = recorded.operation;
        if (isSyncLost && (kind === 'sync' || kind === 'syncPath')) continue;
        disk.apply(recorded);
      }
      const rebuilt = disk.survivors({ kind: 'all' }, random);
      const real = await readTree(folder);
      await writeTree(folder, disk.survivors(survival, random));
      return { rebuilt, real };
    },
  };
}

/** A random kind of power cut. */
export function pickSurvival(random: Random): Survival {
  return random.pick<Survival>([
    { kind: 'none' },
    { kind: 'some', sectorBytes: 4096 },
    { kind: 'some', sectorBytes: 512 },
  ]);
}
