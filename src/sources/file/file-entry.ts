/** One entry of a paper file, with its location for messages: `Paper 3` or `Line 12`. */
export interface FileEntry {
  location: string;
  /** @throws PaperboyError `INVALID_FILE` when the entry is not valid JSON, `INVALID_PAPER`. */
  parse: () => unknown;
}
