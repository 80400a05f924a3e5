import { Agent, get } from 'node:http';

/** What a page costs. */
export interface PageCost {
  median_ms: number;
  p95_ms: number;
  /** Of the site and the database together, in ms an answer: it hardly depends on the machine's load. */
  cpu_ms: number;
  bytes: number;
}

const WARMING = 20;
const TIMES = 200;

/** Asks for a page again and again, one answer after the other, on one connection. */
export async function measurePage(url: string, spentMs: () => number): Promise<PageCost> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let time = 0; time < WARMING; time += 1) await ask(url, agent);
    const answers = [];
    const before = spentMs();
    for (let time = 0; time < TIMES; time += 1) answers.push(await ask(url, agent));
    return summarisePageCost(answers, spentMs() - before);
  } finally {
    agent.destroy();
  }
}

/** The middle, and what 95 of 100 answers stay below. */
export function summarisePageCost(
  answers: readonly { ms: number; bytes: number }[],
  spentMs: number,
): PageCost {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? 0;
  return {
    median_ms: Number(at(0.5).toFixed(2)),
    p95_ms: Number(at(0.95).toFixed(2)),
    cpu_ms: Number((spentMs / answers.length).toFixed(2)),
    bytes: Math.max(0, ...answers.map(({ bytes }) => bytes)),
  };
}

function ask(url: string, agent: Agent): Promise<{ ms: number; bytes: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { accept: 'text/html' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        const ms = performance.now() - startedAt;
        if (response.statusCode === 200) resolve({ ms, bytes });
        else reject(new Error(`${url} answered ${response.statusCode}.`));
      });
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
