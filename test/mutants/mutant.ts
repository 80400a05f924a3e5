/** A change that breaks a promise of the sending engine. */
export interface Mutant {
  name: string;
  /** What it breaks. */
  about: string;
  file: string;
  /** Occurs once in the file. */
  find: string;
  replace: string;
  /** The chaos scenario that finds it, on servers: the simulation has no such part, such as the
   *  settings of a connection. Without one, the simulation must find it. */
  scenario?: string;
}
