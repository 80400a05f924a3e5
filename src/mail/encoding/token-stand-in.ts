import { TOKEN_LENGTH } from '../../domain/links/tokens.ts';

/** A character that `toSingleLine` removes from every text. */
const STAND_IN_CHARACTER = '\u0002';

/** Takes the place of a subscriber's token in texts that all subscribers share. Encoders leave it
 *  as it is and never divide it. */
export const TOKEN_STAND_IN: string = STAND_IN_CHARACTER.repeat(TOKEN_LENGTH);

/** The last place for a line end in `line`, at or before `end`, that does not divide a stand-in. */
export function findEndOutsideToken(line: string, end: number): number {
  let start = end;
  while (line[start] === STAND_IN_CHARACTER && line[start - 1] === STAND_IN_CHARACTER) start -= 1;
  return start;
}
