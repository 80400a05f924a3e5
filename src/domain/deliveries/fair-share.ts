/** A prime, so that every multiplier below visits all positions. */
const POSITIONS = 1_000_003;
/** About 0.7549 and 0.6180 of the positions: multiples of the golden ratio, and of its relative for
 *  a second dimension, are spread as evenly as can be. */
const STEP_PER_SUBSCRIBER = 754_880;
const STEP_PER_DIGEST = 618_036;

/**
 * Whether a subscriber is among the `share` (0 to 1) of an audience that gets a digest first, when
 * a limit lets no more through. The choice rotates with the number of the digest: everybody is
 * chosen equally often, and waits as long as the others. Needs no record of who got what.
 */
export function isChosenFirst(
  subscriberId: number,
  { digestNumber, share }: { digestNumber: number; share: number },
): boolean {
  const start = (subscriberId % POSITIONS) * STEP_PER_SUBSCRIBER;
  const position = (start + (digestNumber % POSITIONS) * STEP_PER_DIGEST) % POSITIONS;
  return position < share * POSITIONS;
}
