/** How often the event loop turned while `work` ran: 0 or 1 for work that blocks it. */
export async function countTicks(work: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  let handle = setImmediate(function count() {
    ticks += 1;
    handle = setImmediate(count);
  });
  await work();
  clearImmediate(handle);
  return ticks;
}
