/** A process of `npm run simulate`: runs the seeds in its argument and sends the summary. */
import { runSeeds, type SeedRange } from './run-seeds.ts';
import { loadBaseData } from './world/base-data.ts';

// Whoever asked is gone.
process.on('disconnect', () => process.exit(1));

const range = JSON.parse(process.argv[2] ?? '') as SeedRange;
const summary = await runSeeds(range, await loadBaseData());
process.send?.(summary, () => process.exit(0));
