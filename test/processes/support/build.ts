import { execFileSync } from 'node:child_process';

/** The processes run what is built; nobody wants to test the build of yesterday. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
