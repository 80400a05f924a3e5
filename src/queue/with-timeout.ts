/** The operation's result. Rejects when there is none within `timeoutMs`; the operation itself goes
 *  on. */
export async function withTimeout<Value>(
  timeoutMs: number,
  operation: Promise<Value>,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([operation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
