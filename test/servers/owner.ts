import { execFileSync } from 'node:child_process';

/** The user that a server runs as, for `spawn`. */
export interface ProcessUser {
  uid: number;
  gid: number;
}

/**
 * Returns the first of `users` that exists, for servers that refuse to run as root; null when we
 * are not root. @throws Error when none exists.
 */
export function findUnprivilegedUser(users: readonly string[], server: string): ProcessUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of users) {
    try {
      return findUser(user);
    } catch {}
  }
  const names = users.map((user) => `“${user}”`).join(' or ');
  throw new Error(`${server} refuses root, and there is no user ${names}.`);
}

/** @throws Error when there is no such user. */
export function findUser(user: string): ProcessUser {
  return { uid: idOf('-u', user), gid: idOf('-g', user) };
}

function idOf(flag: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
}
