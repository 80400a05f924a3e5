import { createSeededRandom } from './seeded-random.ts';

/**
 * The wanted papers and others drawn at random, `size` in all (more when more are wanted).
 * `isExcluded` papers are never drawn. The same seed draws the same papers.
 */
export function sampleDay(
  paperIds: readonly string[],
  {
    wanted,
    isExcluded,
    size,
    seed,
  }: {
    wanted: readonly string[];
    isExcluded: (id: string) => boolean;
    size: number;
    seed: number;
  },
): string[] {
  const random = createSeededRandom(seed);
  const day = new Set(wanted);
  const drawn = new Set<number>();
  while (day.size < size && drawn.size < paperIds.length) {
    const index = drawIndex(random, paperIds.length, drawn);
    drawn.add(index);
    const id = paperIds[index] as string;
    if (!isExcluded(id)) day.add(id);
  }
  return [...day];
}

/** An index that was not drawn before: the next one after a random one. */
function drawIndex(random: () => number, count: number, drawn: ReadonlySet<number>): number {
  let index = Math.floor(random() * count);
  while (drawn.has(index)) index = (index + 1) % count;
  return index;
}
