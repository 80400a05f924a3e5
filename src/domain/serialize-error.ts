/**
 * What a log may keep of an error. Of a failed query only its text and the database's code: the
 * values in it, which PostgreSQL repeats in its messages, are subscribers' addresses.
 */
export function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { query } = error as { query?: unknown };
  const isQuery = typeof query === 'string';
  return {
    type: error.name,
    code: readErrorCode(error) ?? readErrorCode(error.cause),
    message: isQuery ? 'a query failed' : error.message,
    stack: extractStackFrames(error),
    ...(isQuery && { query }),
  };
}

function readErrorCode(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The stack without the message on its first lines. */
function extractStackFrames({ stack = '' }: Error): string {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? '' : stack.slice(first + 1);
}
