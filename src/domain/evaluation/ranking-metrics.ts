/** Precision among the first `k`: the wanted ones as a share of `k`, so that an empty place counts
 *  as a miss. */
export function computePrecision(order: readonly number[], wanted: Wanted, k: number): number {
  return order.slice(0, k).filter((item) => wanted.has(item)).length / k;
}

/**
 * Normalised discounted cumulative gain of the first `k` (Järvelin and Kekäläinen 2002), with gain
 * 1 for what is wanted: 1 when everything wanted comes first.
 */
export function computeNdcg(order: readonly number[], wanted: Wanted, k: number): number {
  const discount = (place: number) => 1 / Math.log2(place + 2);
  let gain = 0;
  for (const [place, item] of order.slice(0, k).entries())
    if (wanted.has(item)) gain += discount(place);
  let ideal = 0;
  for (let place = 0; place < Math.min(k, wanted.size); place += 1) ideal += discount(place);
  return ideal === 0 ? 0 : gain / ideal;
}

/**
 * Area under the ROC curve: the probability that something wanted is placed before something else.
 * Items of `all` that `order` lacks share the last place, and a tie counts half. Null when
 * everything or nothing is wanted.
 */
export function computeAuc(
  order: readonly number[],
  wanted: Wanted,
  all: readonly number[],
): number | null {
  const wantedCount = all.filter((item) => wanted.has(item)).length;
  const otherCount = all.length - wantedCount;
  if (wantedCount === 0 || otherCount === 0) return null;
  let othersBefore = 0;
  let placedWanted = 0;
  let pairs = 0;
  for (const item of order) {
    if (wanted.has(item)) {
      placedWanted += 1;
      pairs += otherCount - othersBefore;
    } else othersBefore += 1;
  }
  pairs += ((wantedCount - placedWanted) * (otherCount - othersBefore)) / 2;
  return pairs / (wantedCount * otherCount);
}

type Wanted = ReadonlySet<number>;
