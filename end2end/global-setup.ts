// Starts the demonstration on a folder of its own and a free port, and stops it afterwards.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_LIMIT = 5 * 60_000;
const STOP_LIMIT = 20_000;

export default async function setup() {
  // A program that runs already: for writing tests. CI starts its own.
  const running = process.env.COUNTERSIGN_URL;
  if (running) {
    process.env.BASE_URL = running;
    return;
  }
  const binary = process.env.COUNTERSIGN_BIN;
  if (!binary) throw new Error('COUNTERSIGN_BIN names the program to test');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-end2end-'));
  const log = join(folder, 'log');
  const address = `127.0.0.1:${await freePort()}`;
  const out = openSync(log, 'w');
  const program = spawn(binary, ['demo', '--data', join(folder, 'data'), '--listen', address], {
    stdio: ['ignore', out, out],
  });
  const ended = new Promise<void>((resolve) => program.once('exit', () => resolve()));
  const stop = async () => {
    program.kill('SIGTERM');
    const late = setTimeout(() => program.kill('SIGKILL'), STOP_LIMIT);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(`http://${address}`, () => program.exitCode !== null);
    process.env.BASE_URL = `http://${address}`;
  } catch (error) {
    const end = readFileSync(log, 'utf8').split('\n').slice(-30).join('\n');
    await stop();
    throw new Error(`${error}\n${end}`);
  }
  return stop;
}

async function ready(base: string, gone: () => boolean) {
  const until = Date.now() + START_LIMIT;
  while (Date.now() < until) {
    if (gone()) throw new Error('the program ended before it was ready');
    const answer = await fetch(`${base}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('the program was not ready in time');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
