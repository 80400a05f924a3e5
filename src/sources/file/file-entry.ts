/** An entry of a file, and where it stands, for a message: `Paper 3` or `Line 12`. */
export interface FileEntry {
  location: string;
  /** @throws PaperboyError `INVALID_FILE` when it cannot be told apart, `INVALID_PAPER`. */
  parse: () => unknown;
}
