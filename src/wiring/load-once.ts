/** Loads a value at the first call. */
export interface LoadOnce<Value> {
  /** A load that failed is attempted again at the next call. */
  (): Promise<Value>;
  /** The value if it was asked for; never loads it. */
  ifLoaded(): Promise<Value> | undefined;
}

/** Returns a function that calls `load` at its first call and then returns the same value. */
export function loadOnce<Value>(load: () => Promise<Value>): LoadOnce<Value> {
  let loaded: Promise<Value> | undefined;
  const get = () => {
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  return Object.assign(get, { ifLoaded: () => loaded });
}
