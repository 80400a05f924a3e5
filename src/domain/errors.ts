/** A problem that the person who caused it can mend: shown as it is, with its status or exit code. */
export class PaperboyError extends Error {
  readonly code: string;
  /** The HTTP status that fits; commands exit with 1 whatever it is. */
  readonly statusCode: number;

  constructor(
    code: string,
    message: string,
    options: { statusCode?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PaperboyError';
    this.code = code;
    this.statusCode = options.statusCode ?? 400;
  }
}
