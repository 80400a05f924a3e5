import { execFileSync } from 'node:child_process';

/** The processes run dist/: builds it first, so that they never run an old build. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
