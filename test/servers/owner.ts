import { execFileSync } from 'node:child_process';

/** Whom a server runs as, for `spawn`. */
export interface ProcessUser {
  uid: number;
  gid: number;
}

/**
 * Some servers refuse root: then the first of `users` that is known here. Null when we are not root.
 * @throws Error when none is known.
 */
export function findUnprivilegedUser(users: readonly string[], server: string): ProcessUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of users) {
    try {
      return ownerNamed(user);
    } catch {}
  }
  const names = users.map((user) => `“${user}”`).join(' or ');
  throw new Error(`${server} refuses root, and there is no user ${names} here.`);
}

/** @throws Error when nobody is called so. */
export function ownerNamed(user: string): ProcessUser {
  return { uid: idOf('-u', user), gid: idOf('-g', user) };
}

function idOf(flag: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
}
