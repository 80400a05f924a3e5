import { PaperboyError } from '../domain/errors.ts';
import { getErrorCode } from './error-code.ts';
import type { CommandIo } from './io.ts';

/*
 * A command runs in another process over HTTP on the Unix socket of the data folder:
 *
 *   POST   /commands                   the request as JSON; answers with events, one line of JSON
 *                                      each, and the command's own path in `Location`
 *   PUT    /commands/:id/inputs/:n     the bytes of an input that an event asked for
 *   DELETE /commands/:id               cancels the command, whose events go on until its exit code
 *
 * An error is `{ "code", "message" }`. Each request has its own connection, so that a cancellation
 * never waits behind input.
 */

/** A command line to run in another process. */
export interface CommandRequest {
  /** The arguments after `paperboy`. */
  argv: string[];
  /** The caller's version of Paperboy; only the same version runs it. */
  version: string;
}

/** The caller's terminal. */
export type Terminal = Pick<CommandIo, 'isTerminal' | 'columns'>;

export type CommandEvent =
  | { stdout: string }
  | { stderr: string }
  /** The command reads its nth input: a file, or standard input when `path` is null. */
  | { input: number; path: string | null }
  /** The exit code. Always last. */
  | { exit: number };

export interface RemoteCommand {
  request: CommandRequest;
  terminal: Terminal;
}

/** The command in the body of a request, or null when there is none. */
export function parseRemoteCommand(body: string): RemoteCommand | null {
  const { argv, version, isTerminal, columns } = parseObject(body);
  if (
    !isStringArray(argv) ||
    typeof version !== 'string' ||
    typeof isTerminal !== 'boolean' ||
    typeof columns !== 'number'
  ) {
    return null;
  }
  return { request: { argv, version }, terminal: { isTerminal, columns } };
}

/** The trailer of a `PUT` whose input could not be read to its end. */
export const INPUT_ERROR_TRAILER = 'input-error';

/** The value of the trailer for an error. */
export function formatInputError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return encodeURIComponent(JSON.stringify({ code: getErrorCode(error), message }));
}

/** The caller's error, from the value of the trailer. */
export function parseInputError(value: string): PaperboyError {
  const { code, message } = parseObject(decodeURIComponent(value));
  const isKnown = code === 'FILE_UNREADABLE' || code === 'FILE_NOT_NAMED';
  return new PaperboyError(isKnown ? code : 'INPUT_UNREADABLE', String(message));
}

/** The object in a text, empty when the text is anything but JSON of an object. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function isStringArray(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
